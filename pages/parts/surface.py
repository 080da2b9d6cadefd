"""Landscapes, two dials: a surface to touch, the maps that follow it, sections, and 3-D."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import shorten

import numpy as np
import streamlit as st

from segloss_core import LOSSES, Loss, files
from segloss_core.landscape import Landscape, over_dials
from segloss_core.mix import Mix
from segloss_core.study import Study
from segloss_core.weights import over_weights

from . import axes, choose, figures, patience, pictures, settings, view
from .axes import Range
from .bound import bound
from .browser import Landmark, Plane, pad
from .kept import kept
from .pictures import unit
from .say import short

FINE, COARSE = 101, 15
WHAT = {
    "value": "the loss",
    "gradient": "how hard it pushes, ‖∂L/∂z‖",
    "price": "price of a miss : price of a false alarm",
}
_CORE = {"value": "value", "gradient": "gradient norm", "price": "price ratio"}


def show(study: Study) -> None:
    """Choose a loss and two of its dials; the surface, and everything that follows the cross."""
    st.title("Two dials turned")
    st.markdown("Drag the cross: both dials, the maps and the value follow.")
    loss = _choose_loss()
    if len(loss.dials) < 2:
        many = "no dial" if not loss.dials else "one dial only"
        st.info(f"{loss.title} has {many}: choose another loss for a surface.")
        return
    ranges = axes.choose(loss)
    other = LOSSES[view.get("against")] if view.get("against") else None
    if ranges is None:
        return
    land = touch(study, loss, ranges, other=other, what=view.get("what"))
    if land is not None:
        _sections(loss, land, ranges)
        _take_away(land, loss)


def touch(
    study: Study, loss: Loss, ranges: Mapping[str, Range],
    other: Loss | None = None, marks: Sequence[Landmark] = (), what: str = "value",
) -> Landscape | None:  # fmt: skip
    """The surface under a cross that sets the dials, and the maps that follow it.

    `marks` are further settings with a name; `other` is a loss whose surface stands beside this
    one in the same colours. None while a surface that takes long has not been asked for.
    """
    shown = [(loss, ranges, land_of(study, loss, ranges, what), marks)]
    if other is not None:
        shown.append((other, axes.of(other), land_of(study, other, axes.of(other), what), ()))
    lands = [land for _, _, land, _ in shown if land is not None]
    limits = _limits(lands)
    pictures.hand_over(study, [_plane(land) for land in lands])  # in one message: it has one key

    def pads() -> None:
        for one, its_ranges, land, its_marks in shown:
            if land is not None:
                _pad(land, limits, one, its_ranges, its_marks)

    pictures.live(study, loss, beside=pads if lands else None)
    return shown[0][2]


def _choose_loss() -> Loss:
    left, middle, right = st.columns([1.2, 1.2, 1])
    with left:
        choose.loss_box("Loss", "choose.surface")
    with middle:
        st.selectbox(
            "Height", list(WHAT), **bound("what"), format_func=WHAT.get,
        )  # fmt: skip
    with right:
        if view.get("against") == view.get("loss"):
            view.put("against", None)
        st.selectbox(
            "A second loss, in the same colours",
            [None, *(name for name in view.WITH_SURFACE if name != view.get("loss"))],
            **bound("against"),
            format_func=lambda name: "nothing" if name is None else LOSSES[name].title,
        )  # fmt: skip
    return LOSSES[view.get("loss")]


def land_of(study: Study, loss: Loss, ranges: Mapping[str, Range], what: str) -> Landscape | None:
    """The landscape, kept for this session; what takes long is begun by a button."""
    fixed = {k: v for k, v in settings.of(loss).items() if k not in ranges}
    fine = study.by_kinds(loss) or _is_plane(loss, ranges, what)
    grid = {name: one.values(FINE if fine else COARSE) for name, one in ranges.items()}
    key = (study.pair.digest, study.pair.prediction.digest, loss.name, what,
           tuple((k, *one.ends) for k, one in ranges.items()), tuple(fixed.items()))  # fmt: skip
    return kept("landscapes", key, lambda: _worked_out(study, loss, grid, what, fixed), most=12)


def _is_plane(loss: Loss, axes_: Iterable[str], what: str) -> bool:
    """Whether the surface is that of a mix over two of its weights."""
    weights = {part.weight_dial for part in loss.parts} if isinstance(loss, Mix) else set()
    return what == "value" and set(axes_) <= weights


def _worked_out(
    study: Study, loss: Loss, grid: Mapping[str, np.ndarray], what: str, fixed: settings.Setting
) -> Landscape | None:
    """At once where that is quick: by kinds of pixel, or as the plane of a mix's weights."""
    if study.by_kinds(loss):
        return over_dials(study, loss, grid, _CORE[what], **fixed)  # type: ignore[arg-type]
    if isinstance(loss, Mix) and _is_plane(loss, grid, what):
        return over_weights(study, loss, grid, **fixed)
    return patience.run(
        f"{loss.title} looks at every pixel again for each of the "
        f"{' × '.join(str(len(values)) for values in grid.values())} points.",
        lambda progress: over_dials(
            study, loss, grid, _CORE[what], progress=progress, **fixed  # type: ignore[arg-type]
        ),
        key=f"landscape.{loss.name}",
    )  # fmt: skip


