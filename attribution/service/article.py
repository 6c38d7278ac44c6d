"""What is sent to the service: an article, as JSON or as a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from attribution.inputs.article import ArticleText, as_written
from attribution.inputs.markdown import is_markdown, read_markdown
from attribution.service.problems import InvalidPart, RefusedError
from attribution.service.settings import MAX_NAME, Settings

__all__ = [
    "Article",
    "article_schema",
    "batch_from_json",
    "batch_schema",
    "form_schema",
    "from_form",
    "from_json",
    "read_form",
]

# One character that is neither blank nor a control character, in every dialect of regular
# expressions: what \s covers differs from one to the next, in these characters only.
_VISIBLE = "[^\\s\\u0000-\\u001f\\u007f-\\u009f\\ufeff]"
_MOST_ERRORS, _LONGEST_POINTER = 10, 100

Name = Annotated[str, StringConstraints(max_length=MAX_NAME)]


class Article(BaseModel):
    """An article to be scored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    text: Annotated[str, StringConstraints(pattern=_VISIBLE)] = Field(
        description="The article, in English, with its line ends.",
        examples=["The ferry will stop on Friday, the harbour board said."],
    )
    title: Name | None = Field(
        None,
        description="A headline to store in the report; it is not analysed. "
        "Without it, the line is stored that the text begins with, if it looks like a headline.",
    )
    publisher: Name | None = Field(
        None,
        description="The outlet that prints the article, which is never an intermediary. "
        "Without it, the outlet is read from the text if it names one.",
    )

    format: Literal["text", "markdown"] = Field(
        "text",
        description="How the text is written. Markdown is analysed without its marks: the report's "
        "text, which offsets count in, is what is left.",
    )

    def read(self) -> ArticleText:
        """What is analysed, and what stood around it; title and publisher as given, if they were.

        Raises:
            InputError: Of Markdown nothing is left but marks.
        """
        if self.format == "markdown":
            found = read_markdown(self.text, "the text")
        else:
            found = as_written(self.text)
        return replace(
            found,
            title=self.title or found.title,
            publisher=self.publisher or found.publisher,
        )


class Batch(BaseModel):
    """Several articles to be scored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    articles: Annotated[list[Article], Field(min_length=1)]


def article_schema(settings: Settings) -> dict[str, Any]:
    """The JSON schema of an article, with the limit of the settings in words.

    As ``maxLength`` it would make a longer text invalid, which is 422; it is valid and too long.
    """
    schema = Article.model_json_schema()
    limit = f" At most {settings.max_characters:,} characters; a longer one is answered 413."
    schema["properties"]["text"]["description"] += limit
    return schema


def form_schema(settings: Settings) -> dict[str, Any]:
    """The JSON schema of an article as a form: every field is a string, empty for not given."""
    schema = article_schema(settings)
    fields = schema["properties"]
    for name in ("title", "publisher"):
        given = next(kind for kind in fields[name].pop("anyOf") if kind["type"] == "string")
        fields[name] = fields[name] | given | {"default": ""}
    fields["format"]["enum"] = ["", *fields["format"]["enum"]]
    return schema


def batch_schema(settings: Settings) -> dict[str, Any]:
    """The JSON schema of several articles; limits in words, as in :func:`article_schema`."""
    articles = {
        "type": "array",
        "minItems": 1,
        "items": article_schema(settings),
        "description": f"At most {settings.max_articles}, with at most "
        f"{settings.max_characters:,} characters of text in all; more are answered 413.",
    }
    return {
        "title": "Batch",
        "description": Batch.__doc__,
        "type": "object",
        "properties": {"articles": articles},
        "required": ["articles"],
        "additionalProperties": False,
    }


def batch_from_json(body: bytes, settings: Settings) -> list[Article]:
    """Read several articles from JSON; one that is none refuses them all.

    Raises:
        RefusedError: 422 for what is no list of articles, 413 for too many or too long ones.
    """
    try:
        articles = Batch.model_validate_json(body).articles
    except ValidationError as error:
        raise _invalid(error) from None
    if len(articles) > settings.max_articles:
        raise RefusedError(
            413,
            f"There are {len(articles):,} articles; the limit is {settings.max_articles}. "
            "Send them in several requests.",
        )
    characters = sum(len(article.text) for article in articles)
    if characters > settings.max_characters:
        raise RefusedError(
            413,
            f"The texts have {characters:,} characters together; the limit is "
            f"{settings.max_characters:,}. Send them in several requests.",
        )
    return articles


def from_json(body: bytes, settings: Settings) -> Article:
    """Read an article from JSON.

    Raises:
        RefusedError: 422 for what is no article, 413 for a text that is too long.
    """
    try:
        article = Article.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error) from None
    return _short_enough(article, settings)


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form, with line ends as they were before the browser sent them.

    Raises:
        RefusedError: 422 for what is no UTF-8, or has a field twice or too many fields.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=8
        )
    except ValueError:
        raise RefusedError(422, "The form is not in UTF-8, or has too many fields.") from None
    fields = {name: value.replace("\r\n", "\n") for name, value in pairs}
    if len(fields) < len(pairs):
        raise RefusedError(422, "The form has a field twice.")
    return fields


def from_form(fields: Mapping[str, str], settings: Settings) -> Article:
    """An article from a form's fields; one that was left empty counts as not given.

    Text that looks like Markdown is taken for Markdown: whoever pastes has no offsets to keep.

    Raises:
        RefusedError: As for :func:`from_json`.
    """
    try:
        article = Article.model_validate(
            {name: value for name, value in fields.items() if value or name == "text"}
        )
    except ValidationError as error:
        raise _invalid(error) from None
    if is_markdown(article.text):
        article = article.model_copy(update={"format": "markdown"})
    return _short_enough(article, settings)


def _short_enough(article: Article, settings: Settings) -> Article:
    if len(article.text) > settings.max_characters:
        raise RefusedError(
            413,
            f"The text has {len(article.text):,} characters; the limit is "
            f"{settings.max_characters:,}.",
        )
    return article


def _invalid(error: ValidationError) -> RefusedError:
    """A refusal that says what is wrong without repeating what was sent."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    errors = [
        InvalidPart(pointer=_pointer(part["loc"]), detail=_detail(part["type"], part["msg"]))
        for part in found[:_MOST_ERRORS]
    ]
    first = errors[0]
    where = "The body" if first.pointer == "#" else first.pointer.removeprefix("#/")
    return RefusedError(422, f"{where}: {first.detail}.", errors=errors)


def _pointer(place: tuple[int | str, ...]) -> str:
    keys = (str(key).replace("~", "~0").replace("/", "~1") for key in place)
    return "/".join(["#", *keys])[:_LONGEST_POINTER]


def _detail(kind: str, message: str) -> str:
    return {
        "missing": "is missing",
        "string_pattern_mismatch": "is empty",
        "extra_forbidden": "is not known",
        "too_short": "is empty",
    }.get(kind, message)
