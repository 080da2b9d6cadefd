"""What one visitor saves, another opens: in real browsers, with a file on disk in between."""

from __future__ import annotations

import re
import zipfile

import numpy as np
import pytest

from segloss_core import LOSSES, bundle
from segloss_core.readers import png
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from . import test_browser_draw as draw
from .browser import readout, settle
from .test_browser import go

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DIALS = {"loss": "tversky", "tversky.alpha": "0.35", "tversky.beta": "0.9", "wrt": "probability"}
VIEW = {"px": "200,250", "t": "0.4", "v": "1"}


@pytest.fixture
def elsewhere(browser, window):
    """A page in another browser: nothing of the first one's session is known here."""
    context = browser.new_context(**window)
    yield context.new_page()
    context.close()


def window_of(page):
    """Open “Save or open”."""
    page.get_by_role("button", name="Save or open").click()
    page.get_by_role("dialog").wait_for()
    return page.get_by_role("dialog")


def save(page, folder):
    """Save what is on screen; gives the file."""
    with page.expect_download() as download:
        window_of(page).get_by_role("button", name="Save this pair").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    page.keyboard.press("Escape")
    return file


def give(page, file):
    window_of(page).locator("input[type=file]").set_input_files(str(file))


def query(page):
    return dict(re.findall(r"[?&]([^=]+)=([^&]*)", page.url.replace("%2C", ",")))


def test_what_is_saved_here_opens_there(page, elsewhere, address, tmp_path):
    go(page, address, **DIALS, **VIEW)
    here = readout(page)
    file = save(page, tmp_path)
    assert file.name.endswith(bundle.SUFFIX) and file.name.startswith("tversky-")
    kept = bundle.read(file.read_bytes(), file.name)
    assert dict(kept.state) == {**DIALS, **VIEW} and kept.page == "Inspect"
    assert kept.pair.digest == SCENES["nuclei"].draw().digest

    elsewhere.goto(f"{address}/?v=1")
    settle(elsewhere)
    give(elsewhere, file)
    elsewhere.wait_for_url("**/inspect_pixels?**pair=upload**")
    settle(elsewhere)
    there = readout(elsewhere)
    assert there == here and there
    assert elsewhere.locator("h1").inner_text() == LOSSES["tversky"].title
    assert query(elsewhere) == {**DIALS, **VIEW, "pair": "upload"}

    # A damaged one says so in a sentence, and everything stays.
    bad = tmp_path / "bad.segloss.zip"
    bad.write_bytes(file.read_bytes()[:5000])
    give(elsewhere, bad)
    alert = elsewhere.get_by_role("dialog").get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text().endswith(
        "is an archive that is cut off or damaged. Save or download it again."
    )
    elsewhere.keyboard.press("Escape")
    elsewhere.get_by_role("dialog").wait_for(state="hidden")
    settle(elsewhere)
    assert readout(elsewhere) == here and query(elsewhere)["pair"] == "upload"


def test_dials_moved_just_now_are_in_the_bundle(page, address, tmp_path):
    """Moving a dial runs a part of the page only, and the address follows later."""
    go(page, address, loss="focal")
    dial = page.locator("[data-testid=stMain] input[type=range]").first
    dial.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    settle(page)
    state = bundle.read(save(page, tmp_path).read_bytes(), "x").state
    moved = {name: value for name, value in state.items() if name.startswith("focal.")}
    shown = page.locator("[data-testid=stMain] input[type=number]").first.input_value()
    assert list(moved.values()) == [f"{float(shown):.12g}"]


def test_a_zip_of_pairs_is_leafed_through(page, address, tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for n, scene in enumerate(("nuclei", "lesion"), 1):
            pair = SCENES[scene].draw(256)
            archive.writestr(f"masks/student{n}.png", png(pair.target * np.uint8(255)))
            archive.writestr(f"preds/student{n}.png", png(pair.prediction.codes))
        archive.writestr("notes.txt", "not a picture")
    page.goto(f"{address}/atlas?v=1")
    settle(page)
    give(page, tmp_path / "class.zip")
    page.wait_for_url("**/inspect_pixels?**")
    page.get_by_text("In class.zip; of no pair: notes.txt").wait_for()
    settle(page)
    truth = page.locator(".sl-panel.is-target canvas")
    first = truth.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("combobox", name="Pair of your ZIP").click()
    page.get_by_role("option", name="2 of 2: student2").click()
    page.wait_for_function(
        "before => document.querySelector('.sl-panel.is-target canvas')?.toDataURL() !== before",
        arg=first,
    )
    settle(page)
    assert page.get_by_role("combobox", name="Pair of your ZIP").input_value() == "2 of 2: student2"


def test_a_drawing_goes_on_in_another_browser(page, elsewhere, address, tmp_path):
    draw.go(page, address, pair="nuclei", loss="dice")
    draw.press(page, "Blank")
    draw.stroke(page, (100, 100), (200, 140))
    drawn = draw.canvas(page)
    file = save(page, tmp_path)
    np.testing.assert_array_equal(bundle.read(file.read_bytes(), "x").pair.prediction.codes, drawn)
    go(elsewhere, address)
    give(elsewhere, file)
    elsewhere.wait_for_url("**/draw?**pair=upload**")
    draw.level(elsewhere)
    np.testing.assert_array_equal(draw.canvas(elsewhere), drawn)


def test_downloaded_maps_are_those_of_the_dials_on_screen(page, address):
    go(page, address, **DIALS)
    page.get_by_role("tab", name="Code").click()
    button = page.get_by_role("button", name="Download both maps")
    button.wait_for()
    settle(page)
    with page.expect_download() as download:
        button.click()
    study = Study(SCENES["nuclei"].draw())
    maps = study.maps(
        LOSSES["tversky"],
        wrt="probability",
        **LOSSES["tversky"].defaults | {"alpha": 0.35, "beta": 0.9},
    )
    share, gradient = study.dense(maps)
    with np.load(download.value.path()) as found:
        np.testing.assert_array_equal(found["share"], share.astype("f4"))
        np.testing.assert_array_equal(found["gradient"], gradient.astype("f4"))