def _height(land: Landscape) -> str:
    """What stands upwards, in words."""
    return next(WHAT[short] for short, name in _CORE.items() if name == land.what)


def _surface(land: Landscape) -> np.ndarray:
    """Rows along the second dial, from its low end: as the pad draws it."""
    return np.ascontiguousarray(land.surface.T.astype(np.float32))


def _plane(land: Landscape) -> Plane:
    surface = _surface(land)
    return Plane(f"land+{files.digest(surface)}", "f32", surface)


def _limits(lands: Sequence[Landscape]) -> tuple[float, float]:
    """The colour range of all that is shown; one colour where all is equal or undefined."""
    known = np.concatenate([np.zeros(0), *(x.surface[np.isfinite(x.surface)] for x in lands)])
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    # What differs by rounding alone is flat: its last digits must not be drawn as hills.
    return (low, low) if high - low <= 1e-9 * max(abs(low), abs(high)) else (low, high)


def _pad(
    land: Landscape, limits: tuple[float, float], loss: Loss, ranges: Mapping[str, Range],
    marks: Sequence[Landmark] = (),
) -> None:  # fmt: skip
    (x, of_x), (y, of_y) = ranges.items()
    setting = {**loss.defaults, **settings.of(loss)}
    surface = _surface(land)
    named = [(str(why), where) for why, where in (*land.undefined.items(), *land.notes.items())]
    pad(
        title=f"{loss.title}: {_height(land)}",
        unit=unit(loss) if land.what == "value" else "",
        alt=f"{loss.title} over {x} and {y}",
        file=f"{loss.name}-{x}-{y}-{files.digest(surface)[:8]}",
        plane=_plane(land).digest,
        size=(surface.shape[1], surface.shape[0]),
        limits=limits,
        x=of_x.side(land.axes[x]), y=of_y.side(land.axes[y]),
        at=(axes.number(setting[x], of_x), axes.number(setting[y], of_y)),
        presets=[
            Landmark(preset[x], preset[y], name)
            for name, preset in loss.presets.items()
            if preset.get(x) is not None and preset.get(y) is not None
        ]
        + list(marks),
        labels=[_label(why, where) for why, where in named],
        notes=[f"Where the picture says so: {why}." for why, _ in named]
        + ["Drag or click; arrows move the cross. Dots: where it was."],
        key=f"pad.{loss.name}.{x}.{y}".replace("__", "."),  # which Streamlit forbids
        on_move=lambda move: pictures.set_dial(loss, move),
    )  # fmt: skip


def _label(why: str, where: np.ndarray) -> Landmark:
    """The short name of an undefined region, in its middle."""
    i, j = (indices.mean() for indices in np.nonzero(where))
    n, m = where.shape
    return Landmark((i + 0.5) / n, (j + 0.5) / m, shorten(why, 42, placeholder=" …"))


def _sections(loss: Loss, land: Landscape, ranges: Mapping[str, Range]) -> None:
    """The surface cut through the cross, and standing up."""
    (x, of_x), (y, of_y) = ranges.items()
    setting = {**loss.defaults, **settings.of(loss)}
    at = {x: axes.number(setting[x], of_x), y: axes.number(setting[y], of_y)}
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Sections through the cross", anchor="sections")
        st.plotly_chart(
            figures.sections(land, at, _height(land)), config=figures.CONFIG, key="sections",
            alt=f"The landscape along {x} and along {y} through the present setting",
        )  # fmt: skip
    with right:
        st.subheader("The same as a surface", anchor="surface")
        st.plotly_chart(
            figures.standing(land, at, _height(land)), config=figures.CONFIG, key="standing",
            alt=f"The landscape over {x} and {y} as a surface that can be turned",
        )  # fmt: skip
    low, high = _limits([land])
    if low == high:
        st.info(f"Flat: neither dial changes it on this pair (it is {short(low)}).")


def _take_away(land: Landscape, loss: Loss) -> None:
    """Files, made when they are asked for."""
    name = f"{loss.name}-{'-'.join(land.axes)}-{files.digest(land.surface)[:8]}"
    with st.container(horizontal=True):
        st.download_button(
            "CSV", lambda: files.csv(land.axes, land.surface), file_name=f"{name}.csv",
            icon=":material/download:", help="one row per point",
        )  # fmt: skip
        st.download_button(
            "NPZ", lambda: files.npz(surface=land.surface, floor=land.floor, **land.axes),
            file_name=f"{name}.npz", icon=":material/download:", help="surface and axes, float64",
        )  # fmt: skip
        st.download_button(
            "HTML", lambda: figures.page(
                figures.standing(land, {}, _height(land)), f"{loss.title}: {_height(land)}"
            ),
            file_name=f"{name}.html", icon=":material/download:",
            help="the surface as a page of its own that needs no network",
        )  # fmt: skip
