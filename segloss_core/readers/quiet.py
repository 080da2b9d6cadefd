"""Packages that read files keep silent while they do: their warnings repeat what the file says."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_READING: ContextVar[bool] = ContextVar("reading", default=False)
_ONE_AT_A_TIME = threading.Lock()


def _not_reading(record: logging.LogRecord) -> bool:
    return not _READING.get()


@contextmanager
def quiet(*loggers: str) -> Iterator[None]:
    """Keep these loggers and all warnings silent here; other threads may go on logging."""
    for name in loggers:
        logging.getLogger(name).addFilter(_not_reading)
    token = _READING.set(True)
    try:
        # Filters of warnings belong to the whole process: one reader at a time bends them.
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _READING.reset(token)
