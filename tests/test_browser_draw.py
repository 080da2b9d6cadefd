"""The Draw page under a real mouse, finger and keyboard: what is on the canvas is what Python holds."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage

from segloss_core import LOSSES
from segloss_core.pair import Prediction
from segloss_core.scenes import SCENES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SIZE = 512


@pytest.fixture
def window():
    """A window with a touch screen, which keeps what it downloads."""
    return {
        "viewport": {"width": 1280, "height": 1100},
        "accept_downloads": True,
        "has_touch": True,
    }


def level(page):
    """Wait until Python has confirmed every step, and the script rests."""
    page.wait_for_selector(".sl-painter[data-state=level]", timeout=60_000)
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000
    )
    page.wait_for_selector(".sl-painter[data-state=level]", timeout=60_000)


def go(page, address, **query):
    text = "&".join(f"{k}={v}" for k, v in query.items())
    page.goto(f"{address}/draw?{text}")
    level(page)


def canvas(page) -> np.ndarray:
    """The pixels of the canvas; they are grey and opaque."""
    text = page.locator(".sl-paper").evaluate(
        """c => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
             const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
             let s = ''; for (let i = 0; i < d.length; i += 8192) s += String.fromCharCode(...d.subarray(i, i + 8192));
             done(`${c.width} ${c.height} ${btoa(s)}`); })))"""
    )
    w, h, packed = text.split()
    rgba = np.frombuffer(base64.b64decode(packed), np.uint8).reshape(int(h), int(w), 4)
    assert (rgba[..., 3] == 255).all()
    assert (rgba[..., 0] == rgba[..., 1]).all() and (rgba[..., 0] == rgba[..., 2]).all()
    return rgba[..., 0]


def in_python(page, what="Prediction") -> np.ndarray:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"{what} as NPY").first.click()
    return np.load(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def place(page, x, y):
    """Where a pixel's middle lies in the window."""
    page.locator(".sl-easel").scroll_into_view_if_needed()
    box = page.locator(".sl-easel").bounding_box()
    return box["x"] + (x + 0.5) * box["width"] / SIZE, box["y"] + (y + 0.5) * box["height"] / SIZE


def tool(page, name):
    page.locator(".sl-stage").focus()
    page.keyboard.press(name)


def stroke(page, *points, button="left"):
    page.mouse.move(*place(page, *points[0]))
    page.mouse.down(button=button)
    for point in points[1:]:
        page.mouse.move(*place(page, *point), steps=8)
    page.mouse.up(button=button)
    level(page)


def press(page, text):
    page.locator(".sl-painter").get_by_role("button", name=text, exact=True).click()
    level(page)


def pin_radius(page, pixels):
    """By the keys, as a visitor would."""
    tool(page, "b")
    for _ in range(20):
        page.keyboard.press("[")
    while float(radius(page)) < pixels:
        page.keyboard.press("]")


def radius(page):
    return page.locator(".sl-slider output").nth(1).inner_text().split()[0]


def disc(x, y, r):
    yy, xx = np.mgrid[:SIZE, :SIZE]
    return np.hypot(xx - x, yy - y) <= r


def same_on_both_sides(page):
    mine, theirs = canvas(page), in_python(page)
    assert np.array_equal(mine, theirs)
    return mine


# ---- tools ---------------------------------------------------------------------------------------


