"""Compare and the start page's live figure as a visitor sees them, in a real Chromium."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from segloss_core import LOSSES, comparison
from segloss_core.contrast import contrast
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from .browser import settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def go(page, address, **query):
    page.goto(f"{address}/compare?" + "&".join(f"{k}={v}" for k, v in query.items()))
    complete(page)


def complete(page):
    """Every loss worked out and painted."""
    settle(page)
    page.wait_for_function(
        """() => {
          const all = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
          const found = all(document);
          return found.filter(e => e.className === 'sl-gallery').every(e => e.dataset.state === 'fine')
            && found.some(e => e.classList.contains('sl-tile')) && !found.some(e => e.classList.contains('waits'));
        }""",
        timeout=90_000,
    )
    settle(page)


def rows(page):
    return page.locator("tr[data-loss]")


def column(page, name):
    return page.locator(f"tr[data-loss] td.is-{name}").all_inner_texts()


def number(text: str) -> float:
    return float(text.split()[0].replace("−", "-").replace("×", ""))


# ---- compare ---------------------------------------------------------------------------------------


def test_the_sentence_counts_what_the_library_counts_and_the_disagreeing_come_first(page, address):
    go(page, address, v=1, pair="lesion")
    torch.set_num_threads(1)
    a = Study(SCENES["lesion"].draw())
    b = comparison.rival(a, "sure", 2.0)
    found = {n: comparison.prefer(a.value(x), b.value(x)) for n, x in LOSSES.items()}
    vote = comparison.count_votes(list(found.values()))
    assert vote.minority
    said = page.locator("p", has_text="losses prefer A").inner_text()
    assert f"{vote.a} losses prefer A, {vote.b} prefer B." in said
    order = [row.get_attribute("data-loss") for row in rows(page).all()]
    assert order == comparison.disagreeing_first(found)
    assert LOSSES[order[0]].title in said
    for name in ("dice", "bce", "boundary_dou"):
        cell = page.locator(f"tr[data-loss={name}] td.is-by")
        assert cell.get_attribute("data-side") == found[name].side
        shown = number(page.locator(f"tr[data-loss={name}] td.is-value").inner_text())
        assert shown == pytest.approx(a.value(LOSSES[name]).value, rel=1e-3)
    rows_of_file = downloaded(page)
    assert [row["loss"] for row in rows_of_file] == order
    for row in rows_of_file:
        name = row["loss"]
        # Every digit is written; the last one depends on whether maps were asked for too.
        for column, one in (("a_value", a), ("b_value", b)):
            assert repr(float(row[column])) == row[column]
            assert float(row[column]) == pytest.approx(one.value(LOSSES[name]).value, rel=1e-12)
        assert row["prefers"] == found[name].side
    dice = next(row for row in rows_of_file if row["loss"] == "dice")
    maps = a.maps(LOSSES["dice"])
    paid = a.payers(maps, 0.5)
    parts = [float(dice[f"a_part_{n}"]) for n in ("by_misses", "by_false_alarms", "within_3_px")]
    assert parts == pytest.approx(
        [paid.false_negatives, paid.false_positives, paid.boundary_band], rel=1e-9
    )


def downloaded(page):
    """Compare's table as the file says it; its name is that of its content."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Table as CSV").click()
    found = waiting.value
    content = Path(found.path()).read_bytes()
    digest = hashlib.blake2b(content, digest_size=4).hexdigest()
    assert found.suggested_filename == f"losses-{digest}.csv"
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_a_click_on_a_columns_name_sorts_table_and_pictures_and_the_link_keeps_it(page, address):
    go(page, address, v=1, b="none")
    assert (
        f"{len(LOSSES)} losses"
        in page.locator("p", has_text="losses on one prediction").inner_text()
    )
    page.get_by_role("button", name="push", exact=True).click()
    page.wait_for_function("() => location.search.includes('sort=-norm')")
    complete(page)
    values = [number(text) for text in column(page, "norm")]
    assert len(values) == len(LOSSES) and values == sorted(values, reverse=True)
    order = [row.get_attribute("data-loss") for row in rows(page).all()]
    tiles = [tile.get_attribute("data-loss") for tile in page.locator(".sl-tile").all()]
    assert tiles == order
    page.reload()
    complete(page)
    assert [row.get_attribute("data-loss") for row in rows(page).all()] == order
    assert page.locator("th.is-norm").get_attribute("aria-sort") == "descending"
    assert "a_value" in downloaded(page)[0] and "b_value" not in downloaded(page)[0]


