"""The way in from Python: :class:`Scorer` turns texts into reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import overload

import torch
from transformers import PreTrainedTokenizerFast

from attribution.analyze import Findings, Resolver, analyze
from attribution.encode import encode_words
from attribution.errors import InputError, ModelError
from attribution.features import encode_article, load_tokenizer
from attribution.intermediaries import CARRY_FEATURES, VIA_FEATURES
from attribution.linking import LINK_FEATURES
from attribution.model import AttributionModel
from attribution.segment import segment
from attribution.storage import Precision
from attribution.tabular import Classifier, load_classifiers, save_classifiers
from attribution.transparency import assess
from attribution.types import Claim, ModelInfo, Report, Sentence, Source, Span

__all__ = ["BUNDLED", "Scorer"]

#: Models that ship with the package, by name.
BUNDLED = Path(__file__).parent / "weights"
_RESOLUTION = "resolution.safetensors"
#: A text longer than this many characters is read in sections, so that memory stays flat.
_SECTION = 60_000
_ARTICLES_AT_ONCE = 16
#: Most characters of another library's error in ours: torch lists every tensor.
_REASON = 300


class Scorer:
    """Scores articles with one model. Thread-safe after loading; holds no state between calls."""

    def __init__(
        self,
        model: AttributionModel,
        tokenizer: PreTrainedTokenizerFast,
        resolver: Resolver,
        name: str = "custom",
    ) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.resolver = resolver
        self.info = ModelInfo(name, model.config.release)

    @classmethod
    def from_pretrained(
        cls, model: str | Path = "small", *, device: str | torch.device = "cpu"
    ) -> Scorer:
        """Load a model.

        Args:
            model: name of a bundled model, a folder, or a hub id (the only case that needs the
                network, once).
            device: where the encoder runs.

        Raises:
            ModelError: there is no such model, or its folder is not complete.
        """
        folder = _folder(model)
        classifiers, settings = load_classifiers(folder / _RESOLUTION)
        _check(classifiers, settings, folder / _RESOLUTION)
        try:
            network = AttributionModel.from_pretrained(folder)
            tokenizer = load_tokenizer(str(folder))
        except (OSError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:_REASON]
            raise ModelError(f"{folder} does not hold a usable model: {reason}") from error
        return cls(network.to(device), tokenizer, Resolver(classifiers, settings), folder.name)

    def save_pretrained(self, folder: str | Path, *, storage: Precision = "fp32") -> None:
        """Write a folder that :meth:`from_pretrained` reads back.

        Args:
            folder: where to; created if need be.
            storage: precision of the weights. ``fp32`` gives the same results when read back;
                ``fp16`` and ``int8`` are smaller and give almost the same.

        Raises:
            ValueError: ``storage`` is none of these.
        """
        target = Path(folder)
        self.model.save_pretrained(target, storage=storage)
        self.tokenizer.save_pretrained(target)
        save_classifiers(self.resolver.classifiers, self.resolver.settings, target / _RESOLUTION)

    @overload
    def __call__(  # type: ignore[overload-overlap]  # a string is a sequence of strings, too
        self, texts: str, *, title: str | None = None, batch_size: int = 8
    ) -> Report: ...

    @overload
    def __call__(
        self, texts: Sequence[str], *, batch_size: int = 8, progress: bool = False
    ) -> list[Report]: ...

    def __call__(
        self,
        texts: str | Sequence[str],
        *,
        title: str | None = None,
        batch_size: int = 8,
        progress: bool = False,
    ) -> Report | list[Report]:
        """One article gives one report, a list of articles a list in the same order.

        Args:
            texts: one article, or several.
            title: headline to store in the report of a single article; not analysed.
            batch_size: windows of text run through the encoder at once.
            progress: show a progress bar on standard error.

        Raises:
            InputError: a text is empty; in a list, the message gives its position.
            ValueError: ``batch_size`` is below 1.
            TypeError: ``texts`` is neither a string nor a list of strings.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if isinstance(texts, str):
            report = next(self._reports([_checked(texts, "the text")], batch_size))
            return replace(report, title=title)
        if not isinstance(texts, Sequence):
            raise TypeError(f"expected a string or a list of strings, not {type(texts).__name__}")
        checked = [_checked(text, f"text {number}") for number, text in enumerate(texts)]
        reports = self._reports(checked, batch_size)
        if progress:
            from rich.console import Console
            from rich.progress import track

            console = Console(stderr=True)
            return list(track(reports, "scoring", total=len(checked), console=console))
        return list(reports)

    def score(self, texts: Sequence[str], *, batch_size: int = 8) -> list[float]:
        """Transparency scores, 0 to 100, of several articles. Raises as :meth:`__call__`."""
        return [report.transparency.score for report in self(texts, batch_size=batch_size)]

    def _reports(self, texts: Sequence[str], batch_size: int) -> Iterator[Report]:
        remaining = iter(texts)
        while chunk := list(islice(remaining, _ARTICLES_AT_ONCE)):
            sections = [list(_sections(text)) for text in chunk]
            findings = self._findings(
                (
                    text[start:end]
                    for text, cuts in zip(chunk, sections, strict=True)
                    for start, end in cuts
                ),
                batch_size,
            )
            for text, cuts in zip(chunk, sections, strict=True):
                merged = _merge([(next(findings), start) for start, _ in cuts])
                yield Report(
                    text=text,
                    title=None,
                    sentences=merged.sentences,
                    sources=merged.sources,
                    claims=merged.claims,
                    transparency=assess(text, merged.sentences, merged.sources, merged.claims),
                    model=self.info,
                )

    def _findings(self, texts: Iterable[str], batch_size: int) -> Iterator[Findings]:
        tokenizer = self.tokenizer
        special = (tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id)
        for chunk in _groups(texts):
            articles = [encode_article(segment(text), tokenizer) for text in chunk]
            states = encode_words(self.model, articles, special, batch_size=batch_size)
            for article, words in zip(articles, states, strict=True):
                yield analyze(self.model, self.resolver, article, words)