def test_paint_erase_fill_polygon_soften_and_undo_reach_python_exactly(page, address):
    go(page, address, pair="nuclei")
    start = same_on_both_sides(page)
    assert np.array_equal(start, SCENES["nuclei"].draw().prediction.codes)
    press(page, "Blank")
    assert (same_on_both_sides(page) == 12).all()

    stroke(page, (100, 100), (200, 140))
    painted = same_on_both_sides(page)
    assert set(np.unique(painted)) == {12, 243}
    assert painted[100, 100] == 243 and painted[120, 150] == 243 and painted[200, 100] == 12

    tool(page, "e")
    stroke(page, (150, 90), (150, 150))
    erased = same_on_both_sides(page)
    assert erased[120, 150] == 12 and (erased > 128).sum() < (painted > 128).sum()

    tool(page, "r")
    stroke(page, (300, 300), (400, 350))
    boxed = same_on_both_sides(page)
    assert (
        (boxed[300:351, 300:401] == 243).all() and boxed[299, 300] == 12 and boxed[351, 300] == 12
    )

    tool(page, "g")
    stroke(page, (350, 320), button="right")
    filled = same_on_both_sides(page)
    assert (filled[300:351, 300:401] == 12).all()

    tool(page, "p")
    for corner in ((50, 300), (150, 300), (150, 400)):
        page.mouse.click(*place(page, *corner))
    page.keyboard.press("Enter")
    level(page)
    cornered = same_on_both_sides(page)
    assert cornered[310, 140] == 243 and cornered[390, 60] == 12

    press(page, "Soften")
    soft = same_on_both_sides(page)
    assert len(np.unique(soft)) > 5

    press(page, "Grow")  # and undo by its key, while the button still has the focus
    page.keyboard.press("z")
    level(page)
    assert np.array_equal(canvas(page), soft)
    for wanted in (cornered, filled, boxed, erased, painted):
        page.keyboard.press("z")
        level(page)
        assert np.array_equal(canvas(page), wanted)
    page.keyboard.press("Shift+Z")
    level(page)
    assert np.array_equal(same_on_both_sides(page), erased)


def test_one_pixel_moves_every_loss_by_the_right_amount(page, address):
    go(page, address, pair="nuclei")
    pin_radius(page, 0.5)
    before = canvas(page)
    y, x = np.argwhere(before < 20)[5000]
    for _ in range(10):
        page.keyboard.press("+")  # so that the mouse can hit one pixel
    page.keyboard.press("0")
    stroke(page, (int(x), int(y)))
    after = same_on_both_sides(page)
    assert np.argwhere(before != after).tolist() == [[y, x]]
    target = torch.tensor(SCENES["nuclei"].draw().target)
    logits = [torch.from_numpy(Prediction.coded(c).logits()) for c in (before, after)]
    for name in ("bce", "dice", "focal", "lovasz_sigmoid", "mae"):
        was, now = (float(LOSSES[name](z, target)) for z in logits)
        row = page.locator(".sl-list li", has=page.get_by_text(LOSSES[name].title, exact=True))
        shown = float(row.locator(".sl-change").get_attribute("data-change"))
        assert shown == pytest.approx(now - was, rel=1e-6, abs=1e-15), name
    assert page.get_by_text("+1 px predicted object").first.is_visible()


def test_the_losses_of_place_follow(page, address):
    go(page, address, pair="lesion")
    stroke(page, (60, 60), (80, 60))
    page.wait_for_function(
        """() => {
          const all = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
          const values = all(document).filter(e => e.className === 'sl-value').map(e => e.textContent);
          return values.length > 20 && !values.includes('…'); }""",
        timeout=60_000,
    )
    codes = in_python(page)
    z, target = torch.from_numpy(Prediction.coded(codes).logits()), SCENES["lesion"].draw().target
    row = page.locator(".sl-list li", has=page.get_by_text("Hausdorff", exact=False)).first
    exact = float(LOSSES["hausdorff_dt"](z, torch.tensor(target)))
    assert float(row.get_attribute("data-value")) == pytest.approx(exact, rel=1e-9)


def test_the_keyboard_alone_draws_a_rectangle(page, address):
    go(page, address, pair="lesion")
    press(page, "Blank")
    page.locator(".sl-stage").focus()
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    level(page)
    found = np.argwhere(same_on_both_sides(page) > 128)
    assert found.min(0).tolist() == [256, 257] and found.max(0).tolist() == [267, 287]
    assert len(found) == 12 * 31


