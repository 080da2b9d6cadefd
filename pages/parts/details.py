"""Below the pictures: this pixel's arithmetic, who pays, the histogram, the card, the code."""

from __future__ import annotations

import streamlit as st

from segloss_core import Loss, export, files
from segloss_core.arithmetic import Worked
from segloss_core.arithmetic import number as _latex
from segloss_core.maps import Wrt
from segloss_core.study import BAND, Maps, Study

from . import card, current, elsewhere, figures, settings, several, slices, view
from .say import percent, short

NAMES = (
    ":material/calculate: This pixel",
    ":material/groups: Who pays?",
    ":material/bar_chart: Probabilities",
    ":material/menu_book: About the loss",
    ":material/code: Code",
)


def tabs(study: Study, loss: Loss) -> None:
    """Tabs, each worked out only while it is open."""
    setting = settings.of(loss)
    more = {}
    if current.several():
        more[":material/category: By class"] = several.show
    if slices.there():
        more[slices.NAME] = slices.show
    names = [*NAMES, *more]
    pixel, who, histogram, about, code, *rest = st.tabs(names, key="tabs", on_change="rerun")
    if pixel.open:
        with pixel:
            this_pixel(study, loss)
    if who.open:
        with who:
            who_pays(study, study.maps(loss, wrt=view.get("wrt"), **setting))
    if histogram.open:
        with histogram:
            edges, background, object_ = study.histogram()
            figure = figures.probability_histogram(
                edges, background, object_, view.get("threshold")
            )
            st.plotly_chart(
                figure, config=figures.CONFIG, key="histogram",
                alt="Histogram of the predicted probability for object and background pixels",
            )  # fmt: skip
    if about.open:
        with about:
            card.summary(loss)
    if code.open:
        with code:
            show_code(study, loss)
    for tab, show in zip(rest, more.values(), strict=True):
        if tab.open:
            with tab:
                show(study, loss)


def this_pixel(study: Study, loss: Loss) -> None:
    """The share of the pinned pixel, worked out; and where the gradient pushes it."""
    pin, (height, width) = view.get("pin"), study.pair.size
    if pin is None or not (0 <= pin[0] < width and 0 <= pin[1] < height):
        st.markdown("Click a pixel in a picture to pin it: its arithmetic appears here.")
        return
    x, y = pin
    if study.pair.ignored is not None and study.pair.ignored[y, x]:
        st.markdown(
            f"**Pixel x = {x}, y = {y}** is ignored: it counts nowhere, so it pays nothing and is "
            "pushed nowhere, whatever is predicted there."
        )
        return
    setting, wrt = settings.of(loss), view.get("wrt")
    maps = study.maps(loss, wrt=wrt, **setting)
    found = study.worked(loss, (y, x), **setting)
    here = int(study.code[y, x]) if maps.coded else (y, x)
    slope, total = float(maps.gradient[here]), maps.value - maps.floor
    is_object = bool(study.pair.target[y, x])
    st.markdown(
        f"**Pixel x = {x}, y = {y}** is {'object' if is_object else 'background'} in the target. "
        "What it pays:"
    )
    st.latex(_lines(found))
    part = found.value / total if total > 0 else 0.0
    push = "down" if slope > 0 else "up" if slope < 0 else "neither up nor down"
    name = {"logit": r"\partial L / \partial z", "probability": r"\partial L / \partial p"}[wrt]
    pays = (
        f"That is **{percent(part)} of the loss**{_how_many(part)}." if part else "It pays nothing."
    )
    st.markdown(
        f"{pays} The gradient ${name} = {_latex(slope)}$ pushes its probability **{push}**."
    )
    with st.expander("What went in"):
        st.markdown(
            "\n".join(f"- ${symbol} = {_latex(x)}$: {says}" for symbol, says, x in found.quantities)
        )


def _lines(found: Worked) -> str:
    """Symbols, numbers and the result under each other; long sums one summand a line."""
    break_ = r" \\ &\quad " if len(found.symbols) > 2 else " "
    sides = [
        break_.join([first, *(part if part.startswith("-") else f"+ {part}" for part in rest)])
        for first, *rest in (found.symbols, found.numbers)
    ]
    sides.append(_latex(found.value))
    body = r" \\[6pt] ".join(rf"&= {side}" for side in sides)
    return rf"\begin{{aligned}} \text{{share}} {body} \end{{aligned}}"


def _how_many(part: float) -> str:
    """How many pixels like this one would make the whole loss, where that can be imagined."""
    return f" ({1 / part:,.0f} such pixels would make all of it)" if part > 1e-7 else ""


def who_pays(study: Study, maps: Maps) -> None:
    """How concentrated the loss is, and what kinds of mistake hold it."""
    found = study.payers(maps, view.get("threshold"))
    if found is None:
        st.markdown("Nobody pays: the loss is at its floor.")
        return
    chart, words = st.columns([1.7, 1], vertical_alignment="center")
    with chart:
        st.plotly_chart(
            figures.who_pays(found), config=figures.CONFIG, key="who_pays",
            alt="Part of the loss paid by the dearest pixels, cumulated",
        )  # fmt: skip
    words.markdown(
        f"**{percent(found.pixels_paying(0.8))} of the pixels pay 80 %** of this loss.\n\n"
        f"- {percent(found.false_negatives)} is paid by **missed** object pixels (FN)\n"
        f"- {percent(found.false_positives)} by **false alarms** (FP)\n"
        f"- {percent(found.right)} by pixels on the right side of the threshold\n\n"
        f"{percent(found.boundary_band)} is paid within {BAND:g} px of the target's outline."
    )


def _slug(loss: Loss, setting: dict[str, float | int | None]) -> str:
    """Loss and setting as a part of a file's name."""
    return "-".join([loss.name, view.get("wrt"), *(f"{k}={v}" for k, v in setting.items())])


def _npz(study: Study, loss: Loss, wrt: Wrt, setting: dict[str, float | int | None]) -> bytes:
    """Both maps, dense, as a file. It is made outside of the page, where nothing is remembered."""
    found = study.maps(loss, wrt=wrt, **setting)
    share, gradient = (plane.astype("f4") for plane in study.dense(found))
    ignored = study.pair.ignored
    more = {} if ignored is None else {"ignored": ignored}
    return files.npz(share=share, gradient=gradient, **more)


def show_code(study: Study, loss: Loss) -> None:
    """The script that gives the numbers on screen, and the criterion for training."""
    setting, source, wrt = settings.of(loss), current.source_code(), view.get("wrt")
    value = study.value(loss, **setting).value
    st.caption(f"Prints {short(value, 10)}, the value on screen.")
    ignores = study.pair.ignored is not None
    script = export.snippet(loss, setting, wrt, source, value, ignores)
    st.code(script, language="python")
    st.download_button(
        "Download both maps (NPZ)", lambda: _npz(study, loss, wrt, setting),
        icon=":material/download:",
        # The name tells any two maps apart: downloads of equal length may share an address.
        file_name=f"{_slug(loss, setting)}-{study.pair.digest[:10]}.npz",
        help="share and gradient as float32 arrays, (H, W)"
        + ("; ignored is boolean" if ignores else ""),
    )  # fmt: skip
    st.caption("For a training loop:")
    st.code(export.training(loss, setting), language="python")
    elsewhere.choose(study, loss, setting)
