"""Errors of the package.

AttributionError            everything raised on purpose by this package
├── InputError              an input cannot be scored (empty, binary, undecodable, missing)
├── ModelError              a model folder is missing, incomplete or of another version
└── ReportFormatError       a dict or JSON text is not an attribution report
"""

__all__ = ["AttributionError", "InputError", "ModelError", "ReportFormatError"]


class AttributionError(Exception):
    """Base class: catch it to catch every error this package raises on purpose."""


class InputError(AttributionError):
    """An input cannot be scored. The message names the input and the reason."""


class ModelError(AttributionError):
    """A model could not be loaded. The message names the folder and what is wrong with it."""


class ReportFormatError(AttributionError):
    """A dict or JSON text does not follow the report schema."""