def test_one_finger_paints_and_two_move_the_picture(page, address):
    go(page, address, pair="lesion")
    press(page, "Blank")
    wire = page.context.new_cdp_session(page)

    def touch(kind, *points):
        found = [
            dict(zip(("x", "y"), place(page, *p), strict=True), id=i) for i, p in enumerate(points)
        ]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    spots = [(100, 100), (140, 110), (180, 130)]
    touch("touchStart", spots[0])
    for spot in spots[1:]:
        touch("touchMove", spot)
    touch("touchEnd")
    level(page)
    painted = same_on_both_sides(page)
    assert painted[100, 100] == 243 and painted[130, 180] == 243
    touch("touchStart", (200, 200))
    touch("touchStart", (200, 200), (300, 300))
    touch("touchMove", (150, 150), (350, 350))
    touch("touchEnd")
    page.wait_for_timeout(300)
    assert np.array_equal(canvas(page), painted)
    zoom = float(page.locator(".sl-painter .sl-zoom").inner_text().rstrip("×"))
    assert zoom > 1.3


def test_a_pen_paints_as_wide_as_it_presses_until_that_is_switched_off(page, address):
    go(page, address, pair="lesion")
    press(page, "Blank")
    wire = page.context.new_cdp_session(page)

    def dab(x, y, force):
        at = dict(zip(("x", "y"), place(page, x, y), strict=True))
        pen = {"button": "left", "pointerType": "pen", "force": force, "clickCount": 1, **at}
        wire.send("Input.dispatchMouseEvent", {"type": "mousePressed", "buttons": 1, **pen})
        wire.send("Input.dispatchMouseEvent", {"type": "mouseReleased", "buttons": 0, **pen})
        level(page)
        return int((canvas(page)[y - 40 : y + 40, x - 40 : x + 40] > 128).sum())

    switch = page.get_by_label("Pen pressure")
    assert not switch.is_visible()
    radius_ = float(radius(page))
    for x, force, times in ((100, 0.25, 0.5), (200, 0.5, 1), (300, 1.0, 2)):
        assert dab(x, 100, force) == pytest.approx(np.pi * (times * radius_) ** 2, rel=0.1)
    switch.uncheck()
    for x, force in ((100, 0.25), (300, 1.0)):
        assert dab(x, 300, force) == pytest.approx(np.pi * radius_**2, rel=0.1)
    assert set(np.unique(same_on_both_sides(page))) == {12, 243}


# ---- the session ---------------------------------------------------------------------------------


def test_inspect_works_on_what_was_drawn_and_a_link_says_that_it_carries_none(
    page, address, browser
):
    go(page, address, pair="lesion")
    stroke(page, (60, 60), (80, 60))
    page.wait_for_function("() => location.search.includes('pair=drawn')")
    link = page.url
    page.locator("[data-testid=stSidebar]").get_by_text("Inspect", exact=True).click()
    page.wait_for_selector(".sl-viewer[data-state=fine]", timeout=60_000)
    assert "pair=drawn" in page.url
    box = page.locator(".sl-panel.is-prediction .sl-pic").first.bounding_box()
    page.mouse.move(box["x"] + 70.5 / 512 * box["width"], box["y"] + 60.5 / 512 * box["height"])
    page.locator(".sl-readout", has_text="0.9512").wait_for(timeout=10_000)
    page.locator("[data-testid=stSidebar]").get_by_text("Draw", exact=True).click()
    level(page)
    assert canvas(page)[60, 70] == 243
    page.keyboard.press("z")  # undo is still there
    other = browser.new_page(viewport={"width": 1280, "height": 1100})
    other.goto(link)
    level(other)
    assert other.get_by_text("points to a drawing").is_visible()
    assert np.array_equal(canvas(other), SCENES["lesion"].draw().prediction.codes)
    other.close()


@pytest.mark.parametrize("other", ["Inspect", "Compare"])
def test_painting_goes_on_after_a_visit_to_another_page(page, address, other):
    go(page, address, pair="lesion")
    stroke(page, (60, 60), (80, 60))
    page.wait_for_function("() => location.search.includes('pair=drawn')")
    for y in (200, 300):  # there and back, twice
        page.locator("[data-testid=stSidebar]").get_by_text(other, exact=True).click()
        page.wait_for_selector(".sl-painter", state="detached", timeout=30_000)
        page.locator("[data-testid=stSidebar]").get_by_text("Draw", exact=True).click()
        page.wait_for_selector(".sl-painter", timeout=30_000)
        level(page)
        stroke(page, (60, y), (80, y))
        assert same_on_both_sides(page)[y, 70] == 243
    assert page.get_by_text("Brush.").first.is_visible()


