"""Show foreign text as text: file names and messages are never Markdown."""

from __future__ import annotations

import re

_JOINER = "\u2060"
_ADDRESS = re.compile(r"www(?=\.)|https?(?=:)|ftp(?=:)|mailto(?=:)|xmpp(?=:)|@", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@])")


def plain(text: str) -> str:
    """The text with everything that Markdown would read escaped.

    Bare addresses are made into links after escapes are gone, so they are broken by word joiners,
    which nobody sees.
    """
    return _MARKDOWN.sub(r"\\\1", _ADDRESS.sub(lambda found: found[0] + _JOINER, text))


def unquoted(message: str) -> str:
    """A reader's message with quotation marks for the backticks around names, escaped."""
    return plain(re.sub("`([^`]*)`", r"“\1”", message))


def short(x: float, digits: int = 4) -> str:
    """A number for people: 0.1234, 46.71, 3.2e-06."""
    return f"{x:.{digits}g}"


def percent(part: float) -> str:
    """A fraction as per cent, finer where it is small: 43 %, 2.6 %, 0.031 %."""
    value = 100 * part
    if value >= 10 or value == 0:
        return f"{value:.0f} %"
    return f"{value:.2g} %" if value >= 1e-4 else "less than 0.0001 %"
