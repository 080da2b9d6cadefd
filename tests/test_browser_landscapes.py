"""Landscapes and Tune in a real Chromium: the cross sets the dials, the maps follow, files open."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segloss_core import LOSSES
from segloss_core.scenes import SCENES

from .browser import settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAIRS = {
    "focal": ("alpha", "gamma"),
    "tversky": ("alpha", "beta"),
    "focal_tversky": ("alpha", "beta"),
    "combo": ("alpha", "beta"),
    "unified_focal_sym": ("lam", "delta"),
    "exp_log": ("gamma_dice", "gamma_cross"),
}


def go(page, address, path, **query):
    text = "&".join(f"{k}={v}" for k, v in {"v": "1", **query}.items())
    page.goto(f"{address}/{path}?{text}")
    settle(page)
    if query.get("mode", "dials") == "dials":
        page.wait_for_selector(".sl-pad[data-state=fine]", timeout=60_000)
        page.wait_for_selector(".sl-viewer[data-state=fine]", timeout=60_000)
        page.wait_for_timeout(300)


def click_plot(page, u: float, v: float) -> None:
    """Click in the landscape: u from the left, v from below, both 0 to 1."""
    page.locator(".sl-plot").first.scroll_into_view_if_needed()
    box = page.locator(".sl-plot").first.bounding_box()
    page.mouse.click(box["x"] + u * box["width"], box["y"] + (1 - v) * box["height"])


def settings(page, *names: str) -> list[float]:
    return [float(page.get_by_label(f"{name}, exact value").input_value()) for name in names]


@pytest.mark.parametrize(("name", "axes"), PAIRS.items())
def test_a_click_moves_the_cross_the_sliders_and_the_value(page, address, name, axes):
    go(page, address, "landscapes", loss=name, pair="lesion", axes=",".join(axes))
    click_plot(page, 0.31, 0.62)
    page.wait_for_function(
        "names => names.every(n => new URLSearchParams(location.search).has(n))",
        arg=[f"{name}.{axis}" for axis in axes],
    )
    page.wait_for_timeout(500)
    now = settings(page, *axes)
    for axis, x, part in zip(axes, now, (0.31, 0.62), strict=True):
        low, high = LOSSES[name].dials[axis].param.shown
        assert x == pytest.approx(low + part * (high - low), abs=0.02 * (high - low))
    at = [float(x) for x in page.locator(".sl-pad").get_attribute("data-at").split(",")]
    assert at == pytest.approx(now)
    pair = SCENES["lesion"].draw()
    z, y = torch.tensor(pair.prediction.logits()), torch.tensor(pair.target)
    expected = float(LOSSES[name](z, y, **dict(zip(axes, now, strict=True))))
    shown = page.locator(".sl-total b").inner_text().replace("−", "-")
    assert float(shown) == pytest.approx(expected, rel=2e-3)


def test_dragging_across_the_surface_changes_the_maps_and_ends_in_the_address(page, address):
    go(page, address, "landscapes", loss="tversky", pair="lesion")
    box = page.locator(".sl-plot").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    seen = set()
    for i in range(12):
        page.mouse.move(box["x"] + 40 + 12 * i, box["y"] + 40 + 10 * i)
        page.wait_for_timeout(120)
        seen.add(page.locator(".sl-total b").inner_text())
    page.mouse.up()
    assert len(seen) >= 4, "the value follows while the cross is dragged"
    at = page.locator(".sl-pad").get_attribute("data-at").split(",")
    page.wait_for_function(
        "v => new URLSearchParams(location.search).get('tversky.alpha') === v", arg=at[0]
    )
    page.wait_for_timeout(2500)  # a late message must not take it back
    assert settings(page, "alpha", "beta") == [float(x) for x in at]


def test_the_arrows_move_the_cross(page, address):
    go(page, address, "landscapes", loss="focal", pair="lesion")
    page.locator(".sl-plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_function("() => location.search.includes('focal.gamma')")
    alpha, gamma = settings(page, "alpha", "gamma")
    assert alpha == pytest.approx(0.26, abs=0.006) and gamma == pytest.approx(2.5, abs=0.06)


def test_the_surface_stands_and_turns(page, address):
    go(page, address, "landscapes", loss="focal", pair="lesion")
    scene = page.locator(".js-plotly-plot:has(.gl-container canvas)").first
    scene.scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    eye = "() => JSON.stringify([...document.querySelectorAll('.js-plotly-plot')].find(p => p._fullLayout?.scene)._fullLayout.scene._scene.getCamera().eye)"
    before = page.evaluate(eye)
    box = scene.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 90, box["y"] + box["height"] / 2 + 20, steps=6)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert page.evaluate(eye) != before


def test_files_open_and_ask_nobody(page, address, browser, tmp_path):
    go(page, address, "landscapes", loss="focal", pair="lesion")
    files = {}
    for label in ("CSV", "NPZ", "HTML"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        files[label] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(files[label])
    with page.expect_download() as waiting:
        page.get_by_label("Save this picture as PNG").click()
    assert waiting.value.suggested_filename.endswith(".png")
    with np.load(files["NPZ"]) as arrays:
        surface = arrays["surface"]
        assert surface.shape == (101, 101) and set(arrays) >= {"alpha", "gamma"}
    table = np.genfromtxt(files["CSV"], delimiter=",", names=True)
    np.testing.assert_array_equal(table["value"].reshape(101, 101), surface)
    context = browser.new_context(offline=True)
    other, asked = context.new_page(), []
    other.on("request", lambda request: asked.append(request.url))
    other.goto(files["HTML"].as_uri())
    other.wait_for_selector(".js-plotly-plot .main-svg")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def test_an_answer_is_used_and_marked(page, address):
    go(page, address, "tune", ratio="4", pair="lesion")
    page.locator(".st-key-use\\.tversky button, .st-key-use-tversky button").first.click()
    page.wait_for_selector("h3:has-text('Tversky loss on this pair')")
    page.wait_for_function("() => location.search.includes('tversky.alpha=0.2')")
    page.wait_for_selector(".sl-pad[data-state=fine]")
    page.wait_for_timeout(800)
    assert settings(page, "alpha", "beta") == pytest.approx([0.2, 0.8])
    assert "what you asked for" in page.locator(".sl-pad").first.inner_html()


def test_a_mix_is_turned_by_its_own_cross(page, address):
    go(page, address, "tune", tune="mix", mix="1*dice%2B0.5*bce", pair="lesion")
    click_plot(page, 0.5, 0.75)
    page.wait_for_function("() => /1\\.\\d+\\*bce/.test(decodeURIComponent(location.search))")
    assert settings(page, "w_dice", "w_bce") == pytest.approx([1.0, 1.5], abs=0.03)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["landscapes", "tune"])
def test_nothing_scrolls_sideways_on_a_phone(browser, address, path, scheme):
    context = browser.new_context(viewport={"width": 420, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    queries = {
        "landscapes": ("mode=dials", "mode=curve", "mode=geometry"),
        "tune": ("tune=mix", "wish=easy"),
    }
    for query in queries[path]:
        page.goto(f"{address}/{path}?v=1&{query}")
        settle(page)
        page.wait_for_timeout(1200)
        assert page.evaluate("document.documentElement.scrollWidth") <= 420, query
    context.close()
