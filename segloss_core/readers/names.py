"""A file's name made safe to show."""

from __future__ import annotations

import unicodedata

LONGEST = 80
_TAIL = 20


def clean_name(name: str) -> str:
    """Give the last path component of `name` without control or direction characters.

    At most 80 characters; a longer name loses its middle, so that its ending stays. Never empty.
    """
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    # Categories C* hold controls, bidi overrides, zero-width characters and lone surrogates;
    # Zl and Zp are line ends. Only the start and end of an absurdly long name are looked at.
    if len(last) > 2000:
        last = last[:1000] + last[-1000:]
    kept = "".join(
        character
        for character in last
        if not (
            unicodedata.category(character).startswith("C")
            or unicodedata.category(character) in ("Zl", "Zp")
        )
    ).strip()
    if len(kept) > LONGEST:
        kept = kept[: LONGEST - _TAIL - 1] + "…" + kept[-_TAIL:]
    return kept or "unnamed file"


def quoted(name: str) -> str:
    """Give the cleaned name between backticks: a code span in Markdown, where nothing is active."""
    return "`" + clean_name(name).replace("`", "'") + "`"
