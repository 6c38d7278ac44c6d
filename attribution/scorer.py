"""The way in from Python: :class:`Scorer` turns texts into reports."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, overload

import torch
from torch import Tensor

from attribution.ahead import ahead
from attribution.analyze import Findings, analyze
from attribution.body import Body, body_of, restored
from attribution.characterize import ANONYMITY_SIZE
from attribution.checksums import check_sums
from attribution.columns import map_batch
from attribution.configuration import AttributionConfig
from attribution.descriptions import LAYERS
from attribution.encode import encode_words
from attribution.engines import EngineName, resolve_engine, run_with
from attribution.errors import InputError, ModelError
from attribution.features import EncodedArticle, encode_articles
from attribution.intermediaries import CARRY_FEATURES, VIA_FEATURES
from attribution.language import Fluency, fluency, reads_as_english
from attribution.linking import LINK_FEATURES
from attribution.model import AttributionModel
from attribution.publisher import read_publisher
from attribution.runtime import RuntimeEncoder
from attribution.sections import SECTION, merge, sections
from attribution.segment import segment
from attribution.standing import OWNER_FEATURES
from attribution.storage import Precision
from attribution.tabular import Classifier, Resolver, load_classifiers, save_classifiers
from attribution.tokenizer import Tokenizer, load_tokenizer
from attribution.transformer import Transformer
from attribution.transparency import assess
from attribution.types import ModelInfo, Report
from attribution.weighting import WEIGHTS, checked_weights

__all__ = ["BUNDLED", "Scorer", "default_engine"]

#: Models that ship with the package, by name.
BUNDLED = Path(__file__).parent / "weights"
_RESOLUTION = "resolution.safetensors"
#: Few, so that there is another group to encode while one is analysed.
_ARTICLES_AT_ONCE = 4
#: A text and the outlet that prints it, if known.
_Article = tuple[str, str | None]
#: It, with the states of its words.
_Encoded = tuple[EncodedArticle, Tensor, str | None]
#: Most characters of another library's error in ours: torch lists every tensor.
_REASON = 300


class Scorer:
    """Scores articles with one model. Thread-safe after loading; holds no state between calls.

    Attributes:
        info: name and version of the model, and what runs its encoder.
    """

    def __init__(
        self,
        model: AttributionModel,
        tokenizer: Tokenizer,
        resolver: Resolver,
        name: str = "custom",
        *,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self.weights = dict(WEIGHTS) if weights is None else checked_weights(weights)
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.resolver = resolver
        self.info = ModelInfo(name, model.config.release)
        self._source: Path | None = None

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path = "small",
        *,
        device: str | torch.device = "cpu",
        engine: EngineName = "auto",
        weights: Mapping[str, float] | None = None,
    ) -> Scorer:
        """Load a model.

        Args:
            model: name of a bundled model, a folder, or a hub id (the only case that needs the
                network, once).
            device: where the encoder runs.
            engine: what runs it: ``torch``, which gives the same figures everywhere,
                ``torch-bf16``, ``openvino`` or ``onnx-int8``; ``auto`` is the fastest that loses
                next to nothing with this model, if that is installed (docs/engines.md).
            weights: of the score's components, as :func:`attribution.weighting.load_weights`
                reads them from a file; None: the default ones.

        Raises:
            ModelError: there is no such model, or its folder is not complete, or is damaged; or the
                engine does not know its encoder.
            MissingExtraError: the engine is not installed.
            ValueError: there is no such engine, or not on this device; or the weights do not fit
                the components. The message says why.
        """
        resolve_engine(engine, device=device)  # refused before the model is read
        weights = None if weights is None else checked_weights(weights)
        folder = _folder(model)
        check_sums(folder)
        classifiers, settings = load_classifiers(folder / _RESOLUTION)
        _check(classifiers, settings, folder / _RESOLUTION)
        try:
            network = AttributionModel.from_pretrained(folder)
            tokenizer = load_tokenizer(folder)
        except (OSError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:_REASON]
            raise ModelError(f"{folder} does not hold a usable model: {reason}") from error
        chosen = resolve_engine(engine, model=network.config.engine, device=device)
        network.encoder = run_with(chosen, network.encoder)
        if isinstance(network.encoder, RuntimeEncoder):
            network.encoder.release(partial(_encoder_of, folder))
        resolver = Resolver(classifiers, settings)
        scorer = cls(network.to(device), tokenizer, resolver, folder.name, weights=weights)
        scorer.info = replace(scorer.info, engine=chosen)
        if chosen != "torch":
            scorer._source = folder
        return scorer

    @property
    def engine(self) -> str:
        """What runs the encoder, see :mod:`attribution.engines`."""
        return self.info.engine

    def save_pretrained(self, folder: str | Path, *, storage: Precision = "fp32") -> None:
        """Write a folder that :meth:`from_pretrained` reads back, without the score's weights.

        Args:
            folder: where to; created if need be.
            storage: precision of the weights. ``fp32`` gives the same results when read back;
                ``fp16`` and ``int8`` are smaller and give almost the same.

        Raises:
            ValueError: ``storage`` is none of these.
            ModelError: another engine than torch has taken the weights over, and the folder that
                they came from is gone.
        """
        target, model = Path(folder), self.model
        if self._source is not None:
            model = AttributionModel.from_pretrained(self._source)
            model.config = self.model.config
        model.save_pretrained(target, storage=storage)
        self.tokenizer.save_pretrained(target)
        save_classifiers(self.resolver.classifiers, self.resolver.settings, target / _RESOLUTION)

    @overload
    def __call__(  # type: ignore[overload-overlap]  # a string is a sequence of strings, too
        self,
        texts: str,
        *,
        title: str | None = None,
        publisher: str | None = None,
        batch_size: int = 8,
    ) -> Report: ...

    @overload
    def __call__(
        self,
        texts: Sequence[str],
        *,
        publisher: str | Sequence[str | None] | None = None,
        batch_size: int = 8,
        progress: bool = False,
    ) -> list[Report]: ...

    def __call__(
        self,
        texts: str | Sequence[str],
        *,
        title: str | None = None,
        publisher: str | Sequence[str | None] | None = None,
        batch_size: int = 8,
        progress: bool = False,
    ) -> Report | list[Report]:
        """One article gives one report, a list of articles a list in the same order.

        Args:
            texts: one article, or several.
            title: headline to store in the report of a single article; not analysed.
            publisher: the outlet that prints the article, which is never an intermediary; for a
                list, one outlet of all or one an article. None: read from byline, dateline or
                copyright line, if there is one.
            batch_size: windows of text run through the encoder at once.
            progress: show a progress bar on standard error.

        Raises:
            InputError: a text is empty; in a list, the message gives its position.
            ValueError: ``batch_size`` is below 1, or there are not as many publishers as texts.
            TypeError: ``texts`` is neither a string nor a list of strings.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if isinstance(texts, str):
            text = _checked(texts, "the text")
            (outlet,) = _publishers(publisher, [text])
            report = next(self._reports([(text, outlet)], batch_size))
            return replace(report, title=title)
        if not isinstance(texts, Sequence):
            raise TypeError(f"expected a string or a list of strings, not {type(texts).__name__}")
        checked = [_checked(text, f"text {number}") for number, text in enumerate(texts)]
        articles = list(zip(checked, _publishers(publisher, checked), strict=True))
        reports = self._reports(articles, batch_size)
        if progress:
            from rich.console import Console
            from rich.progress import track

            console = Console(stderr=True)
            return list(track(reports, "scoring", total=len(checked), console=console))
        return list(reports)

    def score(self, texts: Sequence[str], *, batch_size: int = 8) -> list[float]:
        """Transparency scores, 0 to 100, of several articles. Raises as :meth:`__call__`."""
        return [report.transparency.score for report in self(texts, batch_size=batch_size)]

    def map_fn(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Score a batch of a ``datasets`` data set: ``dataset.map(scorer.map_fn, batched=True)``.

        It can be pickled and hashed with the scorer it belongs to, weights and all: ``map`` finds
        its cached result again for the same model and data, and ``num_proc`` works.

        Args:
            batch: Columns; ``text`` is read, and ``publisher`` if there is one.

        Returns:
            The columns ``score``, ``components``, ``report`` (JSON) and ``claims``, as
            :func:`attribution.columns.map_batch` has them; None where the text is None or blank.

        Raises:
            KeyError: There is no column ``text``.
            TypeError: A text is no string.
        """
        return map_batch(batch, self)

    def _reports(self, articles: Sequence[_Article], batch_size: int) -> Iterator[Report]:
        bodies: deque[Body] = deque()  # filled on another thread, ahead of what is found
        with closing(self._findings(_pieces(articles, bodies), batch_size)) as findings:
            for text, publisher in articles:
                first = next(findings)
                body = bodies.popleft()
                starts = [start for start, _ in sections(body.text)]
                parts = [first, *(next(findings) for _ in starts[1:])]
                merged = merge([(found, at) for (found, _), at in zip(parts, starts, strict=True)])
                merged = restored(text, body, merged)
                english = reads_as_english(read for _, read in parts)
                yield Report(
                    text=text,
                    title=None,
                    publisher=publisher,
                    sentences=merged.sentences,
                    sources=merged.sources,
                    claims=merged.claims,
                    transparency=assess(
                        text, merged.sentences, merged.sources, merged.claims, self.weights
                    ),
                    model=self.info,
                    notices=() if english else ("maybe_not_english",),
                )

    def _findings(
        self, pieces: Iterable[_Article], batch_size: int
    ) -> Generator[tuple[Findings, Fluency], None, None]:
        """What is found in each section; the encoder reads some while others are analysed.

        Not where torch has one thread: who allows one has a use for the other cores.
        """
        encoded = self._encoded(pieces, batch_size)
        alone = torch.get_num_threads() == 1 and self.model.device.type == "cpu"
        with closing(encoded if alone else ahead(encoded)) as groups:
            for group in groups:
                for article, words, publisher in group:
                    found = analyze(self.model, self.resolver, article, words, publisher)
                    yield found, fluency(article)

    def _encoded(
        self, pieces: Iterable[_Article], batch_size: int
    ) -> Generator[list[_Encoded], None, None]:
        tokenizer = self.tokenizer
        special = (tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id)
        for group in _groups(pieces):
            articles = encode_articles([segment(text) for text, _ in group], tokenizer)
            states = encode_words(self.model, articles, special, batch_size=batch_size)
            publishers = [publisher for _, publisher in group]
            yield list(zip(articles, states, publishers, strict=True))


def _encoder_of(folder: Path) -> Transformer:
    encoder: Transformer = AttributionModel.from_pretrained(folder).encoder
    return encoder


def default_engine(model: str | Path) -> str:
    """The engine that the model of a folder names for ``auto``, as :func:`resolve_engine` takes it.

    Raises:
        ModelError: there is no such model.
    """
    try:
        return AttributionConfig.from_pretrained(_folder(model)).engine
    except (OSError, ValueError) as error:
        raise ModelError(f"{model} does not hold a usable model: {error}") from error


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
        "anonymity": ANONYMITY_SIZE,
    }
    thresholds = ["link_threshold", "via_threshold", "anonymity_threshold"]
    if "owner" in classifiers:  # weights of `small` release 2 know no descriptions
        sizes["owner"] = len(OWNER_FEATURES)
        thresholds += [f"{layer}_threshold" for layer in LAYERS]
        if "owner_threshold" not in settings:  # one for both layers, as models once had it
            thresholds += [f"{layer}_owner_threshold" for layer in LAYERS]
    for name, size in sizes.items():
        if name not in classifiers:
            raise ModelError(f"{path} has no classifier {name!r}")
        if size not in (None, classifiers[name].size):
            raise ModelError(
                f"{path} is of another version: its classifier {name!r} takes "
                f"{classifiers[name].size} features, this package has {size}"
            )
    for name in thresholds:
        if name not in settings:
            raise ModelError(f"{path} has no setting {name!r}")


def _publishers(given: str | Sequence[str | None] | None, texts: Sequence[str]) -> list[str | None]:
    """The publisher of every text: as given, else as the text says."""
    outlets = [given] * len(texts) if given is None or isinstance(given, str) else list(given)
    if len(outlets) != len(texts):
        raise ValueError(f"{len(outlets)} publishers for {len(texts)} texts")
    return [outlet or read_publisher(text) for outlet, text in zip(outlets, texts, strict=True)]


def _checked(text: str, name: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{name} is {type(text).__name__}, not str")
    if not text.strip():
        raise InputError(f"{name} is empty")
    return text


def _pieces(articles: Iterable[_Article], bodies: deque[Body]) -> Iterator[_Article]:
    """What is encoded of each article, section by section; its body goes to ``bodies`` before."""
    for text, publisher in articles:
        body = body_of(text)
        bodies.append(body)
        for start, end in sections(body.text):
            yield body.text[start:end], publisher


def _groups(sections: Iterable[_Article]) -> Iterator[list[_Article]]:
    """Texts to encode together: so many, or as much text as one section, for their states stay."""
    group: list[_Article] = []
    size = 0
    for text, publisher in sections:
        if group and (len(group) == _ARTICLES_AT_ONCE or size + len(text) > SECTION):
            yield group
            group, size = [], 0
        group.append((text, publisher))
        size += len(text)
    if group:
        yield group