def _folder(model: str | Path) -> Path:
    if isinstance(model, str) and (BUNDLED / model / "config.json").is_file():
        return BUNDLED / model
    if Path(model).is_dir():
        return Path(model)
    bundled = ", ".join(sorted(path.name for path in BUNDLED.glob("*/"))) or "none"
    if isinstance(model, Path) or model.count("/") != 1:
        raise ModelError(f"no model {str(model)!r}: not a folder, and bundled are: {bundled}")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, allow_patterns=["*.safetensors", "*.json", "*.txt"]))
    except Exception as error:
        raise ModelError(f"model {model!r} is no folder and cannot be fetched: {error}") from error


def _check(
    classifiers: Mapping[str, Classifier], settings: Mapping[str, float], path: Path
) -> None:
    """Raises ModelError when a classifier or threshold is missing, or of another version."""
    sizes = {
        "link": len(LINK_FEATURES),
        "via": len(VIA_FEATURES),
        "carry": len(CARRY_FEATURES),
        "type": None,
        "anonymity": None,
    }
    for name, size in sizes.items():
        if name not in classifiers:
            raise ModelError(f"{path} has no classifier {name!r}")
        if size not in (None, classifiers[name].size):
            raise ModelError(
                f"{path} is of another version: its classifier {name!r} takes "
                f"{classifiers[name].size} features, this package has {size}"
            )
    for name in ("link_threshold", "via_threshold", "anonymity_threshold"):
        if name not in settings:
            raise ModelError(f"{path} has no setting {name!r}")


def _checked(text: str, name: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{name} is {type(text).__name__}, not str")
    if not text.strip():
        raise InputError(f"{name} is empty")
    return text


def _sections(text: str) -> Iterator[tuple[int, int]]:
    """Cuts of a long text, at the last paragraph, line, or space before the limit."""
    start = 0
    while len(text) - start > _SECTION:
        limit = start + _SECTION
        cut = next(
            (
                found + len(mark)
                for mark in ("\n\n", "\n", ". ", " ")
                if (found := text.rfind(mark, start + _SECTION // 2, limit)) > 0
            ),
            limit,
        )
        yield start, cut
        start = cut
    yield start, len(text)


def _groups(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts to encode together: so many, or as much text as one section, for their states stay."""
    group: list[str] = []
    size = 0
    for text in texts:
        if group and (len(group) == _ARTICLES_AT_ONCE or size + len(text) > _SECTION):
            yield group
            group, size = [], 0
        group.append(text)
        size += len(text)
    if group:
        yield group


def _merge(parts: Sequence[tuple[Findings, int]]) -> Findings:
    """Findings of the sections of one text; sources of one name and type become one.

    Not so the unnamed ones: two that share a description need not be the same.
    """
    if len(parts) == 1:
        return parts[0][0]
    sentences: list[Sentence] = []
    claims: list[Claim] = []
    sources: dict[tuple[str, ...], Source] = {}
    for findings, offset in parts:
        ids: dict[str, str] = {}
        for source in findings.sources:
            key: tuple[str, ...] = (source.name.casefold(), source.type)
            if source.type.startswith("unnamed"):
                key = (str(offset), source.id)
            mentions = tuple(_shift(mention, offset) for mention in source.mentions)
            known = sources.get(key)
            merged = replace(
                known or replace(source, id=f"s{len(sources) + 1}", mentions=()),
                anonymity_granted=source.anonymity_granted
                or (known is not None and known.anonymity_granted),
                role=known.role if known and known.role else source.role,
            )
            sources[key] = replace(merged, mentions=tuple(sorted((*merged.mentions, *mentions))))
            ids[source.id] = merged.id
        names = {claim.id: f"c{len(claims) + n}" for n, claim in enumerate(findings.claims, 1)}
        claims.extend(
            replace(
                claim,
                id=names[claim.id],
                content=tuple(_shift(piece, offset) for piece in claim.content),
                cue=claim.cue and _shift(claim.cue, offset),
                source_mention=claim.source_mention and _shift(claim.source_mention, offset),
                source=ids[claim.source],
                chain=_chain([ids[link] for link in claim.chain]),
            )
            for claim in findings.claims
        )
        sentences.extend(
            replace(
                sentence,
                span=_shift(sentence.span, offset),
                claims=tuple(names[claim] for claim in sentence.claims),
            )
            for sentence in findings.sentences
        )
    return Findings(tuple(sentences), tuple(sources.values()), tuple(claims))


def _chain(links: Sequence[str]) -> tuple[str, ...]:
    """A chain without repeats, its origin last."""
    return (*dict.fromkeys(link for link in links[:-1] if link != links[-1]), links[-1])


def _shift(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
