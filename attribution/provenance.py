"""Stage 5, second half: through whom a claim reached the article - intermediaries and chain.

Two learned readings of every (claim, candidate) pair decide (rules of what counts:
training/corpus/provenance/GUIDE.md). The first sees each claim by itself; the second also sees
what the first said of the claims around it and of the same origin's, so that an interview or
report is carried over and stops where it ends (stacked collective classification, Kou and Cohen,
2007). Where another outlet has been told since, `_on_the_last_occasion` puts that one for an outlet
carried over; a channel without an outlet ("in a statement") ends it (`_without_other_channels`).
The chain is put together in `_order`: a nested claim comes through everything its outer claim came
through, then through the outer speaker; of the rest outlets stand in front, then they stand by how
near they are. In front comes what the outermost intermediary itself was last told through
(`_further_out`). What is not nested has one order in the whole article (`_in_one_order`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from attribution.intermediaries import carry_features, via_features
from attribution.scene import Floats, Scene
from attribution.tabular import Classifier

__all__ = ["Scene", "find_chains", "first_reading"]

Pairs = NDArray[np.bool_]
#: Score in a claim's own sentence above which a candidate is named there as intermediary, and the
#: share of the threshold that is then enough.
_NAMED, _SHARE = 0.5, 2 / 3
#: How a claim reached everybody, or this article itself, in the words of :func:`_told_with`: no
#: outlet passed it on that its sentence does not name. An officer "posted at the gate" and whoever
#: is "in her post" have an office.
_CHANNEL = re.compile(
    r"\b(?:on|via|(?:took|taken|taking) to) (?:social media"
    r"|(?:his|her|its|their) (?:\S+ ){0,2}(?:blog|page|account|channel|feed))\b"
    r"|\btweet(?:s|ed)\b|\bposted\b(?! (?:at|in|as|near|outside|there|abroad)\b)"
    r"|\bin (?:an?|his|her|its|their)(?: \S+){0,2}? (?:statement|press release|tweet|blog"
    r"|post(?! (?:as|at|for|since)\b))\b"
    r"|\b(?:at|during|in) (?:an?|his|her|its|their)(?: \S+){0,2}? (?:rally|speech|hearing|briefing"
    r"|meeting|debate|press conference|news conference|town hall|vigil|fundraiser)\b"
    r"|\b(?:told|tells)(?! its\b| our\b)(?: \S+){0,2}?"
    r" (?:reporters|journalists|supporters|lawmakers|delegates)\b"
    r"|\b(?:told|tells) (?:a|the) (?:crowd|court|inquest|jury|inquiry|audience)\b"
    r"|\bin (?:\S+ ){0,2}(?:court (?:papers|documents|filings?)|an affidavit)\b"
    r"|\breached by (?:tele)?phone\b"
)
_RELATIVE = frozenset("who whom whose which".split())
#: Words that tell of an outlet's own occasion, which may have been carried over.
_ON_AIR = frozenset("interview interviewed programme program show podcast broadcast".split())


def find_chains(
    scene: Scene, first: Classifier, second: Classifier, threshold: float
) -> list[tuple[int, ...]]:
    """For every claim its intermediaries as cluster indices, from the article outward.

    Args:
        scene: the article's claims and sources.
        first: scores VIA_FEATURES.
        second: scores CARRY_FEATURES.
        threshold: least score of an intermediary; less is enough for one that is named as such in
            the claim's own sentence.
    """
    rows, found = first_reading(scene, first)
    chosen = np.zeros(found.shape, dtype=bool)
    if len(rows):
        _, here, _ = scene.reach
        least = threshold * np.where(here[scene.pairs] > _NAMED, np.float32(_SHARE), np.float32(1))
        chosen[scene.pairs] = second.probabilities(carry_features(scene, rows, found)) >= least
    chosen = _without_other_channels(scene, _on_the_last_occasion(scene, chosen))
    names = [np.flatnonzero(row).tolist() for row in chosen]
    chains: dict[int, tuple[int, ...]] = {}
    for claim in range(len(scene.drafts)):
        _order(scene, claim, names, chains)
    whole = _further_out(scene, [chains[claim] for claim in range(len(scene.drafts))])
    return _in_one_order(scene, whole)


def _on_the_last_occasion(scene: Scene, chosen: Pairs) -> Pairs:
    """(claims, clusters) chosen intermediaries without outlets told on an occasion that is over.

    Who told one outlet and then another goes on to speak to the other: an outlet that is chosen
    for a later claim of the same origin, without being named there, gives way to the last named.
    """
    _, here, _ = scene.reach
    named = chosen & (here > _NAMED) & scene.outlets
    kept = chosen.copy()
    for origin, family in scene.families.items():
        if scene.nobody[origin]:
            continue
        told = last = np.zeros(chosen.shape[1], dtype=bool)
        for claim in family.tolist():
            if named[claim].any():
                last = named[claim]
                told = told | last
            over = kept[claim] & told & ~last
            if over.any():
                kept[claim] = (kept[claim] & ~over) | (last & scene.possible[claim])
    return kept


def _without_other_channels(scene: Scene, chosen: Pairs) -> Pairs:
    """(claims, clusters) chosen intermediaries without outlets that another channel stands for.

    "Roe told the Echo ... In a post, Roe wrote": what is told in a statement, at a rally or to
    reporters came through no outlet that its sentence does not name, nor does what the same origin
    says then, up to the next sentence that names one. Nested claims have what their outer claim
    came through.
    """
    kept = chosen.copy()
    for origin, family in scene.families.items():
        if scene.nobody[origin] or not chosen[np.ix_(family, scene.outlets)].any():
            continue
        others = np.unique(scene.sentence[scene.origin != origin])
        since: int | None = None
        for claim in family[scene.outer[family] < 0].tolist():
            words, sentence = _told_with(scene, claim), int(scene.sentence[claim])
            channel = _CHANNEL.search(" ".join(words)) is not None
            told_since = sentence if channel or since is None else since + 1
            between = np.arange(told_since, sentence)
            named = scene.outlets & _named_in(scene, [sentence, *np.setdiff1d(between, others)])
            if (chosen[claim] & named).any() or not _ON_AIR.isdisjoint(words):
                since = None
            else:
                since = sentence if channel else since
                if since is not None:
                    kept[claim] &= ~scene.outlets | named
    return kept


def _told_with(scene: Scene, claim: int) -> list[str]:
    """The words of a claim's sentence, with a mark for each that tells nothing of its channel.

    That is what somebody is reported to say, names ("a Quay Post poll"), and what a clause says of
    somebody ("Roe, who was at a rally"), but that of the claim itself.
    """
    article, told = scene.article, scene.predicates[claim]
    first, end = np.searchsorted(article.sentence, scene.sentence[claim] + np.array([0, 1]))
    apart = scene.reported[first:end] | scene.named[first:end]
    plain = article.plain_words[first:end]
    words = ["#" if known else word for word, known in zip(plain, apart, strict=True)]
    for start in [place for place, word in enumerate(words) if word in _RELATIVE]:
        marks = (at for at in range(start, len(words)) if not article.document.lettered[first + at])
        stop = next(marks, len(words))
        if not first + start <= told < first + stop:
            words[start:stop] = ["#"] * (stop - start)
    return words


def _named_in(scene: Scene, sentences: Sequence[int]) -> NDArray[np.bool_]:
    """Which clusters have a mention with words in some sentences."""
    found = np.zeros(len(scene.clusters), dtype=bool)
    here = scene.worded & np.isin(scene.article.sentence[scene.first], sentences)
    found[scene.owner[here]] = True
    return found


def _further_out(scene: Scene, chains: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The chains, each with that of its first intermediary's own last claim in front.

    What a report says that the Echo has seen came through the Echo too. A nested claim has its
    outer claim's chain already.
    """
    found: list[tuple[int, ...]] = []
    own: dict[int, tuple[int, ...]] = {}
    for claim, chain in enumerate(chains):
        origin = scene.origins[claim]
        outside = own.get(chain[0], ()) if chain and scene.outer[claim] < 0 else ()
        if origin not in outside and not set(outside) & set(chain):
            chain = (*outside, *chain)
        found.append(chain)
        own[origin] = chain
    return found


