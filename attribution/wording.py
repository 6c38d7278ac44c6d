"""Stage 4c: the words that a mention describes its source by.

Cut where a description is over: at a relative clause, an apposition or sixteen words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from attribution.entities import runs_on
from attribution.features import EncodedArticle
from attribution.mentions import Mention, own_names
from attribution.types import Span
from attribution.wordclasses import (
    DEFINITE,
    INDEFINITE,
    LINKING,
    LINKS,
    POSSESSIVE,
    PREPOSITIONS,
)

__all__ = ["describe", "description", "fullest_mention", "with_clause", "wording"]

#: Marks behind which a description is over.
_BREAKS = frozenset(",—–―;:")
#: Words that end no description ("a judge's", "the head of").
_NO_END = LINKING | frozenset(POSSESSIVE)
#: Those that end no clause: "who had seen it before" may end so.
_LOOSE = PREPOSITIONS | frozenset(POSSESSIVE)
_RELATIVE = frozenset("who whom whose which that".split())
_MAX_DESCRIPTION = 16
_MAX_ANTECEDENT = 4


def describe(article: EncodedArticle, mention: Mention) -> str:
    """A mention's words without relative clause and trailing apposition; of a list, all names."""
    tokens = mention.tokens
    end = len(tokens)
    names = own_names(mention)
    listed = names[-1].last - mention.first if len(names) > 1 else 0
    for place, token in enumerate(tokens):
        if place > listed and (_opens_clause(tokens, place) or (token in _BREAKS and place > 1)):
            end = place
            break
    end = min(end, _MAX_DESCRIPTION)
    while end > 1 and (tokens[end - 1] in _BREAKS or tokens[end - 1].lower() in _NO_END):
        end -= 1
    last = mention.first + max(end, 1) - 1
    if not mention.names and end == len(tokens) and tokens[end - 1][0].isupper():
        last = _run_on(article, last)
    return wording(article, mention.first, last)


def _opens_clause(tokens: Sequence[str], place: int) -> bool:
    """Whether a word is a relative pronoun; "that" is none in "a draft of that review"."""
    word = tokens[place].lower()
    pointing = word == "that" and place > 0 and tokens[place - 1].lower() == "of"
    return word in _RELATIVE and not pointing


def _run_on(article: EncodedArticle, last: int) -> int:
    """The last of the capitalised words right behind a name, but in a headline."""
    capital = runs_on(article)
    while (
        last + 1 < len(article)
        and capital[last + 1]
        and article.sentence[last + 1] == article.sentence[last]
    ):
        last += 1
    return last


def fullest_mention(article: EncodedArticle, mentions: Sequence[Mention]) -> Mention:
    """The mention that describes best: no pronoun, and of the rest the longest, the earliest."""
    order = {"name": 0, "definite": 1, "indefinite": 1, "bare": 1, "pronoun": 2}
    worded = [mention for mention in mentions if mention.tokens]
    return min(
        worded,
        key=lambda mention: (order[mention.form], -len(describe(article, mention)), mention.first),
    )


def description(article: EncodedArticle, mention: Mention) -> str:
    """What a mention calls a source without a name; a relative pronoun by what it stands behind."""
    if mention.form == "pronoun" and mention.tokens[0].lower() in _RELATIVE:
        return _antecedent(article, mention.first)
    return describe(article, mention)


def with_clause(article: EncodedArticle, mention: Mention) -> str:
    """A whole mention with its relative clause where that tells one noun apart, else nothing.

    "A clerk who saw it" is any clerk without it; "a Skerrin port clerk, who saw it" is not.
    """
    words = [token.lower() for token in mention.tokens]
    clause = next((at for at in range(1, len(words)) if _opens_clause(words, at)), 0)
    noun = [word for word in words[:clause] if word not in DEFINITE | INDEFINITE | {"of"}]
    if len(noun) != 1 or not noun[0].isalpha() or len(words) > _MAX_DESCRIPTION:
        return ""
    loose = len(list(takewhile(lambda word: word in _LOOSE | LINKS | _BREAKS, reversed(words))))
    return wording(article, mention.first, mention.last - loose)


def _antecedent(article: EncodedArticle, pronoun: int) -> str:
    """The few words that a relative pronoun stands behind ("some clerks who"), else the pronoun."""
    document = article.document
    comma = pronoun > 0 and document.words[pronoun - 1].of(document.text) == ","
    first = pronoun - comma
    for word in range(first - 1, max(-1, first - 1 - _MAX_ANTECEDENT), -1):
        text = document.words[word].of(document.text).lower()
        apart = article.sentence[word] != article.sentence[pronoun]
        if apart or not document.lettered[word] or text in LINKING | LINKS:
            break
        first = word
        if text in DEFINITE | INDEFINITE:
            break
    last = pronoun - comma - 1
    return wording(article, first, last) if first <= last else wording(article, pronoun, pronoun)


def wording(article: EncodedArticle, first: int, last: int) -> str:
    """Words first..last as in the text, with the stop of an abbreviation.

    White space is folded and soft hyphens are left out.
    """
    span: Span = article.document.cover(first, last)
    stop = "." if _is_abbreviation(article, last) else ""
    words = span.of(article.document.text).replace("\u00ad", "")
    return " ".join(words.split()) + stop


def _is_abbreviation(article: EncodedArticle, word: int) -> bool:
    """True for a word with a stop right behind it that has stops inside, or ends no sentence."""
    document = article.document
    here, behind = document.words[word], document.words[word + 1 : word + 2]
    if not behind or behind[0].of(document.text) != "." or behind[0].start != here.end:
        return False
    if "." in here.of(document.text):
        return True
    goes_on = word + 2 < len(article) and article.sentence[word] == article.sentence[word + 2]
    return goes_on and document.lettered[word + 2]
