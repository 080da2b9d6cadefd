"""The report as two files: results.json, and RESULTS.md written from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .markdown import amount, headlines, machine, section
from .rows import Part, Row, from_json, to_json

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "results.json", HERE / "RESULTS.md"
HEADLINES = ("tables", "dense", "distance", "ssim", "atlas", "landscapes", "tick")
IN_BROWSER = ("browser.tick", "browser.tick.p95", "browser.bytes", "browser.upload")
INTRODUCTION = """# Measurements

Written by `make bench`. Each line is a ratio: the median of the rounds' own ratios, with its
quartiles and the number of rounds; both sides are timed in turns in one process, in alternating
order. The last column has the two medians behind it. “Off from float64” is the furthest of all
losses in the line from our loss of every pixel in float64: values relative to their size, gradients
to their largest; “theirs” is float32. Where a gradient of theirs is far off at ties (sorted errors,
minima of equal pixels), it may be another valid choice. “The loop” takes, for each loss, the
fastest of MONAI, smp, kornia and torch, or the formula in plain PyTorch where none of them has it,
with distances from SciPy. A size that took long has fewer rounds. MONAI's SSIM leaves out the
image's border; where it is the faster one, it stands for the same.
"""


def document(about: dict[str, Any], parts: Sequence[Part]) -> dict[str, Any]:
    """What results.json holds."""
    return {
        "schema": 1,
        "machine": about,
        "parts": [
            {"name": x.name, "skipped": x.skipped, "rows": [to_json(row) for row in x.rows]}
            for x in parts
        ],
    }


def parts_of(found: dict[str, Any]) -> list[Part]:
    """The parts in a results.json. Raises ValueError for another schema."""
    if found.get("schema") != 1:
        raise ValueError(f"results of another schema: {found.get('schema')!r}")
    return [
        Part(x["name"], tuple(from_json(row) for row in x["rows"]), x["skipped"])
        for x in found["parts"]
    ]


def page(found: dict[str, Any]) -> str:
    """RESULTS.md for this results.json."""
    parts = parts_of(found)
    judged = [row for part in parts for row in part.rows if row.met is not None]
    met = sum(bool(row.met) for row in judged)
    said = f"{met} of {len(judged)} goals are met."
    return "\n".join(
        [INTRODUCTION, f"{machine(found['machine'])}\n\n{said}\n", *(section(x) for x in parts)]
    )


def in_readme(found: dict[str, Any]) -> str:
    """The headline rows for the README."""
    rows: list[Row] = [row for part in parts_of(found) for row in part.rows]
    return "\n\n".join([headlines(rows, HEADLINES), *_in_browser(rows), machine(found["machine"])])


def _in_browser(rows: Sequence[Row]) -> list[str]:
    """What was seen in the browser on the largest picture, as a sentence."""
    seen = [row for row in rows if row.key in IN_BROWSER]
    if not seen:
        return []
    largest = max(row.size or 0 for row in seen)
    said = [
        f"{row.what.partition(' ÷ ')[0]} {amount(row.above, row.unit)} "
        f"(at most {amount(row.below, row.unit)})"
        for row in seen
        if row.size == largest
    ]
    return [f"In Chromium, at {largest}²: {'; '.join(said)}."]


def write(about: dict[str, Any], parts: Sequence[Part]) -> None:
    """Write both files."""
    found = document(about, parts)
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":  # the page anew, from what was measured before
    PAGE.write_text(page(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
