"""The samples as pictures to click, and the doors into the app."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from segloss_core.scenes import SCENES

from . import current, frame, view


@st.cache_resource(show_spinner=False)
def _thumbnail(name: str, where: str) -> np.ndarray:
    """The sample's image at half size with the target's outline in it."""
    study = current.sample(name, where)
    picture = study.pair.image
    assert picture is not None
    shown = picture.copy() if picture.ndim == 3 else np.repeat(picture[..., None], 3, -1)
    outline = study.outline
    thick = outline.copy()  # by one pixel each way: it is shown at half size
    thick[1:] |= outline[:-1]
    thick[:, 1:] |= outline[:, :-1]
    shown[thick] = (120, 255, 110)
    height, width = shown.shape[0] // 2, shown.shape[1] // 2
    halves = shown[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
    return halves.mean((1, 3)).astype(np.uint8)


def samples(where: torch.device) -> None:
    """Each built-in sample with what there is to notice; a click opens it in Inspect."""
    st.subheader("Open a sample")
    scenes = list(SCENES.values())
    places = [column for _ in range(0, len(scenes), 3) for column in st.columns(3)]
    for place, scene in zip(places, scenes, strict=False):
        with place.container(border=True, height="stretch"):
            thumbnail = _thumbnail(scene.id, str(where))
            st.image(thumbnail, width="stretch", output_format="JPEG", alt=scene.title)
            st.markdown(f"**{scene.title}.** {scene.says}")
            st.page_link(
                "pages/inspect_pixels.py", label="Inspect its pixels",
                icon=":material/arrow_forward:",
                query_params=view.link(pair=scene.id, pin=None),
            )  # fmt: skip


DOORS = (
    ("Teach me", "pages/landscapes.py", ":material/school:",
     "How one pixel's loss and slope change as its p turns, for many losses at once.",
     {"mode": "curve"}),
    ("Inspect my mask", "pages/inspect_pixels.py", ":material/upload:",
     "Your target and prediction, pixel by pixel. Files stay in your session.", {"files": True}),
    ("Tune my loss", "pages/tune.py", ":material/tune:",
     "Say what a mistake should cost, and get the dials that do it.", {}),
)  # fmt: skip
_UNTIL_THEN = (
    "Tune my loss", "pages/landscapes.py", ":material/tune:",
    "Two dials of a loss as a landscape: drag the cross, the maps follow.", {"mode": "dials"},
)  # fmt: skip


def doors() -> None:
    """The ways in: for who wants to learn, who has a mask, who trains a network."""
    open_ = [door if (frame.ROOT / door[1]).exists() else _UNTIL_THEN for door in DOORS]
    for place, (label, path, icon, says, query) in zip(st.columns(3), open_, strict=True):
        with place.container(border=True, height="stretch"):
            st.page_link(path, label=f"**{label}**", icon=icon, query_params=view.link(**query))
            st.caption(says)
