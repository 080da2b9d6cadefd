"""The one error a file can cause."""

from __future__ import annotations

from typing import Literal

Code = Literal[
    "empty",
    "unsupported",
    "corrupt",
    "too_large",
    "multiframe",
    "bad_mode",
    "bad_dtype",
    "pickle",
    "shape",
    "nonfinite",
    "range",
    "not_binary",
    "bad_labels",
    "archive",
    "ambiguous",
    "json",
    "schema",
    "geometry",
    "no_objects",
    "size_mismatch",
]


class ReadError(ValueError):
    """A file that cannot be read rightly: a code for programs, a sentence or two for people.

    The message names the file between backticks, so that the name stays inert even where the
    message is shown as Markdown.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
