"""Errors of the package.

AttributionError            everything raised on purpose by this package
├── CorpusError             a corpus run cannot go on: another input or model, a damaged output
├── InputError              an input cannot be scored (empty, binary, undecodable, missing)
├── MissingExtraError       a package that is installed only on request is needed (an ImportError)
├── ModelError              a model folder is missing, incomplete or of another version
└── ReportFormatError       a dict or JSON text is not an attribution report
"""

__all__ = [
    "AttributionError",
    "CorpusError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "ReportFormatError",
]


class AttributionError(Exception):
    """Base class: catch it to catch every error this package raises on purpose."""


class CorpusError(AttributionError):
    """A run over a corpus cannot begin or go on. The message says why and what to do."""


class InputError(AttributionError):
    """An input cannot be scored. The message names the input and the reason."""


class MissingExtraError(AttributionError, ImportError):
    """A package of one of the extras is not installed. The message says how to install it.

    Args:
        package: The package that could not be imported.
        extra: The extra of this package that has it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"{package} is needed for this and not installed: "
            f"pip install 'claim-attribution[{extra}]', in a checkout '.[{extra}]'"
        )


class ModelError(AttributionError):
    """A model could not be loaded. The message names the folder and what is wrong with it."""


class ReportFormatError(AttributionError):
    """A dict or JSON text does not follow the report schema."""
