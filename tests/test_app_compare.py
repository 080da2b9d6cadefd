"""What Compare and Start remember and say, without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import compare as parts
from pages.parts import letting_go
from segloss_core import LOSSES
from segloss_core.comparison import WIDEST, rival_of, values

ROOT = Path(__file__).parent.parent


def compare(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.switch_page("pages/compare.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def said(app: AppTest) -> str:
    return " ".join(m.value for m in app.markdown)


def test_the_page_opens_complete_and_says_how_the_losses_are_divided():
    app = compare()
    assert not app.exception
    assert "losses prefer A" in said(app) and "prefer B.**" in said(app)
    assert app.slider(key="choose.rival.sure").value == 2.0


def test_an_unfinished_count_gives_no_verdict(monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(parts, "finish", lambda found: None)  # the page as it stands while it works
        half = said(compare(b="shift", **{"b.shift": "-13"}))
        nothing = said(compare(b="blur", **{"b.blur": "1.35"}))
    known = int(re.search(rf"So far, (\d+) of {len(LOSSES)} losses:", half)[1])
    assert 0 < known < len(LOSSES)
    assert "prefer" not in half.split("the rest follows.")[0] and "**" not in half.split(".")[0]
    assert "Working out …" in nothing and "prefer A" not in nothing
    whole = said(compare(b="shift", **{"b.shift": "-13"}))
    assert "So far" not in whole and re.search(r"\*\*(\d+|All \d+) losses prefer", whole)


def test_a_view_is_a_link():
    query = {
        "v": "1", "loss": "dice", "pair": "lesion", "map": "gradient", "colours": "one",
        "sort": "-fn", "band": "5.5", "b": "shift", "b.shift": "-12",
    }  # fmt: skip
    app = compare(**query)
    assert not app.exception
    assert dict(app.query_params.items()) == query
    assert "Dice loss on A and on B" in [h.value for h in app.subheader]


@pytest.mark.parametrize("way", ["none", "sure", "shift", "grow", "blur", "file"])
def test_every_way_to_a_second_prediction_opens(way):
    app = compare(b=way, pair="empty")
    assert not app.exception
    if way in ("none", "file"):
        assert f"{len(LOSSES)} losses on one prediction" in said(app)


@pytest.mark.parametrize(
    "query",
    [
        {"band": "nan"}, {"band": "65"}, {"sort": "password"}, {"map": "image"}, {"b": "spin"},
        {"b": "sure", "b.sure": "0"}, {"b": "blur", "b.blur": "1e9"}, {"b": "confidence"},
        {"b": "grow", "b.grow": "0.3"}, {"b": "shift", "b.shift": "200"},
    ],
)  # fmt: skip
def test_no_address_breaks_the_page(query):
    assert not compare(**query).exception


def test_the_band_is_kept_in_half_pixels_and_as_wide_as_is_worked_out():
    app = compare(b="none", band="2.3")
    assert app.slider(key="choose.band").value == 2.5
    assert app.slider(key="choose.band").max == WIDEST


def test_start_has_three_doors_and_the_samples():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    links = [link.proto.label for link in app.get("page_link")]
    for door in ("Teach me", "Inspect my mask", "Tune my loss"):
        assert f"**{door}**" in links


def test_other_visitors_do_not_drop_the_prediction_one_looks_at():
    app = compare(b="shift", **{"b.shift": "7"})
    (study, *how), mine = app.session_state[letting_go.RIVAL]
    assert how == ["shift", 7.0]
    known = values(mine)
    for n in range(10, 15):
        rival_of(study, "shift", n)
    assert mine not in study.kept["rivals"].values()
    app = app.run()
    assert not app.exception and app.session_state[letting_go.RIVAL][1] is mine
    assert values(mine) is known and known.known(LOSSES["mae"]) is not None
    app = app.slider(key="choose.rival.shift").set_value(9.0).run()
    assert app.session_state[letting_go.RIVAL][0][1:] == ("shift", 9.0)
    app = app.selectbox(key="choose.rival").select("none").run()
    assert not app.exception and letting_go.RIVAL not in app.session_state


def test_a_pair_that_is_replaced_takes_its_rival_along():
    def page() -> None:
        import streamlit as st

        from pages.parts import letting_go

        st.session_state[letting_go.RIVAL] = "holds the pair"
        letting_go.soon()

    app = AppTest.from_function(page).run()
    assert not app.exception and letting_go.RIVAL not in app.session_state
