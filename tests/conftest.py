"""One thread of torch per worker, and one server and one browser for all that look at the app."""

import os

# The workers share the cores, and tiny pictures lose to teams. Before torch is imported by a test.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from . import browser as real


@pytest.fixture(scope="session")
def address():
    """A server of the app."""
    real.need_browser()
    with real.server() as where:
        yield where


@pytest.fixture(scope="session")
def browser():
    """A Chromium."""
    real.need_browser()
    with real.chromium() as found:
        yield found


@pytest.fixture
def window():
    """How the window of `page` is opened."""
    return {"viewport": {"width": 1280, "height": 1000}}


@pytest.fixture
def page(browser, window):
    """A page of its own; an error in its scripts fails the test."""
    context = browser.new_context(**window)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    assert not page.problems
    context.close()
