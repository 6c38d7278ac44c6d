"""What a model's card says in prose, whatever the model: use, data, limits."""

from __future__ import annotations

__all__ = [
    "LAYER",
    "LIMITS",
    "LIMITS_POLNEAR",
    "LIMITS_WRITTEN",
    "POLNEAR",
    "SILVER",
    "UNCASED",
    "USE",
    "WRITTEN",
]

USE = """\
To find, in one English news article, which sentences report somebody's words, whose they are, and
through whom they reached the article, and to score how openly the article shows it. Made for
studying and comparing sourcing over many articles, and for showing an editor or a reader where an
article's claims come from.

Not made to decide whether a claim is true or a source trustworthy, to judge one outlet, journalist
or source by a few articles, to find out who an anonymous source is, or to serve as evidence about
a person without somebody reading the article. Not tested on other languages, nor on
literature, transcripts of speech, scholarly or legal text."""

POLNEAR = """\
PolNeAR (Newell, Margolin and Ruths, LREC 2018: coverage of the 2016 US presidential campaigns by
seven US publishers) was tagged by trained annotators. It is not part of this repository, nor is
its text part of the model folder; its `test` part was not used."""

LAYER = """\
The provenance layer over PolNeAR (`training/corpus/provenance`) says for each attribution who the
source is, of which type, and through whom the claim came. A large language model labelled it under
a written guide (`GUIDE.md` there), not people. Its dev part, against which sources and chains are
measured, was labelled the same way."""

SILVER = """\
Entities and coreference of PolNeAR's articles are automatic (Stanford CoreNLP) and noisy."""

WRITTEN = """\
The written articles (`training/corpus/articles`) are fictional: a large language model wrote and
labelled them under a guide. They are published under CC BY 4.0 with a data card,
`training/corpus/README.md`."""

LIMITS_POLNEAR = (
    "Most of the training text is about US politics in 2016, from seven US publishers. Names, "
    "institutions and habits of attribution of other fields and countries come from the fictional "
    "articles alone.",
    "Sources, types, kinds and intermediaries were labelled by a large language model under a "
    "guide. Where the guide or the labeller errs, the model learned the error and the figures do "
    "not show it.",
    "In PolNeAR claims inside claims are not tagged: they are learned from the fictional articles "
    "alone. Its intermediaries are known by name, and the nearest such name was taken for the "
    "words that mean them.",
)
LIMITS_WRITTEN = (
    "The fictional articles are denser in chains, anonymous sources and nested claims than "
    "ordinary news. Figures on them tell how the model does on such cases, not how often they "
    "occur.",
)
LIMITS = (
    "Decoding settings and thresholds (see Model) were chosen on the dev articles, so the dev "
    "figures are somewhat too good.",
    "An intermediary is found by what the article says. An article that copies an agency without "
    "saying so shows no chain.",
    "Sources without a name can be told apart only by their descriptions: two may be taken for "
    "one, and one for two.",
    "A title or affiliation is read from the words around the name only: one that stands in "
    "another sentence is not found.",
    "Content that reaches very far from its cue (`BEFORE` and `AFTER` in "
    "`attribution/roles.py`) is cut off.",
    "A very long text (`_SECTION` in `attribution/scorer.py`) is read in sections. Named sources "
    "are joined across them by name, but a pronoun or a chain never reaches into another section.",
)
UNCASED = (
    "The encoder is uncased. Capitals reach the model only as a feature of the word's shape, and "
    "text all in capitals or without any is unlike what the model was trained on."
)
