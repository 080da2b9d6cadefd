"""Everything a page remembers: one table of names, mirrored in the session and in the URL.

The URL is the authority when a visitor arrives with it, follows a link or goes back; the session
is while he works. Each page calls `arrive()` first and `leave()` last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from segloss_core import LOSSES
from segloss_core.challenges import CHALLENGES
from segloss_core.libraries import LIBRARIES
from segloss_core.mix import text
from segloss_core.scenes import SCENES

VERSION = "1"
UPLOAD = "upload"
PLAIN = "torch alone"  # the code of a loss in no library's words
PAPERS = ("misprints", "letters", "results")  # what the Atlas has besides a card per loss
MODES = ("curve", "dials", "geometry")
FARTHEST = 1e6  # an axis reaches from minus this to this
MANY = 8  # losses side by side
WITH_SURFACE = tuple(name for name, loss in LOSSES.items() if len(loss.dials) > 1)
WHAT = ("value", "gradient", "price")
TUNE = ("ask", "mix")
WISHES = ("price", "easy", "start", "band")
MOVES = ("shift", "grow", "sure")
DRAWN = "drawn"
RIVALS = ("none", "sure", "shift", "grow", "blur", "confidence", "file")
PLANES = ("map", "prediction", "difference")  # of A and B; "map" is what the table shows
COLUMNS = ("title", "value", "relative", "norm", "fp", "fn", "band", "b", "by")

_STATE, _WRITTEN, _IGNORED = "view", "view.written", "view.ignored"
_PAST, _PAGE = "view.past", "view.page"


@dataclass(frozen=True)
class Entry:
    """One thing a page remembers. `parse` raises ValueError for text that means nothing."""

    url: str
    default: Any
    parse: Callable[[str], Any]
    write: Callable[[Any], str] = str


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return parse


def _between(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return parse


def _halves(low: float, high: float) -> Callable[[str], float]:
    return lambda text: round(2 * _between(low, high)(text)) / 2


def _pixel(text: str) -> tuple[int, int]:
    x, y = (int(part) for part in text.split(","))
    return x, y


def _ranges(line: str) -> tuple[str, tuple[float, float], tuple[float, float]]:
    """A loss and the ranges of its two axes: "focal,0:1,0:5"."""
    loss, *parts = line.split(",")
    across, upwards = (tuple(float(end) for end in part.split(":")) for part in parts)
    if loss not in LOSSES or not all(abs(end) <= FARTHEST for end in (*across, *upwards)):
        raise ValueError(line)
    (low, high), (bottom, top) = across, upwards
    return loss, (low, high), (bottom, top)


def _ranges_text(ranges: tuple[str, tuple[float, float], tuple[float, float]]) -> str:
    loss, *ends = ranges
    return ",".join([loss, *(f"{low:.12g}:{high:.12g}" for low, high in ends)])


def _mix(line: str) -> str:
    return text.written(text.parse(line))  # one way to write it, or a ValueError


def _some_of(*names: str) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(text.split(","))) if text else ()
        if not set(found) <= set(names) or len(found) > MANY:
            raise ValueError(text)
        return found

    return parse


def _dial(loss: str, name: str) -> Entry:
    dial = LOSSES[loss].dials[name]

    def parse(text: str) -> float | int | None:
        if text == "auto":
            value: float | int | None = None
        else:
            value = int(text) if dial.kind == "whole" else float(text)
        dial.check(loss, value)
        return value

    return Entry(f"{loss}.{name}", dial.default, parse, _dial_text)


def _dial_text(value: float | None) -> str:
    return "auto" if value is None else f"{value:.12g}"


TABLE: Mapping[str, Entry] = {
    "loss": Entry("loss", "focal", _one_of(*LOSSES)),
    "pair": Entry("pair", next(iter(SCENES)), _one_of(*SCENES, UPLOAD, DRAWN)),
    "base": Entry("on", next(iter(SCENES)), _one_of(*SCENES, UPLOAD)),  # what a drawing is on
    "draw": Entry("draw", "prediction", _one_of("prediction", "target")),
    "challenge": Entry("challenge", "", _one_of("", *CHALLENGES)),
    "wrt": Entry("wrt", "logit", _one_of("logit", "probability")),
    "threshold": Entry("t", 0.5, _between(0.0, 1.0), "{:.12g}".format),
    "confidence": Entry("c", 0.95, _between(0.51, 0.99), "{:.12g}".format),
    "pin": Entry("px", None, _pixel, lambda pin: f"{pin[0]},{pin[1]}"),
    "card": Entry("card", "loss", _one_of("loss", *PAPERS)),
    "mode": Entry("mode", "dials", _one_of(*MODES)),
    "axes": Entry("axes", (), lambda text: tuple(text.split(",")), ",".join),
    "ranges": Entry("r", None, _ranges, _ranges_text),
    "what": Entry("what", "value", _one_of(*WHAT)),
    "against": Entry("against", None, _one_of(*WITH_SURFACE)),
    "curves": Entry("curves", ("bce", "focal", "dice"), _some_of(*LOSSES), ",".join),
    "at_p": Entry("p", 0.3, _between(0.0, 1.0), "{:.12g}".format),
    "log": Entry("log", False, lambda line: line == "1", lambda on: str(int(on))),
    "library": Entry("lib", PLAIN, _one_of(PLAIN, *LIBRARIES)),
    "mine": Entry("mine", False, lambda line: line == "1", lambda on: str(int(on))),
    "move": Entry("move", "shift", _one_of(*MOVES)),
    "moved": Entry(
        "moved", ("bce", "dice", "boundary", "hausdorff_dt"), _some_of(*LOSSES), ",".join
    ),
    "tune": Entry("tune", "ask", _one_of(*TUNE)),
    "wish": Entry("wish", "price", _one_of(*WISHES)),
    "ratio": Entry("ratio", 3.0, _between(1e-3, 1e3), "{:.12g}".format),
    "easy": Entry("easy", 0.9, _between(0.5, 0.999), "{:.12g}".format),
    "keeps": Entry("keeps", 0.01, _between(1e-6, 1.0), "{:.12g}".format),
    "begin": Entry("begin", "half", _one_of("half", "prevalence")),
    "part": Entry("part", 0.75, _between(0.0, 1.0), "{:.12g}".format),
    "mix": Entry("mix", "1.0*dice+0.5*bce", _mix),
    "map": Entry("map", "share", _one_of("share", "gradient")),
    "plane": Entry("plane", "map", _one_of(*PLANES)),
    "colours": Entry("colours", "own", _one_of("own", "one")),
    "sort": Entry("sort", "", _one_of("", *COLUMNS, *(f"-{name}" for name in COLUMNS))),
    "band": Entry("band", 3.0, _halves(0.0, 64.0), "{:.12g}".format),
    "rival": Entry("b", "sure", _one_of(*RIVALS)),
    "rival.sure": Entry("b.sure", 2.0, _between(0.1, 10.0), "{:.12g}".format),
    "rival.shift": Entry("b.shift", 8.0, _between(-256.0, 256.0), "{:.12g}".format),
    "rival.grow": Entry("b.grow", 2.0, _between(-32.0, 32.0), "{:.12g}".format),
    "rival.blur": Entry("b.blur", 2.0, _between(0.0, 16.0), "{:.12g}".format),
    "rival.confidence": Entry("b.c", 0.75, _between(0.51, 0.99), "{:.12g}".format),
    "files": Entry("files", False, lambda text: text == "1", lambda on: str(int(on))),
    **{f"{loss}.{name}": _dial(loss, name) for loss in LOSSES for name in LOSSES[loss].dials},
}
_KNOWN = {"v", *(entry.url for entry in TABLE.values())}


def arrive() -> None:
    """Take over what the URL says, if that is new; text that means nothing is left out."""
    now = st.query_params.to_dict()
    late = _late(now)
    if _STATE in st.session_state and (now == st.session_state.get(_WRITTEN) or late):
        return
    _take_over(now)
    st.session_state[_WRITTEN] = now


def adopt(said: Mapping[str, str], **other: Any) -> None:
    """Take over what a file says, in the words of an address, with some things otherwise."""
    _take_over(said)
    st.session_state[_STATE].update(other)


def _take_over(said: Mapping[str, str]) -> None:
    found, ignored = {}, [f"{k}={v}" for k, v in said.items() if k not in _KNOWN]
    for name, entry in TABLE.items():
        if entry.url in said:
            try:
                found[name] = entry.parse(said[entry.url])
            except (ValueError, OverflowError):
                ignored.append(f"{entry.url}={said[entry.url]}")
    st.session_state[_STATE] = found
    st.session_state[_IGNORED] = ignored


def _late(now: dict[str, str]) -> bool:
    """Whether this run was begun by a message that left before the address was replaced.

    It carries the old one, be it a stroke, a poll or a plane that is asked for. Going back and
    forward bring an old address too, but on purpose, and Streamlit says so; and on another page no
    message of this one is under way.
    """
    run = get_script_run_ctx()
    page, wanted = (run.page_script_hash, run.is_history_navigation) if run else ("", False)
    if page != st.session_state.get(_PAGE):
        st.session_state[_PAGE], st.session_state[_PAST] = page, []
    return not wanted and now in st.session_state[_PAST]


def ignored() -> list[str]:
    """What the address said that means nothing here; told once."""
    return st.session_state.pop(_IGNORED, [])


def get(name: str) -> Any:
    """What is remembered under a name of the table."""
    return st.session_state.get(_STATE, {}).get(name, TABLE[name].default)


def put(name: str, value: Any) -> None:
    """Remember a value; the URL follows at the end of the next full run."""
    if name not in TABLE:
        raise KeyError(name)
    st.session_state.setdefault(_STATE, {})[name] = value


def dials(loss: str) -> dict[str, float | int | None]:
    """The setting of a loss's dials."""
    return {name: get(f"{loss}.{name}") for name in LOSSES[loss].dials}


