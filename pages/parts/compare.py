"""Every loss on the pair, and on a second prediction beside it: who prefers which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from segloss_core import LOSSES, Loss
from segloss_core import comparison as core
from segloss_core.comparison import Preference, Standing
from segloss_core.study import Study, Value

from . import on_both, pictures, table_csv, view
from .bound import bound
from .browser import Look, Plane, Tile, gallery
from .say import short

Asked = list[tuple[Loss, dict[str, float | int | None]]]


@dataclass
class Comparison:
    """What is known by now of every loss, and what is still to be worked out."""

    study: Study
    rival: tuple[Study, str] | None
    a: Mapping[str, Standing]
    b: Mapping[str, Value]
    missing: Asked
    skipped: int
    bar: Any = None  # where progress is shown

    @property
    def preferences(self) -> dict[str, Preference]:
        """Of the losses that are known on both."""
        return {
            name: core.prefer(self.a[name].value, self.b[name]) for name in self.a if name in self.b
        }


def work(study: Study, rival: tuple[Study, str] | None) -> Comparison:
    """Whatever is quick is worked out now, the rest is left to `finish`."""
    book = core.ledger(study, view.get("threshold"))
    beside = core.values(rival[0]) if rival else None
    a: dict[str, Standing] = {}
    b: dict[str, Value] = {}
    missing: Asked = []
    large = 0
    for loss in LOSSES.values():
        setting = view.dials(loss.name)
        known = book.of.known(loss, **setting)
        if known is None and study.by_kinds(loss):
            known = book.of(loss, **setting)
        if known is not None:
            a[loss.name] = known
        other = beside.known(loss, **setting) if beside else None
        if beside and rival and other is None and rival[0].by_kinds(loss):
            other = beside(loss, **setting)
        if other is not None:
            b[loss.name] = other
        if known is None or (beside is not None and other is None):
            if study.at_leisure(loss) and not st.session_state.get("compare.large"):
                large += 1
            else:
                missing.append((loss, setting))
    return Comparison(study, rival, a, b, missing, large)


def finish(found: Comparison) -> None:
    """Work out what is missing, with progress, and show the page again. Last on the page."""
    st.session_state.pop("compare.large", None)
    if not found.missing:
        return
    book = core.ledger(found.study, view.get("threshold"))
    beside = core.values(found.rival[0]) if found.rival else None

    def ask(loss: Loss, setting: Mapping[str, float | None]) -> None:
        book.of(loss, **setting)
        if beside is not None:
            beside(loss, **setting)

    # Skeletons take longest: begun last, they would leave the other core without work.
    longest_first = sorted(found.missing, key=lambda asked: "cldice" not in asked[0].name)
    core.work_out(ask, longest_first, lambda done: found.bar.progress(done), slow=lambda loss: True)
    st.rerun()


# ---- what is seen ------------------------------------------------------------------------------


def sentence(found: Comparison) -> str:
    """How the losses are divided, in a sentence or two; a verdict only when all have spoken."""
    known = len(found.a if found.rival is None else found.preferences)
    whole = known == len(LOSSES)
    if not known:
        return "Working out …"
    if found.rival is None:
        count = f"**{known} losses" if whole else f"So far, {known} of {len(LOSSES)} losses"
        return (
            f"{count} on one prediction.{'**' if whole else ''} Choose a prediction B to compare."
        )
    return _verdict(found) if whole else _so_far(found)


def _so_far(found: Comparison) -> str:
    """A count that may still turn: no bold type, no winner."""
    vote = core.count_votes(list(found.preferences.values()))
    said = f"So far, {len(found.preferences)} of {len(LOSSES)} losses"
    waits = "the rest follows" if found.missing else "the rest waits below the table"
    return f"{said}: {vote.a} for A, {vote.b} for B; {waits}."


def _verdict(found: Comparison) -> str:
    preferences = found.preferences
    vote = core.count_votes(list(preferences.values()))
    if not vote.minority:
        side = "A" if vote.a else "B"
        said = f"**All {vote.a + vote.b} losses prefer {side}**"
        if not vote.a + vote.b:
            said = "**No loss tells A from B**"
    else:
        first = core.disagreeing_first(preferences)[0]
        by = preferences[first].by
        much = f", by {short(by, 2)} of what a constant guess costs" if by is not None else ""
        fewer = min(vote.a, vote.b)
        unless = " when it is unsorted" if view.get("sort") else ""
        said = (
            f"**{vote.a} losses prefer A, {vote.b} prefer B.** Of the {fewer} for {vote.minority}, "
            f"which the table shows first{unless}, {LOSSES[first].title} does so most{much}"
        )
    more = []
    if vote.draws:
        more.append(f"{vote.draws} cannot tell them apart")
    if vote.undefined:
        more.append(f"{vote.undefined} are undefined on one of them")
    return f"{said}{'; ' + ', '.join(more) if more else ''}."


def tiles(found: Comparison, width: float) -> tuple[list[Tile], list[Plane], dict[str, Any]]:
    """Rows for the table and the pictures, those who disagree first; and their pixels."""
    preferences = found.preferences
    order = core.disagreeing_first(preferences)
    order += [name for name in LOSSES if name not in preferences]
    tables: list[np.ndarray] = []
    stack: list[np.ndarray] = []
    rows = {}
    for name in LOSSES:
        loss = LOSSES[name]
        row = Tile(name, loss.title, pictures.unit(loss))
        if name in found.b:
            row = replace(row, b=found.b[name].value)
        if name in preferences:
            row = replace(row, by=preferences[name].by, side=preferences[name].side)
        if name in found.a:
            here = found.a[name]
            into = tables if here.coded else stack
            row = _filled(row, here, width, len(into) // 2)
            into += [here.share, here.gradient]
        rows[name] = row
    planes, said = [], {}
    for what, arrays in (("tables", tables), ("stack", stack)):
        if arrays:
            joined = np.concatenate(arrays if what == "stack" else [np.stack(arrays)])
            plane = Plane.named("small", "f32", joined)
            planes.append(plane)
            said[what] = plane.digest
    if stack:
        height, across = stack[0].shape
        said["small"] = (across, height)
    return [rows[name] for name in order], planes, said


def _filled(row: Tile, here: Standing, width: float, at: int) -> Tile:
    value = here.value
    return replace(
        row, value=value.value, relative=value.relative, norm=here.gradient_norm,
        fp=here.false_positives, fn=here.false_negatives, band=here.within(width),
        note=value.note.value if value.note else None, coded=here.coded, at=at,
        tops=(here.share_top, here.gradient_top), total=value.value - value.floor,
    )  # fmt: skip


def _seen(found: Comparison) -> list[tuple[Plane, str, str]]:
    """Target, A and B as small pictures."""
    pair = found.study.pair
    target, says = pair.target.astype(np.float64), "The target mask"
    if pair.ignored is not None:
        target[pair.ignored], says = 0.55, "The target mask; grey where pixels are ignored"
    shown = [
        (target, "Target", says),
        (pair.prediction.probabilities(), "A: this pair's prediction", "Prediction A"),
    ]
    if found.rival:
        study, name = found.rival
        shown.append((study.pair.prediction.probabilities(), f"B: {name}", f"Prediction B, {name}"))
    return [
        (Plane.named("small", "f32", core.shrunk(plane)), title, alt) for plane, title, alt in shown
    ]


def show(found: Comparison, beside: DeltaGenerator) -> None:
    """A and B (in `beside`), the table, the chosen loss on both, and the small multiples."""
    width = view.get("band")
    rows, planes, where = tiles(found, width)
    seen = _seen(found)
    both = _both(found)
    more = both.planes if both else []
    pictures.hand_over(found.study, [*planes, *(plane for plane, _, _ in seen), *more])
    height, across = found.study.pair.size
    common: dict[str, Any] = {
        "tiles": rows, "size": (across, height), "chosen": view.get("loss"), "band": width,
        "look": Look(view.get("map"), view.get("colours"), view.get("sort")),
        "rival": found.rival[1] if found.rival else None,
        "pair": pictures.code_digest(found.study) if found.study.is_coded else None, **where,
    }  # fmt: skip
    found.bar = st.empty()
    waiting = f"{len(found.missing)} losses that take longer follow …" if found.missing else ""
    with beside:
        gallery(
            show="pair", size=(across, height), key="compare.pair",
            pictures=[(plane.digest, title, alt) for plane, title, alt in seen],
        )  # fmt: skip
    clicked, _ = gallery(
        show="table", key="compare.table", on_look=_take, waiting=waiting, **common
    )
    _large(found)
    order = [row.name for row in rows]
    table_csv.button(table_csv.text(found.a, found.b, order, found.rival is not None))
    _band()
    if clicked and clicked != view.get("loss"):
        view.put("loss", clicked)
        st.rerun()
    if both is not None:
        st.subheader(f"{LOSSES[view.get('loss')].title} on A and on B", anchor="both")
        st.markdown(plain_verdict(found, view.get("loss")))
        both.show()
    st.subheader("Every map", anchor="maps")
    st.caption("In the order of the table. Click a picture to open that loss in Inspect.")
    _, opened = gallery(show="tiles", key="compare.tiles", **common)
    if opened:
        view.put("loss", opened)
        st.switch_page("pages/inspect_pixels.py", query_params=view.link())


def _take(look: Look) -> None:
    for name in ("map", "colours", "sort"):
        try:
            view.put(name, view.TABLE[name].parse(getattr(look, name)))
        except ValueError:
            continue


def _large(found: Comparison) -> None:
    if found.skipped and st.button(
        f"Work out the {found.skipped} losses that look at places", key="compare.ask",
        icon=":material/hourglass_empty:", help="They take seconds each on a picture so large.",
    ):  # fmt: skip
        st.session_state["compare.large"] = True
        st.rerun()


def _band() -> None:
    st.slider(
        "Boundary band: pixels within this distance of the target's outline", 0.0, 64.0,
        **bound("band"), step=0.5, format="%g px",
    )  # fmt: skip


def _both(found: Comparison) -> on_both.OnBoth | None:
    """The chosen loss on A beside B, where it has been worked out on both."""
    name = view.get("loss")
    if found.rival is None or name not in found.a or name not in found.b:
        return None
    return on_both.prepare(found.study, found.rival, LOSSES[name])


def plain_verdict(found: Comparison, name: str) -> str:
    """What the loss says of A and B, in numbers."""
    a, b, unit = found.a[name].value, found.b[name], pictures.unit(LOSSES[name])
    prefers = core.prefer(a, b)
    costs = f"A costs {short(a.value)} {unit}, B {short(b.value)} {unit}"
    if prefers.side is None:
        return f"{costs}; one of them is an undefined case: {(a.note or b.note).value}."  # type: ignore[union-attr]
    if not prefers.side:
        return f"{costs}: it cannot tell them apart."
    by = "" if prefers.by is None else f", by {short(prefers.by, 2)} of what a constant guess costs"
    return f"{costs}: it **prefers {prefers.side}**{by}."


def title(found: Comparison) -> None:
    """The heading and the sentence under it."""
    st.title("Every loss on one pair")
    st.markdown(sentence(found))
