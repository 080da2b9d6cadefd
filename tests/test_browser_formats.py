"""Files of many kinds in a real Chromium: volumes, outlines, palettes, 16 bits, and hostile ones."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import re
import struct
import zlib

import nibabel
import numpy as np
import pytest
from PIL import Image

from .browser import readout, settle
from .test_browser import go, point

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SIDE = 96


def give(page, **files):
    """Drop files into the boxes: role to (name, bytes)."""
    if not page.locator("[data-testid=stFileUploaderDropzone]").first.is_visible():
        page.get_by_text("Your own files").click()
    for role, (name, data) in files.items():
        box = page.locator(f"[class*=st-key-file-{role}] input[type=file]")
        box.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
        page.wait_for_timeout(400)
        settle(page)


def change(page, which):
    """Open the line under a file that says how it is read."""
    page.locator("[data-testid=stSidebar] [data-testid=stPopover] button").nth(which).click()
    return page.locator("[data-testid=stPopoverBody]")


def picture(array, **options):
    file = io.BytesIO()
    (array if isinstance(array, Image.Image) else Image.fromarray(array)).save(
        file, options.pop("format", "PNG"), **options
    )
    return file.getvalue()


def volume(array):
    """A volume (z, y, x) as NIfTI keeps it."""
    turned = np.ascontiguousarray(array.transpose(2, 1, 0))
    return gzip.compress(nibabel.Nifti1Image(turned, np.eye(4)).to_bytes())


def truth_and_guess():
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[20:60, 24:70] = 1
    ramp = np.linspace(0, 255, SIDE).astype(np.uint8)
    return truth, np.tile(ramp, (SIDE, 1))


def pixel(page, x, y):
    point(page, "prediction", x, y, SIDE)
    return readout(page)


def wait_for_p(page, x, y, p):
    """Look at a pixel until its probability is the expected one, or for half a minute."""
    for _ in range(60):
        settle(page)
        if abs(float(pixel(page, x, y)["p"]) - p) < 1e-6:
            return
        page.wait_for_timeout(500)
    assert float(pixel(page, x, y)["p"]) == pytest.approx(p, abs=1e-6)


def test_a_pair_of_volumes_slice_by_slice(page, address):
    rng = np.random.default_rng(0)
    truth = np.zeros((7, SIDE, SIDE), np.uint8)
    for z in range(1, 7):
        truth[z, 10 : 20 + 8 * z, 10:60] = 1
    guess = rng.random(truth.shape).astype(np.float32)
    go(page, address)
    give(page, target=("t.nii.gz", volume(truth)), prediction=("p.nii.gz", volume(guess)))
    wait_for_p(page, 40, 30, guess[3, 30, 40])
    slider = page.get_by_role("slider", name="Slice")
    slider.focus()
    page.keyboard.press("ArrowRight")
    wait_for_p(page, 40, 30, guess[4, 30, 40])
    page.get_by_role("tab", name="Slices").click()
    page.get_by_text("Slice 4, on screen").wait_for()
    dots = page.locator(".js-plotly-plot .scatterlayer .point")
    dots.first.wait_for()
    assert dots.count() == 7
    dots.nth(1).scroll_into_view_if_needed()
    box = dots.nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(200)
    page.mouse.down()
    page.mouse.up()
    page.get_by_text("Slice 1, on screen").wait_for()
    wait_for_p(page, 40, 15, guess[1, 15, 40])


def street():
    """An IDD file with four classes, and the numbers that its pixels have."""
    boxes = {"road": (0, 50, 95, 45), "animal": (10, 60, 20, 14), "person": (50, 40, 12, 40),
             "rider": (70, 30, 16, 30)}  # fmt: skip
    objects = [
        {"label": name, "polygon": [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]}
        for name, (x, y, w, h) in boxes.items()
    ]
    return json.dumps({"imgHeight": SIDE, "imgWidth": SIDE, "objects": objects}).encode()


def test_a_street_of_four_classes(page, address):
    from segloss_core.readers import read

    labels = read(street(), "s.json", role="target", values="labels")
    names = labels.class_names
    go(page, address, loss="dice")
    give(page, target=("street.json", street()), prediction=("seg.png", picture(labels.array)))
    assert "road · change" in page.locator("[data-testid=stPopover]").first.inner_text()
    assert float(pixel(page, 20, 65)["target"]) == 0
    change(page, 0).get_by_role("combobox", name="Object").click()
    assert page.get_by_role("option").all_inner_texts() == sorted(names[1:], key=names.index)
    page.get_by_role("option", name="animal").click()
    page.locator("[data-testid=stPopover]", has_text="animal · change").first.wait_for()
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    settle(page)
    wait_for_p(page, 20, 65, (243 + 0.5) / 256)  # the prediction follows; c = 0.95
    assert float(pixel(page, 20, 65)["target"]) == 1
    page.get_by_role("tab", name="By class").click()
    table = page.locator("[data-testid=stMain] table", has_text="rider")
    table.wait_for()
    rows = table.locator("tbody tr").all_inner_texts()
    assert {row.split()[0] for row in rows} == {"road", "animal", "person", "rider"}
    page.locator("[data-testid=stSidebarNav], [data-testid=stSidebar]").get_by_role(
        "link", name="Draw"
    ).click()
    button = page.get_by_role("button", name="Target as PNG")
    button.wait_for()
    settle(page)
    with page.expect_download() as download:
        button.click()
    mask = np.array(Image.open(download.value.path()))
    np.testing.assert_array_equal(mask > 0, labels.array == names.index("animal"))


def test_a_palette_mask_and_sixteen_bit_greys(page, address):
    truth, guess = truth_and_guess()
    mask = Image.fromarray(truth, "P")
    mask.putpalette([200, 30, 30, 30, 30, 200])
    deep = guess.astype(np.uint16) * 257
    go(page, address)
    give(
        page,
        target=("mask.png", picture(mask)),
        prediction=("deep.tif", picture(deep, format="TIFF")),
    )
    for x, y in ((30, 30), (3, 80)):
        said = pixel(page, x, y)
        assert float(said["target"]) == truth[y, x]
        assert float(said["p"]) == pytest.approx((float(deep[y, x]) + 0.5) / 65536, abs=1e-6)
    body = change(page, 1)
    body.get_by_text("16-bit greys read as probabilities").wait_for()
    body.get_by_role("radio", name="hard mask").click()
    page.get_by_text("It stays as it was: probabilities").wait_for()


def header_of(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0" * 64


def hostile():
    class Evil:
        def __reduce__(self):
            return (print, ("never",))

    bomb = nibabel.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)).to_bytes()
    bomb = bytearray(bomb)
    struct.pack_into("<hhhh", bomb, 40, 3, 4000, 4000, 60)  # a gigabyte of zeros
    return [
        ("bomb.nii.gz", gzip.compress(bytes(bomb) + bytes(100_000_000), 1), r"960|MB|pixels"),
        ("model.npy", pickle.dumps(Evil()), r"never opened here"),
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>window.owned=1</script>"
         b"</svg>", r"an SVG drawing"),
        ("wide.png", header_of(20_000, 15_000), r"20,000 × 15,000.*300,000,000"),
    ]  # fmt: skip


def test_hostile_files_get_one_sentence_each_and_the_pair_stays(page, address):
    truth, guess = truth_and_guess()
    go(page, address)
    give(page, target=("t.png", picture(truth * 255)), prediction=("p.png", picture(guess)))
    before = pixel(page, 40, 40)
    for name, data, says in hostile():
        give(page, prediction=(name, data))
        alerts = page.locator("[data-testid=stSidebar] [data-testid=stAlert]")
        alerts.filter(has_text=name).wait_for()
        assert alerts.count() == 1
        text = alerts.first.inner_text()
        assert re.search(says, text, re.DOTALL), text
        assert "Traceback" not in text and len(re.findall(r"[.?!](\s|$)", text)) <= 3
        page.get_by_text("Still showing the last whole pair").wait_for()
        assert pixel(page, 40, 40) == before
        assert page.evaluate("window.owned") is None
