"""The samples as pictures to click, and the doors into the app."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from segloss_core.scenes import SCENES

from . import current, view


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


def doors() -> None:
    """The two ways in, before anything else."""
    with st.container(horizontal=True):
        st.page_link(
            "pages/inspect_pixels.py", label="Inspect a sample", icon=":material/frame_inspect:",
            query_params=view.link(files=False),
        )  # fmt: skip
        st.page_link(
            "pages/inspect_pixels.py", label="Inspect my own mask", icon=":material/upload:",
            query_params=view.link(files=True),
            help="A target mask and a prediction as PNG, JPEG, WebP or BMP. They stay in your "
            "session: nothing is stored, and no link carries them.",
        )  # fmt: skip