def first_reading(scene: Scene, scorer: Classifier) -> tuple[Floats, Floats]:
    """The pairs' features, and (claims, clusters) probabilities, 0 for no candidate."""
    found = np.zeros((len(scene.drafts), len(scene.clusters)), dtype=np.float32)
    rows = via_features(scene)
    if len(rows):
        found[scene.pairs] = scorer.probabilities(rows)
    return rows, found


def _order(
    scene: Scene,
    claim: int,
    chosen: Sequence[Sequence[int]],
    chains: dict[int, tuple[int, ...]],
) -> tuple[int, ...]:
    """The chain's intermediaries in order, from the article outward, without repeats."""
    if claim in chains:
        return chains[claim]
    chains[claim] = ()  # two claims that hold each other end here
    outer = int(scene.outer[claim])
    chain: list[int] = []
    further = list(chosen[claim])
    if outer >= 0 and scene.origins[outer] in further:
        chain.extend(_order(scene, outer, chosen, chains))
        chain.append(scene.origins[outer])
        # What an outer speaker did not have it through has no place behind that speaker, unless
        # it is told of in the speaker's own words.
        further = [name for name in further if _is_mentioned_in(scene, outer, name)]
    word = scene.drafts[claim].predicate

    def nearest_mention(cluster: int) -> int:
        members = scene.clusters[cluster].members
        places = [place for place in members if scene.worded[place]] or members
        firsts = [int(scene.first[place]) for place in places]
        return min(firsts, key=lambda first: abs(first - word))

    # An outlet has the papers it tells of, and whoever speaks to it.
    rest = sorted(
        (name for name in further if name not in chain),
        key=lambda name: (not scene.outlets[name], nearest_mention(name)),
    )
    origin = scene.origins[claim]
    chains[claim] = tuple(dict.fromkeys(name for name in [*chain, *rest] if name != origin))
    return chains[claim]


