"""Run every measurement and write RESULTS.md and results.json.

    python -m benchmarks [--quick]

Each part runs in a process of its own, so that none leaves memory or threads to the next. A part
that fails is named, the others are kept, and the run ends with an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import inputs, machine, report
from .rows import ROWS_FILE, Part, from_json

PARTS = {
    "tables": "Losses that do not look at places",
    "slider": "A slider",
    "landscapes": "Landscapes",
    "atlas": "Losses that look at places, and the whole atlas",
    "starts": "Start",
    "busy": "Beside busy processes",
    "memory": "Memory",
    "growth": "Growth",
    "browser_speed": "In a browser",
    "cuda": "On a CUDA device",
}


def run(module: str, name: str, environment: dict[str, str], folder: Path) -> tuple[Part, bool]:
    """One part in a fresh process, and whether it went well."""
    place = folder / f"{module}.json"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", f"benchmarks.{module}"],
        env={**environment, ROWS_FILE: str(place)},
    )
    if not place.exists():
        return Part(name, (), f"it failed with status {done.returncode}."), False
    found = json.loads(place.read_text(encoding="utf-8"))
    return Part(name, tuple(map(from_json, found["rows"])), found["skipped"]), not done.returncode


def main() -> int:
    started = time.monotonic()
    about = machine.about()
    parts, well = [], True
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, inputs.FOLDER: folder}
        if inputs.is_quick():
            environment[inputs.QUICK] = "1"
        for module, name in PARTS.items():
            before = time.monotonic()
            part, good = run(module, name, environment, Path(folder))
            print(f"({module}: {time.monotonic() - before:.0f} s)\n", flush=True)
            parts.append(part)
            well = well and good
    about["minutes"] = round((time.monotonic() - started) / 60, 1)
    report.write(about, parts)
    print(f"{report.PAGE.name} and {report.RESULTS.name} are written, {about['minutes']} minutes.")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