def test_a_small_multiple_opens_inspect_on_its_loss(page, address):
    go(page, address, v=1, pair="brain", b="none")
    page.locator(".sl-tile[data-loss=tversky]").click()
    page.wait_for_url("**/inspect_pixels**")
    settle(page)
    assert page.locator("h1").inner_text() == LOSSES["tversky"].title
    assert "loss=tversky" in page.url and "pair=brain" in page.url


def test_small_maps_are_painted_and_the_gradient_looks_different(page, address):
    go(page, address, v=1, b="none")
    hues = """() => {
      const all = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
      return all(document).filter(e => e.matches?.('.sl-tile canvas')).map(c => {
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const seen = new Set(); let light = 0;
        for (let i = 0; i < d.length; i += 4) { seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); light += d[i] + d[i + 1] + d[i + 2]; }
        return [seen.size, light / (d.length / 4 * 765)];
      });
    }"""
    before = page.evaluate(hues)
    assert len(before) == len(LOSSES) and all(colours > 3 for colours, _ in before)
    page.get_by_role("button", name="gradient ∂L/∂z").click()
    page.wait_for_function("() => location.search.includes('map=gradient')")
    complete(page)
    after = page.evaluate(hues)
    # Magma is dark where nobody pays, the diverging ramp is white there.
    assert np.median([light for _, light in before]) < 0.4 < 0.7 < np.median([x for _, x in after])


def test_the_table_by_keyboard_and_the_chosen_loss_on_both(page, address):
    go(page, address, v=1)
    first = page.locator("tr[data-loss] button").first
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    name = rows(page).nth(1).get_attribute("data-loss")
    page.wait_for_function("n => location.search.includes('loss=' + n)", arg=name)
    complete(page)
    page.get_by_role("heading", name=f"{LOSSES[name].title} on A and on B").wait_for()
    assert rows(page).nth(1).get_attribute("aria-selected") == "true"
    page.wait_for_selector(".sl-versus[data-state=fine]")
    assert page.locator(".sl-versus canvas[role=img]").count() == 2


def picture(page):
    """What is seen of A and B: the screen's pixels."""
    page.wait_for_timeout(150)
    shot = page.locator(".sl-versus .sl-pic").first.screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def versus(page, name):
    return page.locator(".sl-versus").get_attribute(f"data-{name}")


def test_a_divider_swipes_between_a_and_b_by_mouse_finger_and_keys(page, address):
    go(page, address, v=1, pair="nuclei", b="shift", loss="bce")
    page.wait_for_selector(".sl-versus[data-state=fine]")
    line = page.get_by_role("slider", name="Divider")
    line.scroll_into_view_if_needed()
    page.get_by_role("button", name="Where they disagree").click()
    line.focus()
    assert line.get_attribute("aria-valuenow") == "50"
    page.keyboard.press("End")
    only_a = picture(page)
    page.keyboard.press("Home")
    only_b = picture(page)
    width = only_a.shape[1]
    assert np.abs(only_a - only_b).max() > 100
    box = page.locator(".sl-versus .sl-pic").first.bounding_box()
    at = lambda u, v: (box["x"] + u * box["width"], box["y"] + v * box["height"])  # noqa: E731
    page.mouse.move(*at(0.01, 0.3))
    page.mouse.down()
    page.mouse.move(*at(0.66, 0.4), steps=6)
    page.mouse.up()
    page.mouse.move(*at(0.5, -0.1))
    part = float(versus(page, "part"))
    assert part == pytest.approx(0.65, abs=0.02)
    assert line.get_attribute("aria-valuenow") == str(round(100 * part))
    both, edge = picture(page), round(part * width)
    assert np.array_equal(both[:, 24 : edge - 24], only_a[:, 24 : edge - 24])
    assert np.array_equal(both[:, edge + 24 : -24], only_b[:, edge + 24 : -24])
    page.keyboard.press("Shift+ArrowLeft")
    assert float(versus(page, "part")) == pytest.approx(part - 0.1, abs=0.006)
    wire = page.context.new_cdp_session(page)
    for kind, u in (("touchStart", part - 0.1), ("touchMove", 0.4), ("touchMove", 0.3)):
        point = dict(zip(("x", "y"), at(u, 0.8), strict=True))
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(
        "e => Math.abs(e.dataset.part - 0.3) < 0.02",
        arg=page.locator(".sl-versus").element_handle(),
    )
    page.get_by_role("button", name="side by side").click()
    assert page.locator(".sl-versus .sl-pic").count() == 2 and not line.count()


