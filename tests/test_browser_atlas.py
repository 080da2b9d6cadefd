"""The Atlas in a real Chromium: what a newcomer looks for is found."""

from __future__ import annotations

import re

import pytest

from segloss_core import LOSSES
from segloss_core.libraries import calls

from .browser import settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def search(page, question: str) -> list[str]:
    """Names of the entries that answer a question, best first."""
    box = page.locator(".sl-index .sl-search:visible").first
    box.fill(question)
    count = page.locator(".sl-index:visible .sl-count").first
    said = re.compile(r"\d+ of \d+ cards" if question.strip() else "^$")
    for _ in range(40):
        if said.search(count.inner_text()):
            break
        page.wait_for_timeout(50)
    return [
        entry.get_attribute("data-name")
        for entry in page.locator(".sl-index:visible").first.locator("li:visible").all()
    ]


def test_a_newcomer_finds_what_alpha_weighs_in_keras(page, address):
    page.goto(f"{address}/atlas")
    settle(page)
    assert search(page, "keras tversky alpha")[0] == "tversky"
    found = page.locator(".sl-index:visible li:visible .sl-effect").first.inner_text()
    assert "Keras" in found and "false negatives" in found
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Tversky loss')")
    page.wait_for_function("() => location.search.includes('loss=tversky')")
    main = page.get_by_test_id("stMain")
    main.get_by_text("Up to 3.15.1 Keras has α on false negatives").first.wait_for()


def test_a_newcomer_finds_why_a_row_is_impossible(page, address):
    page.goto(f"{address}/atlas")
    settle(page)
    assert search(page, "survey impossible")[0] == "results"
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('audited')")
    page.get_by_text("Log-cosh Dice is impossible as printed").wait_for()
    page.wait_for_function("() => location.search.includes('card=results')")


def test_a_newcomer_finds_the_call_of_monai(page, address):
    page.goto(f"{address}/atlas?loss=tversky")
    settle(page)
    page.wait_for_selector(".sl-viewer[data-state=fine]")
    for name, value in (("alpha", "0.2"), ("beta", "0.8")):
        box = page.get_by_label(f"{name}, exact value")
        box.fill(value)
        box.press("Enter")
        page.wait_for_function(f"() => location.search.includes('tversky.{name}={value}')")
    page.get_by_role("radio", name="MONAI").click()
    call = next(
        c
        for c in calls("tversky", {"alpha": 0.2, "beta": 0.8, "smooth": 1.0})
        if c.library == "MONAI"
    )
    page.get_by_text(call.code.strip().splitlines()[-1].split("(")[0]).first.wait_for()
    assert "alpha=0.2, beta=0.8" in page.locator("[data-testid=stCode]").first.inner_text()


def test_a_slip_runs_and_can_be_played(page, address):
    page.goto(f"{address}/atlas?loss=sensitivity_specificity")
    settle(page)
    page.get_by_text("It ends at the inverse mask").wait_for(timeout=30_000)
    page.get_by_text("Play").first.wait_for()
    title = page.locator(".js-plotly-plot", has_text="as printed").first
    assert "Dice 0.00" in title.inner_text() and "Dice 1.00" in title.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
@pytest.mark.parametrize("card", ["loss", "misprints", "letters", "results"])
def test_no_card_scrolls_sideways(browser, address, width, scheme, card):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/atlas?card={card}&loss=exp_log&v=1")
    settle(page)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    places = [index.bounding_box() for index in page.locator(".sl-index:visible").all()]
    assert sum(place["x"] >= 0 for place in places) == 1, "one index in sight"
    context.close()


def test_every_entry_opens(page, address):
    page.goto(f"{address}/atlas?v=1")
    settle(page)
    names = search(page, "")
    assert set(LOSSES) < set(names)
    for name in (names[0], "combo", names[-1]):
        page.locator(f".sl-index:visible li[data-name={name}]").click()
        page.wait_for_function(
            "name => ['loss', 'card'].some(of => location.search.includes(`${of}=${name}`))",
            arg=name,
        )
    assert page.locator("h1").inner_text() == LOSSES[names[-1]].title
