"""Files become arrays, or one typed error with a sentence that helps."""

from __future__ import annotations

from .door import read
from .errors import Code, Question, ReadError
from .limits import LIMITS, Limits
from .names import clean_name
from .orientation import disagreement
from .pictures import png
from .reading import Reading, ReadingKind, Role, Scale
from .resize import resized

__all__ = [
    "LIMITS",
    "Code",
    "Limits",
    "Question",
    "ReadError",
    "Reading",
    "ReadingKind",
    "Role",
    "Scale",
    "clean_name",
    "disagreement",
    "png",
    "read",
    "resized",
]
