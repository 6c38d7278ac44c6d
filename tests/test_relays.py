"""Fitting the two readings that decide who passed a claim on."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from attribution.intermediaries import CARRY_FEATURES, VIA_FEATURES, Scene
from attribution.provenance import find_chains
from attribution.resolve import Cluster
from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES
from scenes import Script, draft, mention, rule, table, type_rows
from tiny_model import encode
from training.readers.gold import GoldArticle, GoldClaim
from training.relays import Relayed, best_via_threshold, fit_relays, gold_scene
from training.scored import Scored

#: Said to the Echo, and two claims later the origin goes on; Ware speaks for himself.
TEXT = "Brask told the Echo it was over. Ware said it was late. She left. Ware stayed."
CLAIMS = (
    Script(("it was over",), "told", "Brask", ("the Echo",)),
    Script(("it was late",), "said", "Ware"),
    Script(("She left",), source="She"),
    Script(("Ware stayed",)),
)
BRASK, ECHO, WARE = range(3)
VIA = ((ECHO,), (), (ECHO,), ())


def interview(*names: str) -> Relayed:
    """The scene, with Brask, the Echo and Ware by other names."""
    text, scripts = TEXT, CLAIMS
    for old, new in zip(("Brask", "Echo", "Ware"), names, strict=True):
        text = text.replace(old, new)
        scripts = tuple(
            Script(
                tuple(piece.replace(old, new) for piece in script.content),
                script.cue,
                script.source and script.source.replace(old, new),
                tuple(piece.replace(old, new) for piece in script.via),
            )
            for script in scripts
        )
    article = encode(text)
    brask, echo, ware = names
    mentions = table(
        [
            mention(article, brask),
            mention(article, f"the {echo}", "via", organization=echo),
            mention(article, ware),
            mention(article, "She"),
            mention(article, ware, occurrence=2),
        ]
    )
    clusters = [Cluster([0, 3]), Cluster([1]), Cluster([2, 4])]
    types = type_rows("named_person", "media_outlet", "named_person")
    drafts = [draft(article, script) for script in scripts]
    return Relayed(Scene(article, drafts, mentions, clusters, [0, 2, 0, 2], types), VIA)


def outlets(size: int) -> Classifier:
    """A classifier to which every source is most likely an outlet."""
    likely = np.zeros(len(SOURCE_TYPES), dtype=np.float32)
    likely[SOURCE_TYPES.index("media_outlet")] = 1
    return Classifier(
        mean=np.zeros(size, dtype=np.float32),
        scale=np.ones(size, dtype=np.float32),
        weights=(np.zeros((size, len(SOURCE_TYPES)), dtype=np.float32),),
        biases=(likely,),
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
class TestFit:
    def test_it_learns_that_an_interview_goes_on_with_its_origin(self) -> None:
        scenes = [interview(*names.split()) for names in ("Brask Echo Ware", "Roe Post Poe")]
        first, second = fit_relays(scenes * 60, seed=2)
        assert (first.size, second.size) == (len(VIA_FEATURES), len(CARRY_FEATURES))
        fresh = interview("Lund", "Herald", "Holm")
        assert find_chains(fresh.scene, first, second, 0.5) == list(VIA)


class TestThreshold:
    def test_the_best_separates_gold_from_others(self) -> None:
        def log_odds(chance: float) -> float:
            return float(np.log(chance / (1 - chance)))

        item = interview("Brask", "Echo", "Ware")
        gap = log_odds(0.45) - log_odds(0.35)
        second = rule(CARRY_FEATURES, log_odds(0.35), {"candidate_only_relays": gap})
        gold = Relayed(item.scene, ((ECHO,),) * 4)
        threshold, score = best_via_threshold(rule(VIA_FEATURES, 0.0, {}), second, [[gold]])
        assert threshold == pytest.approx(0.4)
        assert score == pytest.approx(1.0)

    def test_silence_is_no_better_than_it_deserves(self) -> None:
        never = rule(CARRY_FEATURES, -9.0, {})
        item = interview("Brask", "Echo", "Ware")
        _, score = best_via_threshold(rule(VIA_FEATURES, 0.0, {}), never, [[item]])
        assert score == pytest.approx(0.25)


class TestGoldScene:
    def made(
        self, *claims: GoldClaim, names: tuple[str | None, ...], publisher: str = "", end: str = ""
    ) -> Relayed:
        """The scene of the interview's mentions when they have these gold sources."""
        scene = interview("Brask", "Echo", "Ware").scene
        scored = Scored(
            GoldArticle("interview", TEXT + end, claims, publisher=publisher),
            SimpleNamespace(article=scene.article),
            None,
            claims,
            scene.drafts[: len(claims)],
            scene.table,
            names,
        )
        size = 3 * len(SOURCE_TYPES) + 5 + 7
        return gold_scene(scored, outlets(size))

    def test_gold_sources_are_its_clusters_and_origins(self) -> None:
        told = GoldClaim("1", (), source="s1", via=("s2",))
        said = GoldClaim("2", (), source="s3", via=())
        found = self.made(told, said, names=("s1", "s2", "s3", "s1", None))
        members = [cluster.members for cluster in found.scene.clusters]
        assert members == [[0, 3], [1], [2], [4]]
        assert found.scene.origins == [0, 2]
        assert found.via == ((1,), ())
        assert found.scene.types.sum(1) == pytest.approx([1] * 4)

    @pytest.mark.parametrize(
        ("publisher", "end"), [("The Echo", ""), ("", "\n\nCopyright 2031 The Echo")]
    )
    def test_the_articles_own_outlet_is_no_candidate(self, publisher: str, end: str) -> None:
        told = GoldClaim("1", (), source="s1", via=())
        names = ("s1", "s2", "s3", "s1", "s3")
        assert ECHO in self.made(told, names=names).scene.candidates[0]
        found = self.made(told, names=names, publisher=publisher, end=end)
        assert found.scene.own == {ECHO}
        assert found.scene.candidates == [[WARE]]

    def test_an_intermediary_without_a_mention_is_left_out_in_their_order(self) -> None:
        told = GoldClaim("1", (), source="s1", via=("s3", "s9", "s2"))
        found = self.made(told, names=("s1", "s2", "s3", "s1", "s3"))
        assert found.via == ((2, 1),)
