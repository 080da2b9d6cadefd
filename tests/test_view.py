"""The address and the state: which of them is right when they differ."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pages.parts import view


class Params(dict):
    """Streamlit's query parameters, as far as the table asks of them; `told` is what tabs hear."""

    told = None

    def to_dict(self):
        return dict(self)

    def from_dict(self, other):
        self.clear()
        self.update(other)
        self.told = dict(other)


@pytest.fixture
def visit(monkeypatch):
    """Begin a run as a message with an address does; gives the state's loss when it ends."""
    fake = SimpleNamespace(session_state={}, query_params=Params())
    monkeypatch.setattr(view, "st", fake)
    run = SimpleNamespace(page_script_hash="draw", is_history_navigation=False)
    monkeypatch.setattr(view, "get_script_run_ctx", lambda: run)

    def begin(address, page="draw", back=False, **puts):
        fake.query_params.from_dict(address)
        fake.query_params.told = None
        run.page_script_hash, run.is_history_navigation = page, back
        view.arrive()
        for name, value in puts.items():
            view.put(name, value)
        view.leave()
        begin.told = fake.query_params.told
        return view.get("loss"), dict(fake.query_params)

    return begin


DICE, BCE = {"v": "1", "loss": "dice"}, {"v": "1", "loss": "bce"}


def test_a_new_address_is_taken_over(visit):
    assert visit(DICE) == ("dice", DICE)
    assert visit(BCE) == ("bce", BCE)


def test_a_late_message_that_touches_nothing_does_not_take_the_view_back(visit):
    """A poll, or a tab that asks for pixels: neither puts anything into the table."""
    visit(DICE)
    assert visit(DICE, loss="bce") == ("bce", BCE)
    assert visit(DICE) == ("bce", BCE)  # what it carries is what stood there when it left
    assert visit(DICE) == ("bce", BCE)
    assert visit(BCE) == ("bce", BCE)


def test_a_late_message_that_touches_something_changes_that_alone(visit):
    visit(DICE)
    visit(DICE, loss="bce")
    loss, address = visit(DICE, threshold=0.25)
    assert loss == "bce" and address == BCE | {"t": "0.25"}


def test_the_tab_is_told_also_where_a_late_message_shows_what_is_wanted(visit):
    """It has heard of another address since that message left."""
    visit(DICE)
    visit(DICE, loss="bce")
    visit(DICE, loss="dice")
    assert visit.told == DICE
    visit(DICE)
    assert visit.told is None  # it knows
    visit(BCE)
    assert visit.told == DICE


def test_back_and_forward_bring_an_old_address_on_purpose(visit):
    visit(DICE)
    visit(DICE, loss="bce")
    assert visit(DICE, back=True) == ("dice", DICE)
    assert visit(BCE, back=True) == ("bce", BCE)


def test_a_message_that_follows_going_back_is_not_late(visit):
    visit(DICE)
    visit(DICE, loss="bce")
    visit(DICE, back=True)
    assert visit(DICE, threshold=0.25) == ("dice", DICE | {"t": "0.25"})


def test_a_way_from_another_page_may_lead_to_an_old_address(visit):
    visit(DICE)
    visit(DICE, loss="bce")
    assert visit(BCE, page="compare") == ("bce", BCE)
    assert visit(DICE, page="draw") == ("dice", DICE)


def test_a_late_message_is_known_also_on_a_page_that_was_come_to(visit):
    visit(DICE)
    assert visit(DICE, page="compare") == ("dice", DICE)
    visit(DICE, page="compare", loss="bce")
    assert visit(DICE, page="compare") == ("bce", BCE)
