"""Two small tagged articles, as gold and as training examples."""

from __future__ import annotations

from tiny_model import tiny_tokenizer
from training.examples import Example, build_example
from training.readers.articles import parse_article
from training.readers.gold import GoldArticle

FERRY = """---
title: Ferry to stop
publisher: The Quay Post
sources:
s1 | Ottoline Brask | named_person | chair | no
s2 | Skerrin Echo | media_outlet | | no
s3 | her deputy | unnamed_person | | no
claims:
1 | s1 | s2 | statement | interview
2 | s3 | s2, s1 | intention | interview
3 | s1 | s2 | statement | interview
---
Nobody spoke. <src c=3><src c=1>Ottoline Brask</src></src> <cue c=1>told</cue> the
<via c=1 e=s2>Skerrin Echo</via> <con c=1>that <src c=2>her deputy</src> <cue c=2>promised</cue>
<con c=2>he would leave</con></con>. <con c=3>“He has no boat.”</con>
"""
PIER = """---
title: Pier shut
publisher: The Quay Post
sources:
s1 | a sailor | unnamed_person | | yes
claims:
1 | s1 | | statement | speech
---
<con c=1>“The pier is shut,”</con> <cue c=1>said</cue> <src c=1>a sailor</src>. It rained.
"""


def gold(raw: str = FERRY) -> GoldArticle:
    return parse_article(raw, doc="wires-01")


def example(raw: str = FERRY) -> Example:
    return build_example(gold(raw), tiny_tokenizer())
