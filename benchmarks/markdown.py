"""Write rows as Markdown: every part a table, and a short table of the headlines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .rows import Accuracy, Goal, Part, Row
from .timing import Spread

HEAD = (
    "| | size | ratio (quartiles, rounds) | goal | met | off from float64: ours | theirs | |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)
LETTER = r"^\(\w\) "  # what a goal is called among its like
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(x: float) -> str:
    """Three figures: 0.0123, 1.23, 123, 1.23·10⁵."""
    if x and not 1e-3 <= abs(x) < 99_950:
        mantissa, exponent = f"{x:.2e}".split("e")
        return f"{mantissa}·10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    if abs(x) >= 999.5:
        return f"{float(f'{x:.3g}'):,.0f}"
    return f"{x:#.3g}".rstrip(".")


def times(found: Spread) -> str:
    """A ratio with its quartiles and rounds."""
    if not found.rounds:
        return number(found.median)
    if found.rounds == 1:
        return f"{number(found.median)} (1 round)"
    quartiles = f"{number(found.low)} to {number(found.high)}"
    return f"{number(found.median)} ({quartiles}; {found.rounds})"


def aim(goal: Goal | None) -> str:
    """≥ or ≤ the goal, or a dash."""
    if goal is None:
        return "–"
    value = f"{goal.value:,g}" if goal.value < 99_950 else number(goal.value)
    return f"{'≥' if goal.way == 'at least' else '≤'} {value}"


def verdict(met: bool | None) -> str:
    """A word, not a colour."""
    return {True: "yes", False: "**no**", None: "–"}[met]


def off(value: float | None, gradient: float | None, of: str = "") -> str:
    """How far values and gradients are off; `of` is the loss whose gradient it is."""
    if value is None:
        return "–"
    found = f"{value:.0e}"
    if gradient is not None:
        found += f", gradient {gradient:.0e}"
    return f"{found} ({of})" if of else found


def amount(x: float, unit: str) -> str:
    """A figure with its unit, seconds as milliseconds where they are few."""
    return f"{number(1000 * x)} ms" if unit == "s" and x < 1 else f"{number(x)} {unit}".strip()


def line(row: Row) -> str:
    """One line of a part's table."""
    size = f"{row.size}²" if row.size else ""
    a = row.accuracy or Accuracy(float("nan"))
    ours = off(a.value, a.gradient) if row.accuracy else "–"
    sides = f"{amount(row.above, row.unit)} / {amount(row.below, row.unit)}"
    cells = [
        row.what, size, times(row.ratio), aim(row.goal), verdict(row.met), ours,
        off(a.theirs_value, a.theirs_gradient, a.theirs_from), f"{sides}. {row.note}".rstrip(". "),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def section(part: Part) -> str:
    """A part with its heading."""
    title = f"## {part.name}\n\n"
    if part.skipped and not part.rows:
        return f"{title}Not measured: {part.skipped}\n"
    body = "\n".join([HEAD, *(line(row) for row in part.rows)])
    return f"{title}{body}\n" + (
        f"\nNot all was measured: {part.skipped}\n" if part.skipped else ""
    )


def machine(about: dict[str, Any]) -> str:
    """Where, with what and how it was measured, as a paragraph."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    quick = " A quick run: the two smaller sizes and fewer rounds." if about["quick"] else ""
    return (
        f"{about['cpu']}, {about['cores']} cores, {about['memory_gib']:.0f} GiB, "
        f"{about['system']}; load {about['load_before']:.1f} before the run. {versions}. "
        f"{about['threads']} thread on both sides.{quick} {about['day']}, "
        f"{about['minutes']:.0f} minutes."
    )


def headlines(rows: Sequence[Row], keys: Sequence[str]) -> str:
    """Chosen rows as one table with the sizes as columns: the ratio, and a cross where it fails."""
    sizes = sorted({row.size for row in rows if row.key in keys and row.size})
    out = [
        "| | " + " | ".join(f"{size}²" for size in sizes) + " | goal |",
        "| --- |" + " --- |" * (len(sizes) + 1),
    ]
    for key in keys:
        found = {row.size: row for row in rows if row.key == key}
        if not found:
            continue
        cells = [_cell(found.get(size)) for size in sizes]
        goals = list(dict.fromkeys(aim(found[s].goal) for s in sorted(found, key=lambda s: s or 0)))
        some = next(iter(found.values()))
        if None in found:  # of no size: in the first column
            cells[0] = _cell(found[None])
        out.append(
            f"| {re.sub(LETTER, '', some.what)} | {' | '.join(cells)} | {_together(goals)} |"
        )
    return "\n".join(out)


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    low, middle, high = (number(x) for x in (row.ratio.low, row.ratio.median, row.ratio.high))
    missed = " ✗" if row.met is False else ""
    return f"{middle} ({low}–{high}){missed}" if row.ratio.rounds > 1 else f"{middle}{missed}"


def _together(goals: list[str]) -> str:
    """`≥ 80, 140, 200` for three goals of one direction."""
    if len({goal[:1] for goal in goals}) > 1 or goals == ["–"]:
        return " / ".join(goals)
    return f"{goals[0][:1]} " + ", ".join(goal[2:] for goal in goals)