class BusyServer:
    """The page hears of an address only after it has sent what it keeps, and that is late."""

    def __init__(self, page, query):
        self.query, self.addresses, self.kept = query, [], None
        page.route_web_socket("**/_stcore/stream", self.route)

    def route(self, ws):
        self.page, self.server = ws, ws.connect_to_server()
        self.server.on_message(self.hear)
        ws.on_message(self.say)

    def hear(self, message):
        late = self.addresses is not None and len(message) < 400 and self.query in message
        (self.addresses.append if late else self.page.send)(message)

    def say(self, message):
        if self.kept is None and b"brought back" in message:
            self.kept = message
        else:
            self.server.send(message)

    def go_on(self):
        assert self.kept and self.addresses
        self.server.send(self.kept)
        for message in self.addresses:
            self.page.send(message)
        self.addresses = None


def test_a_reload_and_a_change_of_sample_lose_nothing(page, address):
    go(page, address, pair="lesion")
    stroke(page, (60, 60), (80, 60))
    painted = canvas(page)
    page.wait_for_function("() => location.search.includes('pair=drawn')")
    busy = BusyServer(page, b"pair=lesion")
    page.reload()
    page.get_by_text("Bringing back your drawing").wait_for(timeout=30_000)
    for _ in range(100):
        page.wait_for_timeout(200)
        if busy.kept and busy.addresses:
            break
    assert not page.locator(".sl-losses, .sl-metric").count()  # no number of what is not drawn
    busy.go_on()
    level(page)
    page.wait_for_function("() => location.search.includes('pair=drawn')", timeout=60_000)
    level(page)
    assert np.array_equal(same_on_both_sides(page), painted)

    box = page.locator("[class*=st-key-choose-pair] input")
    for title, wanted in (("Brain in a head scan", None), ("Small lesion in a liver", painted)):
        box.click()
        page.get_by_role("option", name=title, exact=True).click()
        page.wait_for_timeout(500)
        level(page)
        if wanted is not None:
            assert np.array_equal(same_on_both_sides(page), wanted)
        else:
            assert np.array_equal(canvas(page), SCENES["brain"].draw().prediction.codes)


def sensitivity(page) -> float:
    shown = page.locator(".sl-metric", has=page.get_by_text("Sensitivity")).locator("strong")
    return float(shown.inner_text())


@pytest.mark.parametrize("shown", ["prediction", "target"])
def test_a_reload_brings_back_both_masks_whichever_is_shown(page, address, shown):
    first, then = ("Draw the target", "Draw the prediction")[:: 1 if shown == "prediction" else -1]
    go(page, address, pair="lesion", draw="target" if shown == "prediction" else "prediction")
    stroke(page, (60, 60), (180, 60))
    page.wait_for_function("() => location.search.includes('pair=drawn')")
    page.get_by_text(then, exact=True).click()
    page.wait_for_function(
        "() => !location.search.includes('draw=target')"
        if shown == "prediction"
        else "() => location.search.includes('draw=target')"
    )
    page.wait_for_timeout(500)
    level(page)
    stroke(page, (60, 300), (180, 300))
    level(page)
    masks = [in_python(page, name) for name in ("Prediction", "Target")]
    wanted = float((masks[0] >= 128)[masks[1] > 0].sum() / (masks[1] > 0).sum())
    assert sensitivity(page) == pytest.approx(wanted, abs=1e-4)
    page.reload()
    page.wait_for_selector(".sl-painter")
    page.wait_for_function("() => location.search.includes('pair=drawn')", timeout=60_000)
    page.get_by_text("Brought back what you painted").wait_for(timeout=20_000)
    level(page)
    for name, mask in zip(("Prediction", "Target"), masks, strict=True):
        assert np.array_equal(in_python(page, name), mask)
    assert sensitivity(page) == pytest.approx(wanted, abs=1e-4)
    page.get_by_text(first, exact=True).click()
    page.wait_for_timeout(500)
    level(page)
    assert np.array_equal(canvas(page), masks[1 if shown == "prediction" else 0])


