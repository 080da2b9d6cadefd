"""The components, registered once, and what a tab has got so far.

Streamlit puts a component's code into every message of that component. So the library travels
once; the components that speak often are stubs of a few lines that wait for it. A tab
that lacks the library or some planes (reload, eviction, a run cut short) asks for them by the
trigger `need`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from .bundle import bundle
from .codec import Plane, planes_message

_LIBRARY = "library"
_SENT = "_browser_sent"

_BUNDLE = bundle()

_STUB = """const s = globalThis.STORE ??= {}; s.ready ??= new Promise(r => { s.arrive = r });
export default c => s.PART ? s.PART(c) : (setTimeout(() => s.PART ||
 c.setTriggerValue('need', ['library']), 1500), s.ready.then(() => s.PART(c)))
""".replace("STORE", _BUNDLE.store)


def _stub(name: str, part: str) -> Any:
    html = f'<div class="sl-{name}"></div>\n'
    return st.components.v2.component(f"segloss_{name}", html=html, js=_STUB.replace("PART", part))


_library = st.components.v2.component("segloss_library", html="<i hidden></i>\n", js=_BUNDLE.text)
_planes = _stub("planes", "planesPart")
viewer_component = _stub("viewer", "viewerPart")
dials_component = _stub("dials", "dialsPart")
losses_component = _stub("losses", "lossesPart")
pad_component = _stub("pad", "padPart")
index_component = _stub("index", "indexPart")
painter_component = _stub("painter", "painterPart")
gallery_component = _stub("gallery", "galleryPart")
push_component = _stub("push", "pushPart")
versus_component = _stub("versus", "versusPart")


def _sent() -> set[str]:
    # A session is one load of one tab: what was sent once is there.
    return st.session_state.setdefault(_SENT, set())


def forget(digests: Iterable[str]) -> None:
    """The tab asks for these: they are sent again in the next full run."""
    _sent().difference_update(digests)


def answer_need(key: str) -> None:
    """Callback of the trigger `need`."""
    asked = st.session_state[key]["need"]
    if isinstance(asked, list):
        forget(str(item) for item in asked)


def rerun_if_asked(result: Any) -> None:
    """The planes are delivered outside fragments: only a full run sends them again."""
    if result.need is not None:
        st.rerun()


def deliver(planes: Sequence[Plane]) -> None:
    """Hand the library and the planes to the tab, each once.

    Call it outside fragments, in every full run, before the viewers that show the planes.
    """
    sent = _sent()
    fresh = [plane for plane in planes if plane.digest not in sent]
    new = _LIBRARY not in sent
    with st.empty():  # keeps the place of what follows, with or without a message
        if new or fresh:
            (_library if new else _planes)(
                data=planes_message(fresh),
                key="segloss_library" if new else "segloss_planes",
                on_need_change=lambda: answer_need("segloss_planes"),
            )
    sent.update({_LIBRARY}, (plane.digest for plane in fresh))