def _is_mentioned_in(scene: Scene, claim: int, cluster: int) -> bool:
    """True when a source has words inside a claim's content."""
    return any(
        first <= scene.first[place] <= last
        for place in scene.clusters[cluster].members
        if scene.worded[place]
        for first, last in scene.drafts[claim].content
    )


def _in_one_order(scene: Scene, chains: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The chains, with all sources in one order for the whole article.

    Of two sources the one that stands in front in more claims always does, in doubt as in the
    first of them; an intermediary that would stand behind its origin is left out. So what is not
    nested makes no circle. What is nested may, as two can tell of each other's words: such a claim
    has its outer claim's chain and speaker in front, whatever their order is elsewhere.
    """
    speakers = [scene.origins[outer] if outer >= 0 else -1 for outer in scene.outer.tolist()]
    told = [
        None if speaker in chain else (*chain, origin)
        for speaker, chain, origin in zip(speakers, chains, scene.origins, strict=True)
    ]
    rank = _ranks([way for way in told if way is not None], len(scene.clusters))
    found: dict[int, tuple[int, ...]] = {}

    def settle(claim: int) -> tuple[int, ...]:
        if claim in found:
            return found[claim]
        chain, origin = chains[claim], scene.origins[claim]
        found[claim] = chain
        if told[claim] is None:
            behind = chain[chain.index(speakers[claim]) :]
            ways = [*settle(int(scene.outer[claim])), *behind]
            found[claim] = tuple(dict.fromkeys(name for name in ways if name != origin))
        else:
            before = (name for name in chain if rank[name] < rank[origin])
            found[claim] = tuple(sorted(before, key=lambda name: rank[name]))
        return found[claim]

    return [settle(claim) for claim in range(len(chains))]


def _ranks(ways: Sequence[tuple[int, ...]], size: int) -> list[int]:
    """The place of every source in an order that breaks with as few claims as it must."""
    follows = np.eye(size, dtype=bool)
    pairs = Counter(pair for way in ways for pair in combinations(way, 2))
    for (first, second), _ in pairs.most_common():
        if not follows[second, first]:
            follows |= np.outer(follows[:, first], follows[second])
    return (size - follows.sum(1)).tolist()