def test_what_is_painted_without_a_connection_arrives_afterwards(page, address):
    go(page, address, pair="lesion")
    page.context.set_offline(True)
    page.evaluate("() => 0")
    page.mouse.move(*place(page, 60, 60))
    page.mouse.down()
    page.mouse.move(*place(page, 90, 60), steps=5)
    page.mouse.up()
    page.wait_for_timeout(800)
    page.context.set_offline(False)
    page.wait_for_timeout(3500)
    level(page)
    assert same_on_both_sides(page)[60, 75] == 243


class Wire:
    """The connection, to be spoilt and to be cut; `whole` counts messages with the whole plane."""

    def __init__(self, page):
        self.spoil, self.whole = False, 0
        page.route_web_socket("**/_stcore/stream", self.route)

    def route(self, ws):
        self.page, server = ws, ws.connect_to_server()

        def say(message):
            self.whole += bool(re.search(rb'from\\*":-1', message))
            if self.spoil and (found := re.search(rb'sum\\*":\d+(\d)', message)):
                self.spoil, at = False, found.start(1)
                message = message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
            server.send(message)

        ws.on_message(say)


def test_a_spoilt_message_and_a_cut_connection_lose_nothing(page, address):
    wire = Wire(page)
    go(page, address, pair="nuclei")
    stroke(page, (60, 60), (90, 60))
    assert not wire.whole
    wire.spoil = True
    stroke(page, (60, 160), (90, 160))
    assert not wire.spoil and wire.whole == 1  # Python has asked for the whole plane
    assert same_on_both_sides(page)[160, 75] == 243
    page.mouse.move(*place(page, 60, 260))
    page.mouse.down()
    page.mouse.move(*place(page, 75, 260), steps=3)
    wire.page.close()
    page.mouse.move(*place(page, 90, 260), steps=3)
    page.mouse.up()
    page.wait_for_timeout(1000)
    level(page)
    page.wait_for_selector("[data-testid=stStatusWidget]", state="detached", timeout=30_000)
    found = same_on_both_sides(page)
    assert (found[[60, 160, 260], 75] == 243).all() and (found[260, 60:90] == 243).all()


@pytest.mark.parametrize("side", [1, 2048])
def test_the_smallest_and_a_large_picture_of_ones_own_are_drawn_on(page, address, tmp_path, side):
    Image.fromarray(np.zeros((side, side), np.uint8)).save(tmp_path / "target.png")
    half = np.full((side, side), 40, np.uint8)
    Image.fromarray(half).save(tmp_path / "prediction.png")
    go(page, address, files=1)
    for role in ("target", "prediction"):
        box = page.locator(f"[class*=st-key-file-{role}] input[type=file]")
        box.set_input_files(str(tmp_path / f"{role}.png"))
        page.wait_for_timeout(1000)
    page.get_by_text(f"{side} × {side} pixels").wait_for(timeout=60_000)
    page.wait_for_function(
        "side => [...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelector('.sl-paper')?.width === side)",
        arg=side,
    )
    level(page)
    stroke(page, (256, 256), (300, 256))
    found = same_on_both_sides(page)
    assert found.shape == (side, side)
    if side == 1:
        assert found[0, 0] == 243
    else:
        assert (found[1026, 1030:1190] == 243).all() and found[0, 0] == 40
    press(page, "Invert")
    assert np.array_equal(same_on_both_sides(page), 255 - found)
    press(page, "Undo")
    assert np.array_equal(canvas(page), found)


def test_two_tabs_draw_for_themselves(page, address):
    go(page, address, pair="lesion")
    other = page.context.new_page()  # a second tab of the same browser
    go(other, address, pair="lesion")
    stroke(page, (60, 60), (80, 60))
    stroke(other, (200, 60), (220, 60))
    first, second = same_on_both_sides(page), same_on_both_sides(other)
    assert first[60, 70] == 243 and second[60, 70] != 243 and second[60, 210] == 243
    other.close()