def test_every_plane_of_a_and_b_tells_the_library_s_numbers(page, address):
    torch.set_num_threads(1)
    a = Study(SCENES["nuclei"].draw())
    b = comparison.rival(a, "shift", 8.0)
    maps = [study.dense(study.maps(LOSSES["bce"])) for study in (a, b)]
    marked = contrast(maps[0][0], maps[1][0])
    y, x = np.argwhere(marked.marked)[1000].tolist()
    wanted = {
        "share": [m[0][y, x] for m in maps],
        "gradient": [m[1][y, x] for m in maps],
        "difference": [m[0][y, x] for m in maps],
        "prediction": [study.pair.prediction.probabilities()[y, x] for study in (a, b)],
    }
    go(page, address, v=1, pair="nuclei", b="shift", loss="bce")
    assert page.get_by_text(f"the {marked.count:,} pixels").is_visible()
    for plane, values in wanted.items():
        page.wait_for_selector(".sl-versus[data-state=fine]")
        page.locator(".sl-versus").get_by_role("button", name=plane, exact=True).click()
        page.wait_for_selector(f".sl-versus[data-plane={plane}][data-state=fine]")
        stage = page.locator(".sl-versus .sl-stage")
        stage.focus()
        page.keyboard.press("Escape")
        page.mouse.move(0, 0)
        for key, far in (("ArrowRight", x - 256), ("ArrowDown", y - 256)):
            back = {"ArrowRight": "ArrowLeft", "ArrowDown": "ArrowUp"}[key]
            for _ in range(abs(far) // 10):
                page.keyboard.press(f"Shift+{key if far > 0 else back}")
            for _ in range(abs(far) % 10):
                page.keyboard.press(key if far > 0 else back)
        page.wait_for_selector(f".sl-versus[data-x='{x}'][data-y='{y}']")  # with the next frame
        shown = [float(versus(page, side)) for side in "ab"]
        assert shown == pytest.approx(values, rel=1e-6), plane
        alts = [
            c.get_attribute("aria-label") for c in page.locator(".sl-versus canvas[role=img]").all()
        ]
        assert all(alts) and len(alts) == (1 if plane == "difference" else 2)
    assert "map=gradient" in page.url and "plane=prediction" in page.url


def test_a_wider_band_holds_more(page, address):
    go(page, address, v=1, b="none", band=1)
    narrow = page.locator("tr[data-loss=bce] td.is-band").inner_text()
    go(page, address, v=1, b="none", band=20)
    wide = page.locator("tr[data-loss=bce] td.is-band").inner_text()
    assert number(narrow) < number(wide) <= 100
    assert page.locator("th.is-band").inner_text() == "near the outline"
    assert "within 20 px" in page.locator("th.is-band").get_attribute("title")


def test_a_second_file_is_prediction_b(page, address, tmp_path):
    pair = SCENES["lesion"].draw()
    codes = pair.prediction.codes
    better = np.where(pair.target > 0, np.maximum(codes, 220), codes // 2).astype(np.uint8)
    Image.fromarray(better).save(tmp_path / "better.png")
    Image.fromarray(pair.target[:100, :90] * 255).save(tmp_path / "small.png")
    go(page, address, v=1, pair="lesion", b="file")
    box = page.locator("[class*=st-key-choose-rival-file] input[type=file]")
    box.set_input_files(str(tmp_path / "small.png"))
    page.get_by_text("B is 90 × 100 pixels").wait_for()
    box.set_input_files(str(tmp_path / "better.png"))
    page.locator("p", has_text="prefer B").first.wait_for(timeout=60_000)
    complete(page)
    assert page.locator("tr[data-loss=dice] td.is-by").get_attribute("data-side") == "B"
    assert page.get_by_text("B: better.png").first.is_visible()


def test_compare_fits_a_narrow_window(page, address):
    page.set_viewport_size({"width": 420, "height": 900})
    go(page, address, v=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


# ---- start -----------------------------------------------------------------------------------------


def bars(page):
    return {
        bar.get_attribute("data-loss"): (float(bar.get_attribute("data-value")), bar.get_attribute("data-flat"))
        for bar in page.locator(".sl-bar-row").all()
    }  # fmt: skip


def start(page, address):
    page.goto(address)
    settle(page)
    page.locator(".sl-bar-row[data-value]").first.wait_for()
    return page.locator(".sl-arena").bounding_box()


def test_dragging_the_prediction_off_makes_overlap_losses_flat(page, address):
    box = start(page, address)
    assert "all six losses fall" in page.locator(".sl-seen").inner_text()
    before = bars(page)
    assert all(flat == "false" for _, flat in before.values())
    at = lambda x, y: (box["x"] + x * box["width"] / 64, box["y"] + y * box["height"] / 64)  # noqa: E731
    page.mouse.move(*at(33, 27))
    page.mouse.down()
    page.mouse.move(*at(20, 28), steps=5)
    page.mouse.move(*at(9, 28), steps=5)
    page.mouse.up()
    page.wait_for_function("() => true")
    page.get_by_text("No overlap any more").wait_for()
    after = bars(page)
    said = page.locator(".sl-seen").inner_text()
    assert "Dice" in said and "Boundary and Hausdorff fall if it goes to the right" in said
    assert {name for name, (_, flat) in after.items() if flat == "true"} == {"dice", "tversky"}
    assert all(after[name][0] > before[name][0] for name in before)


def test_the_figure_by_keyboard_wheel_knob_and_slider(page, address):
    box = start(page, address)
    root = page.locator(".sl-push")
    arena = page.locator(".sl-arena")
    arena.focus()
    state = lambda: {k: float(root.get_attribute(f"data-{k}")) for k in ("x", "y", "r", "soft")}  # noqa: E731
    before = state()
    for key in ("ArrowLeft", "ArrowUp", "+", "+", "]"):
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    now = state()
    assert now == {
        "x": before["x"] - 1,
        "y": before["y"] - 1,
        "r": before["r"] + 1,
        "soft": before["soft"] + 0.25,
    }
    page.mouse.move(
        box["x"] + now["x"] * box["width"] / 64, box["y"] + now["y"] * box["height"] / 64
    )
    page.mouse.wheel(0, 100)
    page.wait_for_timeout(100)
    assert state()["r"] == now["r"] - 0.5
    arena.blur()  # the wheel scrolls the page now
    page.mouse.wheel(0, 100)
    page.wait_for_timeout(300)
    assert state()["r"] == now["r"] - 0.5
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollTop") > 0
    page.get_by_label("Softness").fill("4")
    page.wait_for_timeout(100)
    assert state()["soft"] == 4
    page.get_by_role("button", name="Start over").click()
    page.wait_for_timeout(100)
    assert state() == before


def test_the_doors_lead_where_they_say(page, address):
    start(page, address)
    page.get_by_role("link", name="Inspect my mask").click()
    page.wait_for_url("**/inspect_pixels**")
    settle(page)
    page.locator("[class*=st-key-file-target] input[type=file]").wait_for(state="attached")
