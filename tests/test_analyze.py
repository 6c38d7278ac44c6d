"""Where the stages meet: what claims, sources and sentences of a report are made of."""

from __future__ import annotations

import numpy as np
import pytest

from attribution.analyze import _nobody, _sentences, _share, _speech, claim_origins
from attribution.resolve import Cluster
from attribution.segment import segment
from attribution.types import SOURCE_TYPES, SPEECHES, Claim, Kind, Span, Speech
from scenes import Script, draft, mention, table, type_rows, zero
from tiny_model import encode

TEXT = "Brask said it was over. “Go home,” she added. It rained."


def claim(words: str, speech: Speech, kind: Kind = "statement", name: str = "c1") -> Claim:
    content = (Span(TEXT.index(words), TEXT.index(words) + len(words)),)
    return Claim(name, content, None, None, "s1", speech, kind, ("s1",), 1.0)


class TestSentences:
    def statuses(self, *claims: Claim) -> list[str]:
        return [sentence.status for sentence in _sentences(segment(TEXT), claims)]

    def test_without_claims_the_status_is_none(self) -> None:
        assert self.statuses() == ["none"] * 3

    def test_the_status_is_the_speech_of_its_statements(self) -> None:
        found = self.statuses(claim("it was over", "indirect"), claim("“Go home,”", "direct"))
        assert found == ["indirect", "direct", "none"]

    def test_statements_of_two_forms_are_mixed(self) -> None:
        found = self.statuses(claim("it was over", "indirect"), claim("over", "direct"))
        assert found[0] == "mixed"

    def test_other_kinds_are_listed_and_leave_the_status_alone(self) -> None:
        sentence = _sentences(segment(TEXT), [claim("it was over", "indirect", "belief")])[0]
        assert (sentence.status, sentence.claims) == ("none", ("c1",))

    def test_a_claim_belongs_to_every_sentence_it_has_a_word_in(self) -> None:
        found = _sentences(segment(TEXT), [claim("over. “Go home,”", "mixed")])
        assert [sentence.claims for sentence in found] == [("c1",), ("c1",), ()]

    def test_a_mark_alone_brings_no_sentence(self) -> None:
        found = _sentences(segment(TEXT), [claim("over. “", "indirect")])
        assert [sentence.claims for sentence in found] == [("c1",), (), ()]


class TestSpeech:
    @pytest.mark.parametrize("speech", SPEECHES)
    def test_where_a_mark_is_missing_the_model_decides(self, speech: Speech) -> None:
        text = "“Go home, she added."
        article = encode(text)
        made = draft(article, Script(("“Go home,",), "added", "she"))
        made.speech[:] = np.eye(len(SPEECHES))[SPEECHES.index(speech)]
        assert _speech(article.document, made, (Span(0, 9),)) == speech

    def test_else_the_marks_do(self) -> None:
        article = encode(TEXT)
        made = draft(article, Script(("“Go home,”",), "added", "she"))
        start = TEXT.index("“")
        made.speech[:] = np.eye(len(SPEECHES))[SPEECHES.index("indirect")]
        assert _speech(article.document, made, (Span(start, start + 10),)) == "direct"


class TestOrigins:
    def test_a_claim_is_from_its_source_mention_else_from_its_zero_mention(self) -> None:
        article = encode(TEXT)
        drafts = [
            draft(article, Script(("it was over",), "said", "Brask")),
            draft(article, Script(("“Go home,”",), "added")),
        ]
        mentions = table([mention(article, "Brask", claim=0), zero(article, "added", 1)])
        apart, together = [Cluster([0]), Cluster([1])], [Cluster([0, 1])]
        assert claim_origins(drafts, mentions, apart) == [0, 1]
        assert claim_origins(drafts, mentions, together) == [0, 0]


class TestSharedSources:
    def test_claims_from_nobody_in_particular_share_one_source(self) -> None:
        types = type_rows("unspecified", "named_person", "unspecified")
        clusters, kept = _share([Cluster([0]), Cluster([1]), Cluster([2])], types, {0, 1, 2})
        assert [cluster.members for cluster in clusters] == [[0, 2], [1]]
        assert kept.tolist() == types[:2].tolist()

    def test_author_and_unspecified_stay_apart(self) -> None:
        types = type_rows("unspecified", "author")
        clusters, _ = _share([Cluster([0]), Cluster([1])], types, {0, 1})
        assert len(clusters) == 2

    def test_two_persons_stay_apart(self) -> None:
        types = type_rows("named_person", "named_person")
        clusters, _ = _share([Cluster([0]), Cluster([1])], types, {0, 1})
        assert len(clusters) == 2

    def test_a_source_that_no_words_name_is_unspecified_or_the_author(self) -> None:
        article = encode(TEXT)
        mentions = table([mention(article, "Brask"), zero(article, "added", 0)])
        types = type_rows("named_person", "named_person")
        found = _nobody(mentions, [Cluster([0]), Cluster([1])], types)
        assert found[0].tolist() == types[0].tolist()
        assert SOURCE_TYPES[int(found[1].argmax())] in ("unspecified", "author")
