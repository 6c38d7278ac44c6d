"""Documents and examples keep step with what they are about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from training.demo import ARTICLES, EXAMPLES, plain_text

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "examples/*.md", "training/corpus/*.md")
    for path in ROOT.glob(pattern)
)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("doc", ARTICLES)
def test_examples_are_the_dev_articles_without_tags(doc: str):
    assert (EXAMPLES / f"{doc}.txt").read_text(encoding="utf-8") == plain_text(doc)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path):
    links = _LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_tests_named_in_the_rules_exist():
    text = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/\w+\.py)`", text))
    assert named
    assert {name for name in named if not (ROOT / name).is_file()} == set()
