"""What was drawn, as files."""

from __future__ import annotations

import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from segloss_core.readers import png

from .drawings import Drawing


def _npy(array: NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def of_drawing(drawing: Drawing) -> None:
    """Prediction and target as PNG and NPY. Names carry a digest: two drawings never get mixed."""
    with st.container(horizontal=True, key="drawing.files"):
        prediction = drawing.prediction
        _files(
            "Prediction", f"drawing-{prediction.digest[:8]}", prediction.codes,
            "grey g means p = (g + ½) / 256",
        )  # fmt: skip
        _files("Target", *_target(drawing))


def _target(drawing: Drawing) -> tuple[str, NDArray[np.uint8], str]:
    """Name, pixels and meaning: black and white, or labels where some pixels are ignored."""
    pair = drawing.study.pair
    if pair.ignored is None:
        document = drawing.target
        return f"target-{document.digest[:8]}", document.codes, "white: object"
    labels = np.where(pair.ignored, np.uint8(255), pair.target)
    return f"target-{pair.target_digest[:8]}", labels, "0 background, 1 object, 255 ignored"


def _files(label: str, name: str, codes: NDArray[np.uint8], says: str) -> None:
    for kind, make in (("PNG", png), ("NPY", _npy)):
        st.download_button(
            f"{label} as {kind}", lambda codes=codes, make=make: make(codes),  # type: ignore[misc]
            f"{name}.{kind.lower()}", icon=":material/download:", type="tertiary", help=says,
            on_click="ignore", key=f"download.{label}.{kind}",
        )  # fmt: skip
