"""The one error a file can cause."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Question:
    """What has to be chosen: an argument of `read`, and the values that answer it.

    argument: its name.  choices: names of parts or pictures, or numbers of axes or pages.
    says: each choice in words.
    """

    argument: Literal["member", "picture", "axis", "page"]
    choices: tuple[str | int, ...]
    says: tuple[str, ...]

    @classmethod
    def of_names(cls, argument: Literal["member", "picture"], names: tuple[str, ...]) -> Question:
        """A question among names, which say themselves."""
        return cls(argument, names, names)


class ReadError(ValueError):
    """A file that cannot be read rightly: a code for programs, a sentence or two for people.

    The message names the file between backticks, so that the name stays inert even where the
    message is shown as Markdown. `asks` is what has to be chosen, where that would help.
    """

    def __init__(self, code: Code, message: str, asks: Question | None = None) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.asks = asks
