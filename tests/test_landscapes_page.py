"""The Landscapes and Tune pages as links open them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from pages.parts import view
from pages.parts.axes import Range
from pages.parts.browser import Dial
from segloss_core import LOSSES, ask, exhibit
from segloss_core.mix import text
from segloss_core.moves import over_moves
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from .opened import opened


def _nuclei() -> tuple[torch.Tensor, torch.Tensor]:
    pair = SCENES["nuclei"].draw()
    return torch.tensor(pair.prediction.logits()), torch.tensor(pair.target)


QUICK = [name for name, loss in LOSSES.items() if len(loss.dials) > 1 and not loss.positional]
SLOW = [name for name, loss in LOSSES.items() if len(loss.dials) > 1 and loss.positional]


@pytest.mark.parametrize("page", ["landscapes", "tune"])
def test_another_pair_draws_anew(page):
    app = opened(page, loss="tversky")
    app.selectbox(key="choose.pair").set_value("vessels").run()
    assert not app.exception


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
    ({"r": "focal,1:0,0:5"}, "which is no range"),
    ({"r": "focal,0.5:0.5,0:5"}, "which is no range"),
    ({"r": "focal,-1:2,-3:5"}, None),  # leaves the domain: named on the picture
    ({"axes": "alpha,alpha"}, None),
    ({"axes": "nonsense,gamma"}, None),
    ({"r": "focal,0:nan,0:5"}, "Left out"),
    ({"r": "hello"}, "Left out"),
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
    assert not app.exception and not any(one.key == "moves.begin" for one in app.button)


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
    app = opened("tune", wish="band", part="0")
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
    assert value == pytest.approx(
        float(text.parse("2*dice+0.25*focal(gamma=3)")(*_nuclei())), rel=1e-3
    )


def test_a_mix_that_means_nothing_is_named():
    app = opened("tune", tune="mix", mix="2*dise")
    assert not app.exception and "Left out" in app.warning[0].value


# ---- what was once astray ---------------------------------------------------------------------


@pytest.mark.parametrize("query", [
    {"loss": "focal", "against": "focal"},
    {"loss": "focal", "against": "bce"},
    {"loss": "hausdorff_er", "against": "cldice"},
    {"mode": "curve", "curves": ",".join(list(LOSSES)[:9])},
    {"mode": "geometry", "moved": ",".join(list(LOSSES)[:9])},
    {"loss": "cldice", "axes": "smooth,iters", "r": "cldice,0:1,0:1e300"},
    {"loss": "cldice", "axes": "smooth,iters", "r": "cldice,0:1,0:1e6"},
    {"loss": "focal", "r": "focal,-1.7e308:1.7e308,0:1"},
    {"loss": "focal", "r": "focal,0:1"},
    {"loss": "focal", "r": "tversky,0:1,0:1"},
])  # fmt: skip
def test_odd_addresses_draw_or_say_what_was_left_out(query):
    app = opened("landscapes", **query)
    assert not app.exception


def test_a_mix_of_one_loss_has_its_surface_too():
    app = opened("tune", tune="mix", mix="1*dice")
    assert not app.exception
    app = opened("tune", tune="mix")
    app.button(key="mix.drop.1").click().run()
    assert not app.exception


def test_dials_stay_while_a_slow_surface_waits():
    app = opened("tune", tune="mix", mix="1*hausdorff_dt", pair="lesion")
    assert not app.exception and any(b.label == "Work it out" for b in app.button)
    assert app.session_state["_pins_viewer"] is not None, "the pictures were shown"


def test_ranges_belong_to_their_loss():
    app = opened("landscapes", loss="focal", r="focal,0:0.5,0:1")
    box = next(x for x in app.number_input if x.key.endswith("alpha.1"))
    assert box.value == 0.5
    app.selectbox(key="choose.surface").select("tversky").run()
    assert not app.exception
    assert next(x for x in app.number_input if x.key.endswith("alpha.1")).value == 1.0


def test_a_surface_that_differs_by_rounding_alone_is_flat():
    app = opened("landscapes", loss="focal_tversky", axes="gamma,smooth", what="price")
    assert not app.exception and any("Flat" in info.value for info in app.info)


def test_whole_axes_are_even_and_end_where_they_say():
    def made(step: float, low: float, high: float) -> list[float]:
        dial = Dial("k", "k", "k", "", low, high, step, 1.0, 1.0, whole=True)
        return Range(dial, (low, high)).values(15).tolist()

    assert made(1, 1, 20) == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]
    assert made(2, 2, 61)[:3] == [3, 7, 11] and set(np.diff(made(2, 2, 61))) == {4}
    assert made(1, 0.2, 0.8) == []
    assert len(made(1, 0, 1e6)) <= 15


def test_what_the_moves_teach_is_so_on_the_standard_scene():
    study = Study(exhibit.standard())
    names = ("bce", "dice", "boundary", "hausdorff_dt")
    losses = [LOSSES[name] for name in names]
    far = dict(
        zip(names, over_moves(study, losses, "shift", [-64, -48], [0]).values[..., 0], strict=True)
    )
    assert abs(far["dice"][0] / far["dice"][1] - 1) < 0.05
    assert far["hausdorff_dt"][0] > 1.5 * far["hausdorff_dt"][1]
    grown = over_moves(study, losses, "grow × blur", [0, 8], [0]).values[..., 0]
    rise = dict(zip(names, (grown[:, 1] - grown[:, 0]) / abs(grown[:, 0]), strict=True))
    assert min(rise["boundary"], rise["hausdorff_dt"]) > max(rise["bce"], rise["dice"]) > 0
    blurred = over_moves(study, losses, "grow × blur", [0], [0, 4]).values[:, 0]
    assert blurred[0, 1] < blurred[0, 0] and blurred[1, 1] > blurred[1, 0]
    sure = over_moves(study, losses, "temperature × bias", [0.5, 1], [0]).values[..., 0]
    assert sure[0, 0] > sure[0, 1] and sure[1, 0] < sure[1, 1]
