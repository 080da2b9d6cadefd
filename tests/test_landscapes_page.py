"""The Landscapes and Tune pages as links open them."""

from __future__ import annotations

from itertools import combinations

import pytest

from pages.parts import view
from segloss_core import LOSSES, ask
from segloss_core.mix import text

from .opened import opened, words

QUICK = [name for name, loss in LOSSES.items() if len(loss.dials) > 1 and not loss.positional]
SLOW = [name for name, loss in LOSSES.items() if len(loss.dials) > 1 and loss.positional]


@pytest.mark.parametrize("name", QUICK)
def test_every_loss_with_two_dials_has_a_surface(name):
    app = opened("landscapes", loss=name, pair="lesion")
    assert not app.exception and not app.warning
    assert {"Sections through the cross", "The same as a surface"} <= {
        s.value for s in app.subheader
    }


FAMOUS = ("focal", "tversky", "focal_tversky", "combo", "unified_focal_sym", "exp_log")


@pytest.mark.parametrize(
    ("name", "axes"),
    [(name, pair) for name in FAMOUS for pair in combinations(LOSSES[name].dials, 2)],
)
def test_each_pair_of_dials_draws(name, axes):
    app = opened("landscapes", loss=name, pair="lesion", axes=",".join(axes))
    assert not app.exception and not app.warning
    assert [x.label for x in app.selectbox if x.label in ("Across", "Upwards")]
    assert [x.value for x in app.selectbox if x.label in ("Across", "Upwards")] == list(axes)


@pytest.mark.parametrize("name", SLOW[:3])
def test_a_loss_of_place_waits_to_be_asked(name):
    app = opened("landscapes", loss=name, pair="lesion")
    assert not app.exception
    assert any(button.label == "Work it out" for button in app.button)


@pytest.mark.parametrize("name", ["bce", "gce"])
def test_a_loss_with_too_few_dials_says_so(name):
    app = opened("landscapes", loss=name)
    assert not app.exception and "choose another loss" in app.info[0].value


@pytest.mark.parametrize(("query", "says"), [
    ({"r": "1:0,0:5"}, "which is no range"),
    ({"r": "0.5:0.5,0:5"}, "which is no range"),
    ({"r": "-1:2,-3:5"}, None),  # leaves the domain: named on the picture
    ({"axes": "alpha,alpha"}, None),
    ({"axes": "nonsense,gamma"}, None),
    ({"r": "0:nan,0:5"}, "Ignored"),
    ({"r": "hello"}, "Ignored"),
])  # fmt: skip
def test_bad_ranges_are_named_and_nothing_breaks(query, says):
    app = opened("landscapes", loss="focal", **query)
    assert not app.exception
    said = " ".join(w.value for w in app.warning)
    assert (says in said) if says else not said


@pytest.mark.parametrize("what", view.WHAT)
def test_each_height_draws_and_two_losses_stand_beside_each_other(what):
    app = opened("landscapes", loss="tversky", what=what, against="focal")
    assert not app.exception and not app.warning


def test_curves_give_the_numbers_at_p():
    app = opened("landscapes", mode="curve", curves="bce,mse", p="0.5", wrt="probability")
    table = next(m.value for m in app.markdown if "Binary cross-entropy |" in m.value)
    assert not app.exception
    # At the nearest p drawn: −1/p and 2(p − 1) on the object.
    slopes = [float(line.split("|")[3]) for line in table.splitlines()[2:]]
    assert slopes[0] == pytest.approx(-2, rel=0.02) and slopes[1] == pytest.approx(-1, rel=0.02)


@pytest.mark.parametrize("move", view.MOVES)
def test_every_move_draws_on_the_standard_scene(move):
    app = opened("landscapes", mode="geometry", move=move)
    assert not app.exception and not app.button


def test_no_loss_chosen_is_a_hint():
    for mode, name in (("curve", "choose.curves"), ("geometry", "choose.moved")):
        app = opened("landscapes", mode=mode)
        app.multiselect(key=name).set_value([]).run()
        assert not app.exception and "Choose a loss" in app.info[0].value


# ---- Tune ------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", view.WISHES)
def test_every_wish_is_answered(wish):
    app = opened("tune", wish=wish, pair="lesion")
    assert not app.exception
    assert any("Measured" in m.value or "not possible" in m.value for m in app.markdown)


def test_using_an_answer_sets_the_dials():
    app = opened("tune", ratio="4")
    app.button(key="use.tversky").click().run()
    assert not app.exception
    found = next(a for a in ask.price_ratio(4.0) if a.loss.name == "tversky")
    assert float(app.query_params["tversky.alpha"]) == pytest.approx(found.dials["alpha"])
    assert app.query_params["loss"] == "tversky"
    assert (
        app.button(key="use.tversky").disabled and app.button(key="use.tversky").label == "In use"
    )


def test_what_cannot_be_is_refused_with_a_reason():
    app = opened("tune", wish="band", band="0")
    refused = [m.value for m in app.markdown if "not possible" in m.value]
    assert refused and not app.exception


def test_a_mix_is_built_and_lives_in_the_address():
    app = opened("tune", tune="mix", mix="2*dice+0.25*focal(gamma=3)")
    assert not app.exception
    value = float(next(m.value for m in app.markdown if m.value.startswith("Sum:")).split("**")[1])
    app.number_input(key="mix.weight.0").set_value(1.0).run()
    app.selectbox(key="mix.loss.1").set_value("bce").run()
    next(b for b in app.button if b.label == "Add a loss").click().run()
    assert not app.exception
    mixed = text.parse(app.query_params["mix"])
    assert [(p.loss.name, p.weight) for p in mixed.parts] == [
        ("dice", 1.0), ("bce", 0.25), ("boundary", 0.1)
    ]  # fmt: skip
    app.button(key="mix.drop.0").click().run()
    assert not app.exception and text.parse(app.query_params["mix"]).parts[0].loss.name == "bce"
    assert value > 0


def test_a_mix_that_means_nothing_is_named():
    app = opened("tune", tune="mix", mix="2*dise")
    assert not app.exception and "Ignored" in app.warning[0].value


def test_the_pages_say_what_to_do_first():
    for page, query in (("landscapes", {}), ("tune", {}), ("tune", {"tune": "mix"})):
        assert len(words(opened(page, **query)).split("\n")[0]) > 0
