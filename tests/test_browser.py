"""The app as a visitor sees it, in a real Chromium."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from segloss_core import LOSSES, maps
from segloss_core.pair import Prediction
from segloss_core.scenes import SCENES

from .browser import readout, server, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def go(page, address, path="inspect_pixels", **query):
    text = "&".join(f"{k}={v}" for k, v in query.items())
    page.goto(f"{address}/{path}?{text}")
    settle(page)


def panel(page, kind):
    return page.locator(f".sl-panel.is-{kind} .sl-pic").first


def point(page, kind, x, y, size=512):
    """Move the mouse over a pixel of the picture."""
    panel(page, kind).scroll_into_view_if_needed()
    box = panel(page, kind).bounding_box()
    page.mouse.move(
        box["x"] + (x + 0.5) * box["width"] / size, box["y"] + (y + 0.5) * box["height"] / size
    )


# ---- a pair of files to every pixel's loss and gradient ------------------------------------------


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    pair = SCENES["nuclei"].draw(256)
    Image.fromarray(pair.image).save(folder / "photo.jpg", quality=92)
    Image.fromarray(pair.target * 255).save(folder / "mask.png")
    Image.fromarray(pair.prediction.codes).save(folder / "guess.png")
    other = pair.prediction.codes.copy()
    other[100, 100] = 255 - other[100, 100]
    Image.fromarray(other).save(folder / "guess_one_pixel_off.png")
    Image.fromarray(pair.prediction.codes[:200]).save(folder / "cropped.png")
    greys = (np.arange(256 * 256).reshape(256, 256) % 5 * 50).astype(np.uint8)
    Image.fromarray(greys).save(folder / "five.png")
    (folder / "truncated.png").write_bytes((folder / "guess.png").read_bytes()[:3000])
    (folder / "letter.png").write_text("Dear reader, this is no picture.")
    head = struct.pack(">IIBBBBB", 30000, 10000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    (folder / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + b"\0" * 64)
    return {file.name: file for file in folder.iterdir()}


def upload(page, **given):
    if not page.locator("[data-testid=stFileUploaderDropzone]").first.is_visible():
        page.get_by_text("Your own files").click()
    for role, file in given.items():
        box = page.locator(f"[class*=st-key-file-{role}] input[type=file]")
        box.set_input_files(str(file))
        page.wait_for_timeout(400)
        settle(page)


def test_three_files_show_value_share_and_gradient_of_every_loss(page, address, files):
    go(page, address)
    upload(page, image=files["photo.jpg"], target=files["mask.png"], prediction=files["guess.png"])
    codes = np.array(Image.open(files["guess.png"]))
    z = torch.from_numpy(Prediction.coded(codes).logits())
    y = torch.from_numpy((np.array(Image.open(files["mask.png"])) > 0).astype(np.float64))
    spots = [(100, 100), (30, 200), (131, 77), (250, 3)]
    for loss in LOSSES.values():
        row = page.locator(".sl-list li", has=page.get_by_text(loss.title, exact=True))
        row.click()
        page.wait_for_function("t => document.querySelector('h1').innerText === t", arg=loss.title)
        settle(page)
        shown = float(row.locator(".sl-value").inner_text().split()[0].replace("−", "-"))
        assert shown == pytest.approx(float(loss(z, y)), rel=1e-3)
        share, slope = maps.share(loss, z, y), maps.gradient(loss, z, y)
        for x, yy in spots:
            point(page, "share", x, yy, 256)
            said = readout(page)
            assert (said["x"], said["y"]) == (str(x), str(yy))
            for name, plane in (("share", share), ("gradient", slope)):
                exact = float(plane[yy, x])
                top = float(plane.abs().max())
                assert (
                    abs(float(said[name]) - np.float32(exact)) <= 2e-7 * abs(exact) + 1e-12 * top
                ), (loss.name, name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("letter.png", "no known picture type"),
        ("truncated.png", "cut short|ends too early|truncated|damaged|broken"),
        ("bomb.png", r"30000 × 10000|30,000 × 10,000|300"),
        ("five.png", "5 different values"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_the_pair_stays(page, address, files, name, says):
    go(page, address, pair="brain")
    point(page, "prediction", 256, 256)
    before = readout(page)
    upload(page, target=files[name])
    alerts = page.locator("[data-testid=stAlert]")
    assert alerts.count() == 1
    text = alerts.first.inner_text()
    assert re.search(says, text), text
    assert name in text and "Traceback" not in text
    point(page, "prediction", 256, 256)
    assert readout(page) == before


def test_sizes_that_differ_are_named_and_resized_on_request(page, address, files):
    go(page, address)
    upload(page, target=files["mask.png"], prediction=files["cropped.png"])
    text = page.locator("[data-testid=stAlert]").first.inner_text()
    assert "256 × 200" in text and "256 × 256" in text
    page.get_by_text("Resize to 256 × 256").click()
    page.wait_for_function("() => !document.querySelector('[data-testid=stAlert]')")
    settle(page)
    assert "pair=upload" in page.url


def test_two_sessions_whose_files_differ_in_one_pixel_see_their_own_numbers(
    browser, address, files
):
    said = []
    for guess in ("guess.png", "guess_one_pixel_off.png"):
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        go(page, address)
        upload(page, target=files["mask.png"], prediction=files[guess])
        point(page, "prediction", 100, 100, 256)
        said.append(readout(page))
        context.close()
    assert said[0]["p"] != said[1]["p"]
    assert float(said[0]["p"]) + float(said[1]["p"]) == pytest.approx(1)


# ---- links ---------------------------------------------------------------------------------------


def test_a_deep_link_as_the_first_request_to_a_fresh_server(browser):
    with server() as fresh:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        go(page, fresh, pair="vessels", loss="tversky", wrt="probability", t=0.3, px="250,200",
           **{"tversky.alpha": 0.15, "tversky.beta": 0.85})  # fmt: skip
        assert page.locator("h1").inner_text() == "Tversky loss"
        assert (
            page.locator("[data-testid=stMain] .sl-dial input[type=number]").nth(0).input_value()
            == "0.15"
        )
        assert page.get_by_text("Pixel x = 250, y = 200").is_visible()
        assert readout(page)["x"] == "250"
        assert "tversky.alpha=0.15" in page.url and "pair=vessels" in page.url
        page.close()


def test_the_link_that_the_address_bar_shows_opens_the_same_view(page, address, browser):
    go(page, address, pair="lesion", loss="focal")
    box = page.locator("[data-testid=stMain] .sl-dial input[type=number]").nth(1)
    box.fill("3.5")
    box.press("Enter")
    page.wait_for_function("() => location.search.includes('focal.gamma=3.5')")
    point(page, "share", 140, 210)
    first = readout(page)
    other = browser.new_page(viewport={"width": 1280, "height": 1000})
    other.goto(page.url)
    settle(other)
    point(other, "share", 140, 210)
    assert readout(other) == first
    other.close()


def test_back_returns_step_by_step_to_the_bare_address(page, address):
    go(page, address)
    for title in ("Dice loss", "Tversky loss"):
        page.locator(".sl-list li", has=page.get_by_text(title, exact=True)).click()
        page.wait_for_selector(f"h1:has-text('{title}')")
        settle(page)
        page.wait_for_timeout(400)
    for title in ("Dice loss", "Focal loss"):
        page.go_back()
        page.wait_for_selector(f"h1:has-text('{title}')", timeout=10_000)
        settle(page)


def test_a_preset_can_be_taken_again_after_a_dial_was_moved(page, address):
    go(page, address, loss="tversky")
    box = page.locator("[class*=st-key-preset] input")
    dial = page.locator("[data-testid=stMain] .sl-dial input[type=number]").first

    def take(name):
        box.click()
        page.get_by_role("option", name=name).click()
        settle(page)

    for _ in range(2):
        take("Jaccard")
        page.wait_for_function("() => location.search.includes('tversky.alpha=1&')")
        assert dial.input_value() == "1"
        dial.fill("0.5")
        dial.press("Enter")
        page.wait_for_function("() => location.search.includes('tversky.alpha=0.5')")
        settle(page)
        assert box.input_value() == "your own setting"


def test_files_stay_open_over_a_visit_to_another_page_and_one_can_be_exchanged(
    page, address, files
):
    go(page, address)
    upload(page, target=files["mask.png"], prediction=files["guess.png"])
    point(page, "prediction", 100, 100, 256)
    before = readout(page)["p"]
    page.locator("[data-testid=stSidebar]").get_by_text("Start", exact=True).click()
    page.get_by_text("Open a sample").wait_for()
    page.locator("[data-testid=stSidebar]").get_by_text("Inspect", exact=True).click()
    page.wait_for_selector("h1:has-text('Focal loss')")
    settle(page)
    upload(page, prediction=files["guess_one_pixel_off.png"])
    point(page, "prediction", 100, 100, 256)
    assert float(readout(page)["p"]) == pytest.approx(1 - float(before))
    assert page.locator("[data-testid=stAlert]").count() == 0


def test_a_file_name_never_becomes_a_link(page, address, tmp_path):
    go(page, address)
    bad = tmp_path / "www.evil.example.com.png"
    bad.write_text("no picture")
    upload(page, target=bad)
    alert = page.locator("[data-testid=stAlert]").first
    assert "www" in alert.inner_text()
    assert alert.locator("a").count() == 0


def test_going_to_another_page_and_back_keeps_the_view(page, address):
    go(page, address, pair="road", loss="dice")
    page.locator("[data-testid=stSidebar]").get_by_text("Start", exact=True).click()
    page.get_by_text("Open a sample").wait_for()
    page.locator("[data-testid=stSidebar]").get_by_text("Inspect", exact=True).click()
    page.wait_for_selector("h1:has-text('Dice loss')")
    settle(page)
    assert "pair=road" in page.url and "loss=dice" in page.url


# ---- dials ---------------------------------------------------------------------------------------


def test_the_maps_follow_a_dial_while_it_is_dragged(page, address):
    go(page, address, pair="nuclei", loss="focal")
    point(page, "share", 200, 100)
    panel(page, "share").click(position={"x": 100, "y": 60})  # pin a pixel to watch
    page.wait_for_function("() => location.search.includes('px=')")
    settle(page)
    slider = page.locator("[data-testid=stMain] .sl-dial input[type=range]").nth(1)
    box = slider.bounding_box()
    seen = set()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    for i in range(30):
        page.mouse.move(box["x"] + (0.4 + 0.015 * i) * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(25)
        seen.add(readout(page)["share"])
    page.mouse.up()
    assert len(seen) > 5  # it moved with the hand, not only at the end
    page.wait_for_function("() => /focal.gamma=/.test(location.search)")
    settle(page)
    gamma = float(re.search(r"focal\.gamma=([\d.]+)", page.url)[1])
    assert gamma == float(
        page.locator("[data-testid=stMain] .sl-dial input[type=number]").nth(1).input_value()
    )
    pair = SCENES["nuclei"].draw()
    z, y = torch.from_numpy(pair.prediction.logits()), torch.tensor(pair.target)
    said = readout(page)
    expected = maps.share(LOSSES["focal"], z, y, gamma=gamma)[int(said["y"]), int(said["x"])]
    assert float(said["share"]) == pytest.approx(float(expected), rel=2e-7)
    row = page.locator(".sl-list li[aria-selected=true] .sl-value").inner_text()
    assert float(row.split()[0]) == pytest.approx(
        float(LOSSES["focal"](z, y, gamma=gamma)), rel=1e-3
    )


def test_a_pinned_pixel_is_worked_out(page, address):
    go(page, address, pair="nuclei", loss="dice")
    panel(page, "prediction").click(position={"x": 70, "y": 40})
    page.get_by_text("What it pays").wait_for()
    settle(page)
    said = readout(page)
    assert page.get_by_text(f"Pixel x = {said['x']}, y = {said['y']}").is_visible()
    assert page.locator(".katex").count() >= 2
    page.keyboard.press("Escape")
    page.get_by_text("Click a pixel in a picture").wait_for()


def test_the_keyboard_moves_the_crosshair_and_pins(page, address):
    go(page, address)
    stage = page.locator(".sl-stage")
    stage.focus()
    page.keyboard.press("ArrowRight")
    first = readout(page)
    page.keyboard.press("Shift+ArrowDown")
    second = readout(page)
    assert (second["x"], int(second["y"])) == (first["x"], int(first["y"]) + 10)
    page.keyboard.press("Enter")
    page.get_by_text("What it pays").wait_for()


def test_a_search_finds_other_names_and_enter_takes_the_first(page, address):
    go(page, address)
    page.locator(".sl-search").fill("soft dice")
    rows = page.locator(".sl-list li:visible")
    assert "Dice loss" in rows.all_inner_texts()[0]
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Dice loss')")
    page.locator(".sl-search").fill("no such loss")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.locator("h1").inner_text() == "Dice loss"


def test_an_undefined_case_is_named_where_it_occurs(page, address):
    go(page, address, pair="empty", loss="hausdorff_dt")
    row = page.locator(".sl-list li[aria-selected=true]")
    assert "undefined" in row.inner_text() and "no boundary in the target" in row.inner_text()


@pytest.mark.parametrize("tab", ["Who pays?", "Probabilities", "About the loss", "Code"])
def test_every_tab_opens(page, address, tab):
    go(page, address, pair="lesion", loss="tversky")
    page.get_by_role("tab", name=tab).click()
    settle(page)
    wanted = {
        "Who pays?": "of the pixels pay 80 %",
        "Probabilities": ".js-plotly-plot",
        "About the loss": "Known problems.",
        "Code": "from segloss_core.scenes import SCENES",
    }[tab]
    place = page.locator(wanted) if wanted.startswith(".") else page.get_by_text(wanted)
    place.first.wait_for(timeout=10_000)
    assert page.locator("[data-testid=stException]").count() == 0


# ---- how it looks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
@pytest.mark.parametrize("path", ["", "inspect_pixels"])
def test_no_window_scrolls_sideways(browser, address, width, scheme, path):
    page = browser.new_page(viewport={"width": width, "height": 860}, color_scheme=scheme)
    go(page, address, path=path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for element in page.locator(".sl-viewer, .sl-losses, .sl-dials, [data-testid=stImage]").all():
        box = element.bounding_box()
        if box and box["x"] >= 0:  # the sidebar is closed on a narrow window
            assert box["x"] + box["width"] <= width + 1
    page.close()
