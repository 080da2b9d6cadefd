"""Save what is on screen as one file, and open such a file, or a ZIP of pairs, anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st
import torch

from segloss_core import bundle
from segloss_core.pair import Pair
from segloss_core.readers import LIMITS, ReadError, clean_name

from . import current, drawings, view
from .archives import Archive
from .say import plain, unquoted

_PAGE, _NEXT, _SAID = "bundle.page", "bundle.next", "bundle.said"
_SHOWN, _MADE = "bundle.shown", "bundle.made"
_SLACK = 1_000_000  # bytes that a ZIP takes beside its arrays, and some
_NOTES, _LONG = 20, 300


# ---- where a bundle leads ------------------------------------------------------------------------


def page_to_open(title: str, pages: Mapping[str, str]) -> str | None:
    """The page that a bundle just opened belongs to, where it is another than this one."""
    if st.session_state.get(_PAGE) != title:
        _close()
    st.session_state[_PAGE] = title
    wanted = st.session_state.pop(_NEXT, title)
    return pages.get(wanted) if wanted != title else None


# ---- saving --------------------------------------------------------------------------------------


def save_or_open(where: torch.device) -> None:
    """A quiet button on every page: what is on screen as a file, and such a file as what is."""
    if said := st.session_state.pop(_SAID, ""):
        st.toast(said, icon=":material/folder_open:")
    st.button(
        "Save or open", icon=":material/save:", key="bundle.window", type="tertiary",
        on_click=lambda: st.session_state.update({_SHOWN: True}),
    )  # fmt: skip
    # Whatever makes the page run anew meanwhile leaves the window open.
    if st.session_state.get(_SHOWN):
        _window(where)


def _close() -> None:
    st.session_state.pop(_SHOWN, None)
    st.session_state.pop(_MADE, None)


@st.dialog("Save or open", on_dismiss=_close)
def _window(where: torch.device) -> None:
    torch.set_num_threads(1)  # as in every fragment: see frame.one_thread
    _save(where)
    box("Open a saved bundle, or a ZIP of pairs", "bundle", where)
    if _SAID in st.session_state:
        st.rerun()  # the whole page, of what was opened


def _save(where: torch.device) -> None:
    st.markdown(
        "A bundle is one file with the pair, the loss, its dials and the view: to go on with "
        "another day, or to hand on. It holds the pictures and the names of their files."
    )
    pair, query, page = _pair_on_screen(where), view.watched(), st.session_state[_PAGE]

    def written() -> bytes:
        return bundle.write(pair(), query(), page)

    now = pair()
    data: Callable[[], bytes] | bytes | None = written
    if _bytes(now) + _SLACK > LIMITS.file_bytes:
        data = _made_beforehand(written, (now.digest, *query().items()))
    if data is not None:
        st.download_button(
            "Save this pair with its setting", data,
            f"{view.get('loss')}-{now.digest[:8]}{bundle.SUFFIX}", "application/zip",
            icon=":material/download:", on_click="ignore", key="bundle.save", width="stretch",
        )  # fmt: skip


def _pair_on_screen(where: torch.device) -> Callable[[], Pair]:
    """Gives the pair whenever it is called; a drawing goes on after the page was made."""
    study = current.study(where)
    drawn = drawings.find(current.base_name(), current.base(where))
    if drawn is not None and view.get("pair") == view.DRAWN:
        return lambda: drawn.study.pair
    return lambda: study.pair


def _bytes(pair: Pair) -> int:
    """What the arrays of a pair take; a bundle of them takes no more."""
    prediction = pair.prediction
    arrays = (pair.image, pair.target, prediction.codes, prediction.plane)
    return sum(array.nbytes for array in arrays if array is not None)


def _made_beforehand(written: Callable[[], bytes], of: tuple[Any, ...]) -> bytes | None:
    """Only writing tells whether a very large pair fits, so that is asked for by a button."""
    kept = st.session_state.get(_MADE)
    if kept is not None and kept[0] == of:
        return bytes(kept[1])
    if st.button("Prepare the file", icon=":material/hourglass_empty:", width="stretch"):
        try:
            with st.spinner("Packing a large pair …"):
                st.session_state[_MADE] = of, written()
        except ValueError as error:
            st.error(f"This pair cannot be saved: {plain(str(error))}.", icon=":material/error:")
            return None
        return bytes(st.session_state[_MADE][1])
    return None


# ---- opening -------------------------------------------------------------------------------------


def box(label: str, key: str, where: torch.device) -> None:
    """A box for a bundle or a ZIP of pairs. What is refused says why, and changes nothing."""
    name = f"{key}.{st.session_state.get('files.round', 0)}"
    refused = f"{key}.refused"
    st.file_uploader(
        label, type=["zip"], key=name, on_change=_take, args=(name, refused, where),
        help=f"A file saved here ends in {bundle.SUFFIX}. A ZIP of pairs has folders masks and "
        "predictions (and images, if you like) with files of the same names.",
    )  # fmt: skip
    if st.session_state.get(name) is None:
        st.session_state.pop(refused, None)
    elif said := st.session_state.get(refused):
        st.error(said, icon=":material/error:")


def _take(name: str, refused: str, where: torch.device) -> None:
    file = st.session_state[name]
    st.session_state.pop(refused, None)
    if file is None:
        return
    data = file.getvalue()
    try:
        if bundle.is_bundle(data, file.name):
            _open(bundle.read(data, file.name), clean_name(file.name), where)
        else:
            archive = Archive.of(file.file_id, clean_name(file.name), data)
            current.take_archive(archive)
            view.put("files", True)
            _lead_to("Inspect" if st.session_state[_PAGE] == "Atlas" else st.session_state[_PAGE])
            count = len(archive.listing.pairs)
            noun = "1 pair" if count == 1 else f"{count} pairs"
            _done(f"{noun} in {plain(archive.name)}: choose one under “Your own files”.")
    except ReadError as error:
        st.session_state[refused] = unquoted(error.message)


def _open(found: bundle.Bundle, name: str, where: torch.device) -> None:
    pair = replace(
        found.pair,
        name=clean_name(found.pair.name),
        names={clean_name(role): clean_name(file) for role, file in found.pair.names.items()},
        notes=tuple(note[:_LONG] for note in found.pair.notes[:_NOTES]),
    )
    current.adopt(pair, name, where)
    view.adopt(found.state, pair=view.UPLOAD, base=view.TABLE["base"].default)
    if pair.prediction.confidence is not None:
        _follow(pair.prediction.confidence)
    _lead_to(found.page)
    _done(f"Opened {plain(name)}")


def _follow(confidence: float) -> None:
    """Turn the slider to the confidence of a hard prediction, unless it says so already."""
    try:
        near = view.TABLE["confidence"].parse(f"{confidence:.12g}")
    except ValueError:  # beyond the slider, which no file saved here is
        near = min(0.99, max(0.51, confidence))
    if current.confidence_code(view.get("confidence")) != current.confidence_code(near):
        view.put("confidence", near)


def _lead_to(page: str) -> None:
    """Go there; where no pair is shown, one that was opened is looked at in Inspect."""
    st.session_state[_NEXT] = "Inspect" if page == "Start" else page


def _done(said: str) -> None:
    st.session_state[_SAID] = said
    _close()
