"""Augmentation: marks, word order, tense, datelines, noise and line breaks."""

from __future__ import annotations

import random
import re

import pytest

from attribution.segment import segment, speech_of
from augmented import LEXICON, ROE, VERBS, silver_of, speaker, tagged, words
from tagged import gold
from training.augment.cues import change_tense, swap_speakers
from training.augment.edits import apply_edits
from training.augment.marks import STYLES, lose_marks, quotations, restyle, restyle_edits
from training.augment.surface import add_noise, change_dateline, wrap_lines
from training.readers.gold import GoldArticle


class TestMarks:
    US = "“I ‘know’ it’s cold,” she said. “Don’t.”\n\n“It is,” he said."

    @pytest.mark.parametrize(
        ("style", "expected"),
        [
            (0, '"I \'know\' it\'s cold," she said. "Don\'t."\n\n"It is," he said.'),
            (1, US),
            (2, "'I \"know\" it's cold,' she said. 'Don't.'\n\n'It is,' he said."),
            (3, "‘I “know” it’s cold,’ she said. ‘Don’t.’\n\n‘It is,’ he said."),
            (4, "«I “know” it’s cold,» she said. «Don’t.»\n\n«It is,» he said."),
            (5, "„I ‚know‘ it’s cold,“ she said. „Don’t.“\n\n„It is,“ he said."),
        ],
    )
    def test_styles(self, style: int, expected: str) -> None:
        article = GoldArticle("d", self.US, ())
        after, _ = apply_edits(article, None, restyle_edits(self.US, STYLES[style]))
        assert after.text == expected
        if STYLES[style].outer != ("„", "“"):
            back, _ = apply_edits(after, None, restyle_edits(after.text, STYLES[1]))
            assert back.text == self.US

    def test_a_quotation_over_paragraphs_has_all_its_opening_marks(self) -> None:
        text = '"One.\n\n"Two." End.'
        after, _ = apply_edits(GoldArticle("d", text, ()), None, restyle_edits(text, STYLES[3]))
        assert after.text == "‘One.\n\n‘Two.’ End."

    def test_apostrophes_are_no_marks(self) -> None:
        text = "'The workers' vote in the '90s wasn't fair,' he said."
        assert [(item.opening.start, item.depth) for item in quotations(text)] == [(0, 0)]
        assert quotations("the workers' vote, and it wasn't theirs") == []

    def test_names_with_marks_change_with_the_text(self) -> None:
        article = tagged(
            'On <src c=1>"Low Tide"</src> <cue c=1>came</cue> <con c=1>"a no"</con>.',
            '"Low Tide" | media_outlet | | no',
        )
        after, _ = apply_edits(article, None, restyle_edits(article.text, STYLES[3]))
        assert after.sources[0].name == "‘Low Tide’"

    def test_restyling_keeps_speech(self) -> None:
        for seed in range(30):
            after, _ = restyle(gold(), None, random.Random(seed))
            if "„" not in after.text:
                document = segment(after.text)
                assert [speech_of(document, c.content) for c in after.claims] == [
                    claim.speech for claim in gold().claims
                ]

    def test_a_lost_mark_makes_speech_unknown_in_its_paragraph(self) -> None:
        article = speaker(
            "<con c=1>“No,”</con> <src c=1>she</src> <cue c=1>said</cue>.\n\n"
            "<src c=2>She</src> <cue c=2>said</cue> <con c=2>it rained</con>."
        )
        seen = set()
        for seed in range(10):
            after, _ = lose_marks(article, None, random.Random(seed))
            assert [claim.speech for claim in after.claims] == [None, "indirect"]
            seen.add(after.claims[0].content[0].of(after.text))
        assert seen == {"No,”", "“No,"}


class TestOrder:
    def swapped(self, body: str) -> str:
        article = speaker(body)
        texts = {
            swap_speakers(article, None, VERBS, random.Random(seed))[0].text for seed in range(9)
        }
        changed = texts - {article.text}
        return changed.pop() if changed else article.text

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<src c=1>Ada Roe</src> <cue c=1>said</cue>.", "said Ada Roe."),
            ("<cue c=1>said</cue> <src c=1>Ada Roe</src>.", "Ada Roe said."),
            ("<cue c=1>said</cue> <src c=1>she</src>.", "she said."),
            ("<src c=1>the cook</src> <cue c=1>said</cue> on Monday.", "said the cook on Monday."),
            ("<cue c=1>said</cue> <src c=1>Roe, a cook</src>.", "Roe, a cook, said."),
            ("<src c=1>Roe, a cook</src>, <cue c=1>said</cue>.", "said Roe, a cook."),
            ("<src c=1>she</src> <cue c=1>said</cue>.", "she said."),
            ("<src c=1>Roe</src> <cue c=1>said</cue> men lied.", "Roe said men lied."),
            ("<src c=1>Roe</src> <cue c=1>told</cue> us.", "Roe told us."),
            ("<cue c=1>said</cue> <src c=1>Roe</src>, a cook.", "said Roe, a cook."),
        ],
    )
    def test_speaker_and_verb(self, before: str, after: str) -> None:
        quotation = "<con c=1>“It is cold,”</con> "
        assert self.swapped(quotation + before) == "“It is cold,” " + after

    def test_only_behind_a_quotation(self) -> None:
        body = "<src c=1>Roe</src> <cue c=1>said</cue>. <con c=1>It is cold</con>."
        assert self.swapped(body) == "Roe said. It is cold."


