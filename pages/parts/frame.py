"""Open a page: configuration, sidebar navigation, and the process made ready once."""

from __future__ import annotations

import gc
from pathlib import Path

import streamlit as st
import torch

from segloss_core import device

from . import bundles, letting_go, view
from .say import plain

PAGES = (
    ("app.py", "Start", ":material/home:"),
    ("pages/inspect_pixels.py", "Inspect", ":material/frame_inspect:"),
    ("pages/compare.py", "Compare", ":material/compare:"),
    ("pages/draw.py", "Draw", ":material/brush:"),
    ("pages/landscapes.py", "Landscapes", ":material/landscape:"),
    ("pages/tune.py", "Tune", ":material/tune:"),
    ("pages/atlas.py", "Atlas", ":material/menu_book:"),
)

ROOT = Path(__file__).parents[2]
ICON = str(ROOT / "assets" / "icon.png")

_STYLE = """
.stMainBlockContainer { padding: 2.4rem clamp(1rem, 2.6vw, 3.5rem); max-width: 1640px; }
@media (max-width: 640px) { .stMainBlockContainer { padding-top: 4.4rem; } }
.st-key-narrow { display: none; }
@media (max-width: 640px) { .st-key-narrow { display: flex; } }
.st-key-narrow_index { display: none; }
@media (max-width: 768px) { .st-key-narrow_index { display: flex; } }
h1 { padding: 0 0 .2rem !important; }
[data-testid="stSidebar"] .stMarkdown p { line-height: 1.35; }
.stApp .katex { font-size: 1.05em; }
.stApp .katex-display { overflow-x: auto; overflow-y: hidden; padding: .15rem 0; }
"""


@st.cache_resource
def _device() -> torch.device:
    device.reuse_memory()
    return device.choose()


@st.cache_resource
def _settled() -> None:
    """Keep the many objects of torch and Plotly out of the collection after every rerun.

    Once, after the first page is complete: much is imported by the first computation only.
    """
    gc.collect()
    gc.freeze()


def one_thread() -> None:
    """Let torch compute in this thread alone. First in every page and every fragment.

    The setting is per thread and each run is a new one: a team of threads costs a run 5 ms to
    start, and two per visitor slow every visitor down.
    """
    torch.set_num_threads(1)


def open_page(title: str) -> torch.device:
    """Configure the page, take over the URL, draw the navigation; gives the device."""
    st.set_page_config(f"{title} · SegLoss Lab", ICON, layout="wide")
    one_thread()
    view.arrive()
    if found := bundles.page_to_open(title, {label: path for path, label, _ in PAGES}):
        st.switch_page(found, query_params=view.link())
    letting_go.collect()
    st.html(f"<style>{_STYLE}</style>")
    with st.sidebar:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.image(ICON, width=28, alt="")
            st.markdown("**SegLoss Lab**")
        for path, label, icon in PAGES:
            st.page_link(path, label=label, icon=icon, query_params=view.link())
    if ignored := view.ignored():
        said = ", ".join(text[:60] for text in ignored[:5])
        st.warning(f"Left out, as it means nothing here: {plain(said)}", icon=":material/link_off:")
    return _device()


def close_page(where: torch.device) -> None:
    """Show where it was computed, and write the view into the URL."""
    with st.sidebar:
        bundles.save_or_open(where)
        name = device.describe(where)
        st.badge(name, icon=":material/memory:", color="gray", help="where losses are computed")
    view.leave()
    _settled()
