"""Write the table of losses into the README: `python -m tests.refresh_readme`."""

from __future__ import annotations

from pathlib import Path

from segloss_core import LOSSES, export

README = Path(__file__).parent.parent / "README.md"
OPEN, CLOSE = "<!-- losses -->\n", "<!-- /losses -->"


def fresh(text: str) -> str:
    """The README with today's table of losses."""
    before, rest = text.split(OPEN)
    _, after = rest.split(CLOSE)
    return f"{before}{OPEN}{export.table(LOSSES)}\n{CLOSE}{after}"


if __name__ == "__main__":
    README.write_text(fresh(README.read_text(encoding="utf-8")), encoding="utf-8")
