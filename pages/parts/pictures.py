"""The linked viewer with the dials of the chosen loss: what follows while a dial is dragged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from segloss_core import Loss
from segloss_core.study import Maps, Study

from . import controls, frame, settings, view
from .browser import Dial, Move, Panel, Plane, deliver, dials, viewer

_SETTLED = "dials.settled"
_SLOPE = {"logit": "∂L/∂z", "probability": "∂L/∂p"}


def hand_over(study: Study, more: Sequence[Plane] = ()) -> None:
    """Give the tab the pair's pixels, once; afterwards only small tables travel."""
    pair, planes = study.pair, list(more)
    if pair.image is not None:
        kind = "rgb" if pair.image.ndim == 3 else "grey"
        planes.append(Plane(pair.image_digest, kind, pair.image))  # type: ignore[arg-type]
    if study.is_coded:
        planes.append(Plane(code_digest(study), "code", _codes(study)))
    else:
        p = pair.prediction.probabilities().astype(np.float32)
        planes.append(Plane(pair.prediction.digest, "f32", p))
        planes.append(Plane(marks_digest(study), "grey", _marks(study)))
    deliver(planes)


def _codes(study: Study) -> np.ndarray:
    """g + 256 y; the greys of ignored pixels travel too, and are shown, with 512 beside them."""
    codes, ignored = study.pair.prediction.codes, study.pair.ignored
    if ignored is None:
        return study.code
    if "sent" not in study.kept:
        study.kept["sent"] = np.where(ignored, codes + np.uint16(512), study.code)
    return study.kept["sent"]


def _marks(study: Study) -> np.ndarray:
    """The target with 2 where it is ignored."""
    target, ignored = study.pair.target, study.pair.ignored
    return target if ignored is None else np.where(ignored, np.uint8(2), target)


def marks_digest(study: Study) -> str:
    """What `_marks` goes by in the browser."""
    digest = study.pair.target_digest
    return digest if study.pair.ignored is None else f"marks+{digest}"


def code_digest(study: Study) -> str:
    return f"{study.pair.prediction.digest}+{study.pair.target_digest}"


def set_dial(loss: Loss, move: Move) -> None:
    """Remember a move; when the hand lets go, the whole page follows."""
    settings.put(loss, **{move.name: controls.admitted(loss, move.name, move.value)})
    st.session_state[_SETTLED] = move.done


@st.fragment
def live(
    study: Study, loss: Loss, pins: bool = True, beside: Callable[[], None] | None = None
) -> None:
    """Dials and pictures. While a dial is dragged, only this runs.

    Without `pins` a pixel can be pinned to hold its numbers, but the view does not remember it.
    `beside` draws what else follows the dials, at the left of the pictures.
    """
    frame.one_thread()
    if loss.dials:
        dials(
            dials=controls.of_loss(loss, study),
            key=f"dials.{loss.name}",
            on_move=lambda move: set_dial(loss, move),
        )
    if st.session_state.pop(_SETTLED, False):
        st.rerun()
    if beside is not None:
        left, right = st.columns([1, 1.15], gap="large")
        with left:
            beside()
        with right:
            _pictures(study, loss, pins)
    else:
        _pictures(study, loss, pins)


def _pictures(study: Study, loss: Loss, pins: bool) -> None:
    wrt = view.get("wrt")
    maps = study.maps(loss, wrt=wrt, **settings.of(loss))
    result = _viewer(study, loss, maps, wrt, pins)
    if result.moved and pins:
        view.put("pin", result.pin)
        st.rerun()


def _viewer(  # type: ignore[no-untyped-def]
    study: Study, loss: Loss, maps: Maps, wrt: str, pins: bool
):
    pair, prediction = study.pair, study.pair.prediction
    height, width = pair.size
    planes = np.stack([maps.share, maps.gradient]).astype(np.float32)
    coded = study.is_coded
    value = study.value(loss, **settings.of(loss)) if maps.coded else None
    return viewer(
        size=(width, height),
        image=pair.image_digest if pair.image is not None else None,
        pair=code_digest(study) if coded else None,
        prediction=None if coded else prediction.digest,
        target=None if coded else marks_digest(study),
        levels=levels(study),
        panels=_panels(study, loss, maps, wrt),
        tables=planes if maps.coded else None,
        planes=None if maps.coded else planes,
        threshold=view.get("threshold"),
        pin=view.get("pin") if pins else None,
        extra={
            "loss": loss.name,
            "value": maps.value,
            "total": maps.value - maps.floor,
            "unit": unit(loss),
            "note": maps.note.value if maps.note else None,
            **({"bar": value.relative} if value else {}),
        },
        key="viewer" if pins else "viewer.standard",
    )


def levels(study: Study) -> dict[str, Any] | None:
    """What a hard prediction's two codes stand for."""
    prediction = study.pair.prediction
    if prediction.kind != "hard":
        return None
    ends = prediction.code_probabilities[[0, 255]].tolist()  # type: ignore[index]
    return {"kind": "hard", "p": ends, "z": prediction.table[[0, 255]].tolist()}  # type: ignore[index]


def unit(loss: Loss) -> str:
    """The unit as it is written beside a number: nothing for ratios and for mixed sums."""
    return "" if loss.unit in ("1", "mixed") else loss.unit


def _panels(study: Study, loss: Loss, maps: Maps, wrt: str) -> list[Panel]:
    image = study.pair.image is not None
    top, steep = maps.share_top, maps.gradient_top
    some = study.pair.ignored is not None
    hatched = " · hatched: ignored" if some else ""
    seen = "; ignored pixels are hatched" if some else ""
    return [
        *([Panel("Image", "image", None, "", f"Image {study.pair.name}")] if image else []),
        Panel("Target", "target", None, f"white: object{hatched}", f"Target mask{seen}"),
        Panel("Prediction", "prediction", (0, 1), "p of the object", "Predicted probability"),
        Panel(
            "Share of the loss", "share", (0, top), f"bright: pays more{hatched}",
            f"Share of {loss.title} paid by each pixel", unit(loss),
        ),
        Panel(
            f"Gradient {_SLOPE[wrt]}", "gradient", (-steep, steep),
            f"red: pushes p down · blue: pushes p up{hatched}",
            f"Gradient of {loss.title}: red pushes the probability down, blue up",
        ),
    ]  # fmt: skip


@st.fragment
def threshold() -> None:
    """A live dial for the threshold of outlines and metrics; outlines follow in the browser."""

    def take(move: Move) -> None:
        if move.value is not None and math.isfinite(move.value):
            view.put("threshold", move.value)
        st.session_state[_SETTLED] = move.done

    dials(
        dials=[
            Dial(
                name="threshold", label="threshold", symbol="t", low=0.0, high=1.0, step=0.01,
                says="cuts the prediction for outlines and metrics; no loss sees it",
                value=view.get("threshold"), default=0.5, domain=(0.0, 1.0), local="threshold",
            )
        ],
        key="dials.threshold",
        on_move=take,
    )  # fmt: skip
    if st.session_state.pop(_SETTLED, False):
        st.rerun()