def test_the_target_can_be_drawn(page, address):
    go(page, address, pair="lesion", draw="target")
    stroke(page, (60, 60), (80, 60))
    target = in_python(page, "Target")
    assert np.array_equal(canvas(page), target) and set(np.unique(target)) == {0, 255}
    assert target[60, 70] == 255
    assert page.get_by_text("Target: +").first.is_visible()
    found = page.locator(".sl-metric", has=page.get_by_text("Sensitivity")).locator("strong")
    said = SCENES["lesion"].draw().prediction.hard_mask()
    wanted = float(said[target > 0].sum() / (target > 0).sum())
    assert float(found.inner_text()) == pytest.approx(wanted, abs=1e-4)


# ---- challenges, and how it looks -----------------------------------------------------------------


def test_a_challenge_is_solved_and_says_so(page, address):
    go(page, address, pair="lesion", challenge="blind")
    assert page.get_by_text("Right and blind.").is_visible()
    assert not page.get_by_text("Solved.").is_visible()
    press(page, "Blank")
    slider = page.locator(".sl-slider input").first
    slider.focus()
    page.keyboard.press("End")  # p = 1: the other side is as sure
    press(page, "Blank")
    page.get_by_text("Solved.").wait_for(timeout=10_000)


def test_a_challenge_takes_the_visitor_to_its_sample_and_stays_there(page, address):
    page.goto(f"{address}/draw")
    level(page)
    page.get_by_role("button", name="Choose a challenge").click()
    asked = page.locator(".st-key-draw-challenge")
    asked.get_by_text("Bring cross-entropy below 0.03").wait_for(timeout=20_000)
    assert asked.get_by_text("On: Small lesion in a liver").first.is_visible()
    assert not asked.get_by_text("On: Nuclei in stained tissue").count()  # they are played here
    asked.get_by_text("Cheap and useless").click()
    asked.get_by_text("No challenge").wait_for(state="hidden", timeout=20_000)
    page.get_by_role("button", name="Play it on").click()
    page.wait_for_function("() => location.search.includes('pair=lesion')", timeout=20_000)
    level(page)
    assert np.array_equal(canvas(page), SCENES["lesion"].draw().prediction.codes)
    press(page, "Blank")
    stroke(page, (60, 60), (80, 60))
    painted = same_on_both_sides(page)
    assert painted[60, 70] == 243 and painted[200, 200] == 12
    sample = page.locator("[class*=st-key-choose-pair] input").input_value()
    assert sample == "Your drawing · Small lesion in a liver"
    assert page.locator(".sl-painter").get_by_role("button", name="Undo").is_enabled()


def test_a_stroke_is_small_on_the_wire(page, address):
    go(page, address, pair="nuclei")
    stroke(page, (200, 200), (300, 240), (340, 200))
    assert int(page.locator(".sl-painter").get_attribute("data-bytes")) < 4096

    # The bucket fills up to what is painted, or up to the target's outline.
    target = SCENES["nuclei"].draw().target > 0
    y, x = np.argwhere(ndimage.binary_erosion(target, iterations=3))[0].tolist()
    bounds = page.get_by_role("group", name="The fill is bounded by")
    assert not bounds.is_visible()
    tool(page, "g")
    bounds.get_by_role("button", name="the target's outline").click()
    before = canvas(page)
    stroke(page, (x, y))
    parts, _ = ndimage.label(target)
    wanted = np.where(parts == parts[y, x], 243, before)
    assert np.array_equal(same_on_both_sides(page), wanted)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
def test_no_window_scrolls_sideways(browser, address, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 860}, color_scheme=scheme)
    go(page, address, challenge="cheap")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    news, easel = page.locator(".sl-news"), page.locator(".sl-easel").bounding_box()
    if width < 640:  # what changed stands under the canvas, which leaves room for it
        assert easel["height"] <= 0.6 * 860 + 1
        assert 0 < news.bounding_box()["y"] - easel["y"] - easel["height"] < 40
        listed = page.locator(".sl-list li[aria-selected=true]")
        shown = news.locator("dd").first.inner_text().split()[0]
        assert shown == listed.locator(".sl-value").inner_text().split()[0]
    else:
        assert not news.is_visible()
    for element in page.locator(".sl-painter, .sl-losses").all():
        box = element.bounding_box()
        assert box["x"] + box["width"] <= width + 1
    page.close()
