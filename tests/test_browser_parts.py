"""The browser components without a browser: joined code, packed bytes, moves and pins."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from pages.parts.browser.bundle import ASSETS, bundle, join, modules
from pages.parts.browser.codec import Plane, maps_bytes, pack, plane_bytes, planes_message
from pages.parts.browser.dials_part import Dial, Heard, _said
from pages.parts.browser.mount import _STUB
from pages.parts.browser.plain import plain
from pages.parts.browser.viewer_part import Panel, _Pins, panel_head, viewer

ROOT = Path(__file__).resolve().parents[1]
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def unpacked(message: bytes) -> tuple[dict, bytes]:
    (length,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + length]), message[(4 + length + 7) & ~7 :]


# ---- code ----


@needs_node
def test_the_pure_modules_pass_their_own_tests():
    done = subprocess.run(
        [NODE, "--test", "tests/js/"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@needs_node
def test_the_joined_library_is_one_valid_module(tmp_path):
    file = tmp_path / "library.mjs"
    file.write_text(bundle().text, encoding="utf-8")
    done = subprocess.run([NODE, "--check", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_library_holds_every_module_and_the_style_sheet():
    made = bundle()
    used = modules(ASSETS, "main.js")
    assert set(used) == {file.name for file in ASSETS.glob("*.js")}
    assert ".sl-viewer" in made.text
    assert "@style.css@" not in made.text
    assert "@store@" not in made.text
    assert made.text.count("export default") == 1


def test_the_store_is_named_by_the_content(tmp_path):
    for file in ASSETS.iterdir():
        shutil.copy(file, tmp_path)
    assert bundle(tmp_path).store == bundle().store
    (tmp_path / "style.css").write_text("a{}", encoding="utf-8")
    assert bundle(tmp_path).store != bundle().store


def test_a_module_follows_those_that_it_imports():
    order = list(modules(ASSETS, "main.js"))
    for name, source in modules(ASSETS, "main.js").items():
        for used in re.findall(r'from "\./([\w.]+)"', source):
            assert order.index(used) < order.index(name)


def test_two_modules_must_not_share_a_name():
    with pytest.raises(ValueError, match=r"b\.js and a\.js both declare 'clip'"):
        join({"a.js": "const clip = 1;\n", "b.js": "export function clip() {}\n"})


@pytest.mark.parametrize(
    "line", ['import * as a from "./a.js";', "export default 1;", "export { a };"]
)
def test_a_form_that_would_be_joined_wrongly_is_refused(line):
    with pytest.raises(ValueError, match="not joined"):
        join({"a.js": line + "\n"})


def test_an_import_circle_is_named(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\n')
    with pytest.raises(ValueError, match=r"a\.js -> b\.js -> a\.js"):
        modules(tmp_path, "a.js")


def test_what_travels_with_every_tick_is_small():
    assert len(_STUB) < 320


# ---- bytes ----


def test_planes_come_back_as_they_were():
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (5, 7), dtype=np.uint16)
    target = rng.integers(0, 2, (5, 7), dtype=np.uint16)
    planes = [
        Plane("c", "code", grey + 256 * target),
        Plane("i", "rgb", rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)),
        Plane("p", "f32", rng.random((5, 7)).astype(np.float32)),
        Plane("y", "grey", target.astype(np.uint8)),
    ]
    head, body = unpacked(planes_message(planes))
    parts = {
        part["digest"]: zlib.decompress(body[part["from"] : part["to"]]) for part in head["planes"]
    }
    assert [(part["w"], part["h"]) for part in head["planes"]] == [(7, 5)] * 4
    codes = np.frombuffer(parts["c"], np.uint8)
    assert (codes[:35] == grey.ravel()).all()
    bits = np.unpackbits(codes[35:], bitorder="little", count=35)
    assert (bits == target.ravel()).all()
    for plane in planes[1:]:
        assert parts[plane.digest] == plane.array.tobytes()


def test_what_is_ignored_travels_as_one_more_bit():
    rng = np.random.default_rng(1)
    grey = rng.integers(0, 256, (5, 7), dtype=np.uint16)
    ignored, target = rng.integers(0, 2, (2, 5, 7), dtype=np.uint16)
    code = np.where(ignored, grey + 512, grey + 256 * target)
    body = np.frombuffer(zlib.decompress(plane_bytes(Plane("c", "code", code))), np.uint8)
    assert (body[:35] == grey.ravel()).all()
    bits = [np.unpackbits(part, bitorder="little", count=35) for part in (body[35:40], body[40:])]
    assert (bits[0] == (target * (1 - ignored)).ravel()).all() and len(body) == 45
    assert (bits[1] == ignored.ravel()).all()


def test_the_body_starts_at_a_multiple_of_eight():
    for text in ("", "a", "µ" * 5, "abcdefgh"):
        message = pack({"text": text}, b"body")
        head, body = unpacked(message)
        assert head == {"text": text}
        assert body == b"body"
        assert (len(message) - 4) % 8 == 0


def test_a_plane_of_a_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="'rgb'"):
        Plane("i", "rgb", np.zeros((4, 4), np.uint8))
    with pytest.raises(ValueError, match="'code'"):
        Plane("c", "code", np.zeros((4, 4, 3), np.uint16))


def test_large_maps_are_deflated_only_where_that_helps():
    noise = np.random.default_rng(0).random((1, 600, 600)).astype(np.float32)
    body, packed = maps_bytes(noise)
    assert not packed
    assert body == noise.tobytes()
    flat = np.zeros((1, 600, 600), np.float32)
    body, packed = maps_bytes(flat)
    assert packed
    assert zlib.decompress(body) == flat.tobytes()


def test_json_never_holds_a_nan():
    value = {"a": float("nan"), "b": [np.float32(1), np.inf], "c": (1, None, "x"), 3: np.int64(4)}
    assert plain(value) == {"a": None, "b": [1.0, None], "c": [1, None, "x"], "3": 4}


# ---- dials ----


def dial(name: str, **changes) -> Dial:
    given = {"low": 0.0, "high": 5.0, "step": 0.1, "value": 2.0, "default": 2.0}
    return Dial(name, name, "γ", "", **(given | {"domain": (0.0, None)} | changes))


def message(n: int, **moves) -> dict:
    return {
        "n": n,
        "moves": {name: {"v": v, "n": at, "done": done} for name, (v, at, done) in moves.items()},
    }


def test_the_newest_move_wins_and_none_is_lost():
    heard = Heard()
    heard.hear(message(4, gamma=(1.0, 4, False), alpha=(0.5, 3, True)))
    heard.hear(message(5, gamma=(1.5, 5, True), alpha=(0.5, 3, True)))
    known = {name: dial(name) for name in ("gamma", "alpha")}
    moves = [(move.name, move.value, move.n, move.done) for move in heard.known(known)]
    assert moves == [("alpha", 0.5, 3, True), ("gamma", 1.5, 5, True)]


def test_a_move_is_heard_once():
    heard = Heard()
    heard.hear(message(1, gamma=(1.0, 1, False)))
    heard.fresh.clear()
    heard.hear(message(2, gamma=(1.0, 1, False), alpha=(0.1, 2, False)))
    assert list(heard.fresh) == ["alpha"]


def test_what_a_message_may_set_is_bounded():
    assert dial("gamma").admit(-1.0) == 0.0
    assert dial("gamma").admit(9.0) == 9.0
    assert dial("gamma", domain=(0.0, 1.0)).admit(9.0) == 1.0
    assert dial("gamma", whole=True).admit(2.6) == 3.0
    assert dial("gamma").admit(None) == 2.0
    assert dial("gamma", auto=7.0).admit(None) is None
    heard = Heard()
    heard.hear(message(1, gamma=(float("nan"), 1, False), unknown=(1.0, 1, False)))
    assert heard.known({"gamma": dial("gamma")}) == []


def test_the_slider_is_told_the_value_that_it_sent_itself():
    heard = Heard()
    heard.hear(message(1, gamma=(1.25, 1, False)))
    known = {"gamma": dial("gamma")}
    moved = {move.name: move for move in heard.known(known)}
    assert _said(known["gamma"], moved)["value"] == 1.25
    assert _said(known["gamma"], {})["value"] == 2.0
    assert _said(dial("gamma", domain=(0.0, float("inf"))), {})["domain"] == [0.0, None]


# ---- pins ----


def test_a_visitor_s_pin_survives_a_page_that_repeats_itself():
    pins = _Pins()
    assert pins.settle(None) == (None, False)
    pins.hear({"n": 1, "at": [3, 4]}, (10, 10))
    assert pins.settle(None) == ((3, 4), True)
    assert pins.settle((3, 4)) == ((3, 4), False)  # the page repeats what it was told
    pins.hear({"n": 2, "at": None}, (10, 10))
    assert pins.settle((3, 4)) == (None, True)
    assert pins.settle(None) == (None, False)


def test_a_page_s_own_pin_wins_when_it_changes():
    pins = _Pins()
    pins.settle((1, 1))
    pins.hear({"n": 1, "at": [3, 4]}, (10, 10))
    assert pins.settle((1, 1)) == ((3, 4), True)
    assert pins.settle((7, 7)) == ((7, 7), False)


def test_an_old_pin_or_one_outside_the_picture_is_ignored():
    pins = _Pins()
    pins.hear({"n": 2, "at": [3, 4]}, (10, 10))
    pins.hear({"n": 1, "at": [5, 5]}, (10, 10))
    assert pins.settle(None)[0] == (3, 4)
    pins.hear({"n": 3, "at": [10, 0]}, (10, 10))
    assert pins.settle(None)[0] is None


# ---- viewer ----


def test_limits_that_are_no_range_are_left_to_the_browser():
    for limits in (None, (0.0, 0.0), (0.0, float("nan")), (1.0, 0.0)):
        assert panel_head(Panel("m", "share", limits, "", "m"))["limits"] is None
    assert panel_head(Panel("m", "share", (0.0, 2.0), "", "m"))["limits"] == [0.0, 2.0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pair": "c"}, "neither tables nor planes"),
        ({"pair": "c", "tables": np.zeros((2, 512), np.float32)}, "the panels need"),
        ({"pair": None, "tables": np.zeros((1, 512), np.float32)}, "coded pair"),
        ({"pair": None, "planes": np.zeros((1, 3, 4), np.float32)}, "a prediction and a target"),
    ],
)
def test_a_viewer_that_cannot_be_shown_says_why(given, said):
    panels = [Panel("m", "share", None, "", "m")]
    with pytest.raises(ValueError, match=said):
        viewer(size=(4, 3), image=None, panels=panels, key="v", **given)