class TestTense:
    def told(self, body: str) -> str:
        article = speaker(body)
        texts = {change_tense(article, None, VERBS, random.Random(s))[0].text for s in range(5)}
        changed = texts - {article.text}
        return max(changed, default=article.text)

    def test_pairs_are_learned(self) -> None:
        assert VERBS.present == {"said": ("says", "say"), "warned": ("warns", "warn")}
        assert VERBS.inverted == {"said"}

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<src c=1>Roe</src> <cue c=1>said</cue> <con c=1>no</con>.", "Roe says no."),
            ("<src c=1>Roe</src> <cue c=1>says</cue> <con c=1>no</con>.", "Roe said no."),
            ("<src c=1>they</src> <cue c=1>said</cue> <con c=1>no</con>.", "they say no."),
            ("<src c=1>A and B</src> <cue c=1>warned</cue> <con c=1>x</con>.", "A and B warn x."),
            ("<con c=1>“No,”</con> <cue c=1>said</cue> <src c=1>he</src>.", "“No,” says he."),
            ("<src c=1>Roe</src> <cue c=1>said</cue> last year <con c=1>no</con>.", None),
            ("“<src c=1>Roe</src> <cue c=1>said</cue> <con c=1>no</con>.”", None),
            ("Did <src c=1>Roe</src> <cue c=1>say</cue> <con c=1>no</con>?", None),
            ("<src c=1>Roe’s</src> <cue c=1>say</cue> on <con c=1>it</con>", None),
            ("<src c=1>Roe</src> also <cue c=1>said</cue> <con c=1>no</con>.", None),
        ],
    )
    def test_verbs(self, before: str, after: str | None) -> None:
        assert self.told(before) == (after or speaker(before).text)

    def test_unsure_number_keeps_the_past(self) -> None:
        body = "<src c=1>the staff</src> <cue c=1>said</cue> <con c=1>no</con>."
        article = tagged(body, "the staff | unnamed_group | | no")
        after, _ = change_tense(article, None, VERBS, random.Random(1))
        assert after.text == article.text


class TestSurface:
    RUNNING = "A long first sentence about the quay, the pier and the kiln, and all who work there"
    BODY = f"{RUNNING}, <src c=1>Roe</src> <cue c=1>said</cue>: <con c=1>they go</con>."

    def test_a_dateline_of_known_names_enters_the_silver_entities(self) -> None:
        article = speaker(self.BODY)
        record = silver_of(article, Roe="PERSON")
        lines = set()
        for seed in range(30):
            after, changed = change_dateline(article, record, LEXICON.pool, random.Random(seed))
            assert changed is not None
            line = after.text.removesuffix(article.text)
            found = [(after.text[start:end], kind) for start, end, kind in changed["ner"]]
            assert (line[:7].title(), "LOCATION") == (found[0][0].title(), found[0][1])
            assert [kind for _, kind in found[1:]] in (["PERSON"], ["ORGANIZATION", "PERSON"])
            assert words(after, after.claims[0]) == words(article, article.claims[0])
            lines.add(line)
        assert any(line.startswith("PELSUND (") for line in lines)
        assert len(lines) > 10

    def test_an_own_dateline_is_removed_or_restyled(self) -> None:
        article = speaker("LOWICK (ZZN) — " + self.BODY)
        texts = {
            change_dateline(article, None, LEXICON.pool, random.Random(s))[0].text
            for s in range(30)
        }
        ends = speaker(self.BODY).text
        assert ends in texts
        assert all(text.endswith(ends) and len(text) < len(ends) + 40 for text in texts)
        assert any(text.startswith("LOWICK (ZZN) -- ") for text in texts)
        assert any(re.match(r"LOWICK, \w+\.? \w+ \(ZZN\)", text) for text in texts)

    def test_a_dateline_that_names_a_source_stays(self) -> None:
        body = f"LOWICK (<via c=1 e=s2>ZZN</via>) — {self.BODY}"
        article = tagged(body, ROE, "ZZN | media_outlet | | no", claims=["s1 | s2"])
        for seed in range(20):
            after, _ = change_dateline(article, None, LEXICON.pool, random.Random(seed))
            assert after.claims[0].via_mentions["s2"][0].of(after.text) == "ZZN"

    def test_noise(self) -> None:
        article = speaker(
            "Mr. A rose -- then... left. <src c=1>Roe</src> <cue c=1>said</cue> "
            "<con c=1>a well-known half-and-half, 2-3 times — no</con>."
            + " It rained on the quay, and on the pier." * 9
            + "\n\nSo there."
        )
        texts = {add_noise(article, None, random.Random(s))[0].text for s in range(60)}
        joined = "\n".join(texts)
        for trace in ("\u00a0", ".  It", "rose — then", "rose—then", "…", ". . .", "\r\n"):
            assert trace in joined, trace
        assert all("well-known half-and-half, 2-3" in re.sub(r"\s+", " ", t) for t in texts)
        assert not any("Mr.  A  rose" in text for text in texts)

    def test_wrapped_lines_still_make_one_paragraph(self) -> None:
        article = speaker(f"{self.BODY} {self.RUNNING}. {self.RUNNING}.\nShort end.")
        after, _ = wrap_lines(article, None, random.Random(0))
        assert max(map(len, after.text.split("\n"))) <= 90
        assert after.text.split() == article.text.split()
        assert len(segment(after.text).paragraphs) == 2
