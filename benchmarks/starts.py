"""How much longer `import segloss_core` takes than the `import torch` within it.

    python -m benchmarks.starts [--quick]

Fresh processes, one after the other.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from . import choice, inputs
from .rows import Row, finish
from .timing import Work, race, ratio

PART = "Start"


def fresh(code: str) -> Work:
    """A Python process that runs this and ends."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def main() -> None:
    works = {
        name: fresh(code)
        for name, code in {
            "nothing": "pass",
            "torch": "import torch",
            "segloss_core": "import segloss_core",
        }.items()
    }
    for work in works.values():
        work()
    took = race(works, 5 if inputs.is_quick() else 9)
    middle = {name: statistics.median(values) for name, values in took.items()}
    finish(
        PART,
        [
            Row(
                PART, "start", "a process that imports segloss_core ÷ one that imports torch", None,
                ratio(took["segloss_core"], took["torch"]), choice.at_most(1.2),
                middle["segloss_core"], middle["torch"],
                note=f"a process that imports nothing {1000 * middle['nothing']:.0f} ms",
            )
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
