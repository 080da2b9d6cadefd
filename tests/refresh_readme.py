"""Write the tables of losses and of speed into the README: `python -m tests.refresh_readme`."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks import report
from segloss_core import LOSSES, export

README = Path(__file__).parent.parent / "README.md"


def _between(text: str, name: str, block: str) -> str:
    """The text with this between the markers of that name."""
    opening, closing = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, rest = text.split(opening)
    _, after = rest.split(closing)
    return f"{before}{opening}{block}\n{closing}{after}"


def fresh(text: str) -> str:
    """The README with today's table of losses and the speed that was measured last."""
    measured = json.loads(report.RESULTS.read_text(encoding="utf-8"))
    text = _between(text, "losses", export.table(LOSSES))
    return _between(text, "speed", report.in_readme(measured))


if __name__ == "__main__":
    README.write_text(fresh(README.read_text(encoding="utf-8")), encoding="utf-8")
