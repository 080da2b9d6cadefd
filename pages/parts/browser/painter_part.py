"""The painter: a document of grey codes under the visitor's hand, and the same document here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from .codec import Plane
from .mount import answer_need, painter_component, rerun_if_asked
from .plain import plain

Codes = NDArray[np.uint8]


@dataclass
class Document:
    """What is painted on: `n` counts the steps that have arrived, `step` names the last of them.

    A message holds what changed since a step that the painter knows to be here (a bit for each
    pixel of a box, then the changed pixels' codes) or the whole plane, and the check sum of the
    whole plane: it is taken only if that fits, so what is here is what is on screen. What does not
    fit is asked for as a whole plane.
    """

    codes: Codes
    n: int = 0
    step: str = ""
    asks: bool = False
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    _given: tuple[int, Codes] | None = None

    def __post_init__(self) -> None:
        self._take(self.codes)
        self._given = (self.n, self.codes)

    def _take(self, codes: Codes) -> None:
        self.codes = np.array(codes, dtype=np.uint8, order="C")
        self.codes.setflags(write=False)

    def hear(self, message: Mapping[str, Any]) -> bool:
        """Take a message over; says whether the document has changed."""
        try:
            if message["doc"] != self.name or int(message["n"]) <= self.n:
                return False  # of another document, or stale
            codes = self._changed(message)
        except (KeyError, TypeError, ValueError, binascii.Error, zlib.error):
            codes = None
        if codes is None or zlib.crc32(codes.tobytes()) != message.get("sum"):
            self.asks = True
            return False
        self._take(codes)
        self.n, self.step, self.asks = int(message["n"]), str(message.get("step", ""))[:20], False
        return True

    def _changed(self, message: Mapping[str, Any]) -> Codes | None:
        height, width = self.codes.shape
        x0, y0, x1, y1 = (int(v) for v in message["box"])
        inside = 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
        since = int(message["from"])
        whole = since == -1 and (x0, y0, x1, y1) == (0, 0, width, height)
        if not inside or not (whole or 0 <= since <= self.n):
            return None
        area = (x1 - x0) * (y1 - y0)
        packed = base64.b64decode(message["z"], validate=True)
        bits = 0 if whole else (area + 7) // 8
        body = zlib.decompressobj().decompress(packed, bits + area + 1)  # no more than can be right
        part = self.codes[y0:y1, x0:x1].flatten()
        values = np.frombuffer(body[bits:], np.uint8)
        if whole:
            changed = np.ones(area, dtype=bool)
        else:
            marks = np.frombuffer(body[:bits], np.uint8)
            changed = np.unpackbits(marks, bitorder="little", count=area).astype(bool)
        if len(body) < bits or len(values) != int(changed.sum()):
            return None
        part[changed] = values
        codes = self.codes.copy()
        codes[y0:y1, x0:x1] = part.reshape(y1 - y0, x1 - x0)
        return codes

    @property
    def digest(self) -> str:
        """The pixels as a name."""
        return hashlib.blake2b(self.codes.tobytes(), digest_size=8).hexdigest()

    @property
    def given(self) -> tuple[int, Plane]:
        """The step and the pixels from which a tab begins that has not seen the document."""
        assert self._given is not None
        n, codes = self._given
        return n, Plane(f"{self.name}:{n}", "grey", codes)

    def give_anew(self) -> None:
        """A tab has lost the document: it begins from what is here."""
        self._given = (self.n, self.codes)


def painter(
    *,
    document: Document,
    other: Document,
    image: str | None,
    outline: str,
    outline_from: int,
    sources: Mapping[str, str],
    value: int,
    target: bool,
    keep: tuple[str, str],
    awaits: bool,
    key: str,
    on_stroke: Callable[[], None],
    on_recalled: Callable[[], None],
    ignored: str | None = None,
) -> None:
    """Show the document to paint on; `on_stroke` is called before the run that a change begins.

    `image`, `outline` and `sources` are digests of delivered planes: the picture below, the mask
    whose outline is shown (where it is at least `outline_from`), and what to start from. `value`
    is the code that the brush has at first. A `target` holds 0 and 255 alone. `keep` names the
    document and the other one in the tab's own storage, where they survive a reload. The `other`
    document is not shown, but it is heard: a reload brings back both. Where the page `awaits` what
    the tab has kept, `on_recalled` is called once the document is here, or nothing was kept of it.
    `ignored` is the digest of a plane that holds 2 where a pixel counts nowhere.
    """

    def take() -> None:
        message = st.session_state[key]["stroke"]
        heard = (document, other) if isinstance(message, Mapping) else ()
        if any(one.hear(message) for one in heard):
            if message["doc"] == document.name:
                on_recalled()
            on_stroke()

    def need() -> None:
        asked = st.session_state[key]["need"]
        if isinstance(asked, list) and "document" in asked:
            document.give_anew()
        answer_need(key)

    n, plane = document.given
    height, width = document.codes.shape
    head = {
        "doc": document.name,
        "n": document.n,
        "whole": document.asks,
        "size": [width, height],
        "plane": {"digest": plane.digest, "n": n},
        "image": image,
        "outline": outline,
        "outline_from": outline_from,
        "ignored": ignored,
        "sources": dict(sources),
        "value": value,
        "target": target,
        "keep": keep[0],
        "awaits": awaits,
        "other": {"doc": other.name, "n": other.n, "whole": other.asks, "keep": keep[1]},
    }
    result = painter_component(
        data=plain(head), key=key, on_stroke_change=take, on_need_change=need,
        on_recalled_change=on_recalled,
    )  # fmt: skip
    rerun_if_asked(result)
