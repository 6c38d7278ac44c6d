"""When does a predicted source's name count as the gold source's name?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from attribution.types import Source
from training.readers.gold import GoldSource

__all__ = ["content_tokens", "name_tokens", "names_equal", "names_match", "token_f1"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PARENTHESIS = re.compile(r"\([^()]*\)")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")
_TOKEN = re.compile(r"'s\b|\w+")
_POSSESSIVE = "'s"
_DETERMINERS = _set("a an the his her their its our my your this that these those")
_STOP_WORDS = _DETERMINERS | _set("of for in on at to by with from and or who whose which as 's")
# Words in front of a name after which it belongs to somebody else: "a spokesman for Ada Roe".
_DEPENDENT = _set("of for to by with from")
_HONORIFICS = _set(
    "mr mrs ms miss mx dr prof professor sir dame lord lady madam sen senator rep "
    "representative congressman congresswoman gov governor president vice prime minister "
    "chancellor mayor councillor secretary ambassador gen general col colonel maj major capt "
    "captain lt lieutenant sgt sergeant cpl corporal adm admiral judge justice rev reverend "
    "father fr sister brother bishop archbishop pope rabbi imam sheikh king queen prince "
    "princess"
)
_SUFFIXES = _set("jr sr ii iii iv phd md esq")
_MOST_EXTRA_WORDS = 12
_NAMED_F1 = 0.75
_DESCRIBED_F1 = 0.5


def name_tokens(name: str) -> tuple[str, ...]:
    """A name's words for comparison, in order.

    Case, punctuation, parentheses, stops of initials ("U.N." = "UN") and a determiner in front
    are dropped; a possessive ending stays as a token of its own.
    """
    plain = unicodedata.normalize("NFKC", name).replace("’", "'").casefold()
    outside = _PARENTHESIS.sub(" ", plain)
    if _TOKEN.search(outside):
        plain = outside
    plain = _INITIALS.sub(lambda match: match[0].replace(".", ""), plain)
    tokens = _TOKEN.findall(plain)
    while len(tokens) > 1 and tokens[0] in _DETERMINERS:
        del tokens[0]
    return tuple(tokens)


def content_tokens(name: str) -> Counter[str]:
    """The bag of a description's words without function words (with them if it has no other)."""
    tokens = name_tokens(name)
    return Counter([token for token in tokens if token not in _STOP_WORDS] or tokens)


def token_f1(first: str, second: str) -> float:
    """F1 of the content words of two descriptions; 0 when both are empty."""
    left, right = content_tokens(first), content_tokens(second)
    size = left.total() + right.total()
    return 2 * (left & right).total() / size if size else 0.0


def names_equal(predicted: Source, gold: GoldSource) -> bool:
    """Strict: the same words in the same order, up to case, punctuation and a first determiner."""
    if gold.type in ("author", "unspecified"):
        return predicted.type == gold.type
    return name_tokens(predicted.name) == name_tokens(gold.name)


def names_match(predicted: Source, gold: GoldSource) -> bool:
    """True when a reader would take the predicted name for the gold source's full name.

    By the gold source's type:

    - named_person: the names are equal without titles in front ("Dr", "President") and suffixes
      ("Jr"), or one has middle names or initials that the other lacks, or the gold name stands
      whole in the prediction with at most twelve words around it ("Ada Roe, a nurse"). A surname
      alone is not a full name and does not match. Neither does a name that the words around it
      make somebody else's: "Ada Roe's lawyer", "a spokesman for Ada Roe", "Ada Roe and others".
    - named_organization, media_outlet: equal, or the gold name stands whole in the prediction
      under the same conditions, or the content words of the two have F1 of .75 or more. "The
      Post" is not "the Evening Post".
    - document, unnamed_person, unnamed_group: descriptions; their content words have F1 of .5 or
      more, so that at least one is shared.
    - author, unspecified: they have no name in the article; the predicted type must be the same.
    """
    if gold.type in ("author", "unspecified"):
        return predicted.type == gold.type
    left, right = name_tokens(predicted.name), name_tokens(gold.name)
    if not left or not right:
        return False
    if gold.type == "named_person":
        left, right = _bare_person(left), _bare_person(right)
        return left == right or _same_but_middle(left, right) or _stands_in(right, left)
    if left == right:
        return True
    if gold.type in ("named_organization", "media_outlet"):
        similar = token_f1(predicted.name, gold.name) >= _NAMED_F1
        return _stands_in(right, left) or (similar and not _is_possessed(left, right))
    return token_f1(predicted.name, gold.name) >= _DESCRIBED_F1


def _bare_person(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """A person's name without titles in front and suffixes behind; never empty."""
    start, end = 0, len(tokens)
    while end - start > 1 and tokens[end - 1] in _SUFFIXES:
        end -= 1
    while end - start > 1 and tokens[start] in _HONORIFICS:
        start += 1
    return tokens[start:end]


def _same_but_middle(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    short, long = sorted((left, right), key=len)
    if len(short) < 2 or short[0] != long[0] or short[-1] != long[-1]:
        return False
    if len(long) > len(short) + 2 or _POSSESSIVE in long:
        return False
    rest = iter(long)
    return all(token in rest for token in short)


def _stands_in(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """True when ``name`` stands whole among ``words`` and the words around it leave it its own."""
    if len(words) - len(name) > _MOST_EXTRA_WORDS:
        return False
    for start in range(len(words) - len(name) + 1):
        end = start + len(name)
        if words[start:end] != name:
            continue
        before = next((word for word in reversed(words[:start]) if word not in _DETERMINERS), "")
        after = words[end] if end < len(words) else ""
        if before not in _DEPENDENT and after not in (_POSSESSIVE, "and"):
            return True
    return False


def _is_possessed(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """True when one name is the other's possessive plus more words: "Acme" and "Acme's board"."""
    short, long = sorted((left, right), key=len)
    return long[: len(short) + 1] == (*short, _POSSESSIVE)