def link(**other: Any) -> dict[str, str]:
    """The query parameters that open this view, with some things otherwise.

    What stands at its default is left out. A link is never bare: a bare address means defaults.
    """
    return _said({**st.session_state.get(_STATE, {}), **other})


def _said(state: Mapping[str, Any]) -> dict[str, str]:
    chosen = {name: state.get(name, entry.default) for name, entry in TABLE.items()}
    said = {
        entry.url: entry.write(chosen[name])
        for name, entry in TABLE.items()
        if chosen[name] != entry.default
    }
    return {"v": VERSION, **said}


def watched() -> Callable[[], dict[str, str]]:
    """Gives `link()` whenever it is called, also by what runs outside of the page."""
    state = st.session_state.setdefault(_STATE, {})
    return lambda: _said(state)


def leave() -> None:
    """Write the view into the URL; a bare address stays bare while everything is at its default."""
    now, shown = link(), st.query_params.to_dict()
    if now == {"v": VERSION} and not shown:
        now = shown
    before = st.session_state.get(_WRITTEN)
    # Also where a late message shows what is wanted: the tab has been told of another since.
    if not now == shown == before:
        st.query_params.from_dict(now)
    if before is not None and before != now:
        st.session_state[_PAST] = [*st.session_state.get(_PAST, []), before][-8:]
    st.session_state[_WRITTEN] = now
