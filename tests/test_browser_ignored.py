"""Ignored pixels under a real mouse: hatched, said under the pointer, and painted on in vain."""

from __future__ import annotations

import numpy as np
import pytest

from .test_app_files import npy, png

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SIDE = 64
TRUTH = np.zeros((SIDE, SIDE), np.uint8)
TRUTH[20:44, 20:44] = 1
TRUTH[:16] = 255
GUESS = np.full((SIDE, SIDE), 40, np.uint8)
GUESS[24:48, 20:44] = 220
HATCH = {124, 158}  # the greys of the stripes


def rest(page):
    page.wait_for_timeout(600)
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000
    )


def give(page, nth: int, name: str, data: bytes):
    box = page.locator('[data-testid="stFileUploader"] input[type=file]').nth(nth)
    box.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
    rest(page)


def opened(page, address, prediction: tuple[str, bytes]):
    page.goto(f"{address}/inspect_pixels?v=1&files=1&loss=dice_bce")
    page.wait_for_selector('[data-testid="stFileUploader"]', state="attached", timeout=60_000)
    rest(page)
    give(page, 0, "t.png", png(TRUTH))
    page.get_by_role("button", name="255 means ignored").click()
    rest(page)
    give(page, 1, *prediction)
    page.wait_for_selector(
        f'.sl-viewer[data-size="{SIDE},{SIDE}"][data-state=fine]', timeout=60_000
    )


def greys(page, kind: str) -> np.ndarray:
    """The red bytes of a panel's canvas."""
    values = page.locator(f".sl-panel.is-{kind} canvas").first.evaluate(
        """c => [c.width, c.height, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data
             .filter((_, i) => i % 4 === 0)]"""
    )
    return np.array(values[2:]).reshape(values[1], values[0])


def point(page, kind: str, x: float, y: float):
    box = page.locator(f".sl-panel.is-{kind} canvas").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    page.wait_for_timeout(200)


@pytest.mark.parametrize("exact", [False, True], ids=["coded", "float"])
def test_ignored_pixels_are_hatched_and_named_under_the_pointer(page, address, exact):
    p = npy((GUESS.astype(np.float32) + 0.5) / 256)
    opened(page, address, ("p.npy", p) if exact else ("p.png", png(GUESS)))
    for kind in ("share", "gradient", "target"):
        seen = greys(page, kind)
        height = len(seen)
        assert set(np.unique(seen[: height // 5])) == HATCH, kind
        assert not set(np.unique(seen[height // 2 :])) & HATCH, kind
    assert not set(np.unique(greys(page, "prediction"))) & HATCH
    point(page, "share", 0.5, 0.1)
    readout = page.locator(".sl-readout").first
    assert readout.get_attribute("data-verdict") == "ignored"
    assert "ignored: counts nowhere" in readout.inner_text()
    assert float(readout.get_attribute("data-p")) == pytest.approx(40.5 / 256, rel=1e-4)
    point(page, "share", 0.5, 0.5)
    assert readout.get_attribute("data-verdict") == "TP"


def test_painting_on_them_changes_nothing(page, address):
    opened(page, address, ("p.png", png(GUESS)))
    page.get_by_role("link", name="Draw", exact=True).first.click()
    page.wait_for_selector(".sl-painter[data-state=level]", timeout=60_000)
    rest(page)
    assert "hatched: ignored" in page.locator(".sl-painter").inner_text()
    easel = page.locator(".sl-easel")
    easel.scroll_into_view_if_needed()
    box = easel.bounding_box()
    spot = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.06
    page.mouse.move(*spot)
    page.wait_for_timeout(200)
    assert "ignored: counts nowhere" in page.locator(".sl-painter").inner_text()
    page.mouse.down()
    page.mouse.move(spot[0] + 10, spot[1])
    page.mouse.up()
    page.wait_for_timeout(1500)
    rest(page)
    page.get_by_text("Nothing has changed where pixels count").first.wait_for(timeout=30_000)
