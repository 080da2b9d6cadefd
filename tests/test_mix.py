"""A mix is a loss: every law holds for it, its value is the sum, and its script computes it."""

from __future__ import annotations

import builtins
import copy
import math
import pickle

import numpy as np
import pytest
import torch

import segloss_core
from segloss_core import LOSSES, Note, Pixels, kinds, maps
from segloss_core.export import snippet, standalone, training
from segloss_core.mix import MOST, Mix, mix
from segloss_core.mix.formulas import renamed
from segloss_core.mix.schedule import ramp, rebalanced, schedule
from segloss_core.mix.text import parse, written
from segloss_core.pair import Pair, Prediction
from segloss_core.study import Study

from . import references
from .laws import LAWS, claims_hold, declares_itself, same, scene, settings

TWO = [("tversky", 0.7, {"alpha": 0.2}), ("tversky", 1.3, {"alpha": 0.9, "smooth": 2.0})]
WINDOWS = [("ssl_correlation", 1.0, {"window": 3}), ("ssl_correlation", 0.5, {"window": 5})]
MIXES = {
    "dice and bce": mix({"dice": 1.0, "bce": 0.5}),
    "one loss twice": mix(TWO),
    "with a place": mix([("dice", 0.5), ("boundary", 0.3), ("hausdorff_dt", 0.01)]),
    "compounds": mix({"combo": 1.0, "exp_log": 0.4, "unified_focal_sym": 2.0}),
    "constants twice": mix(WINDOWS),
    "automatic": mix([("balanced_bce", 2.0), ("focal_tversky", 1.0, {"gamma": 2.0}), "mcc"]),
}
WHERE_IT_APPLIES = [law for law in LAWS if law not in (claims_hold, declares_itself)]


def reference(made: Mix):
    """The plain sum of the parts' plain formulas."""

    def value(of, **dials):
        total = 0.0
        for part in made.parts:
            own = {k: dials[part.dial(k)] for k in part.loss.dials if part.dial(k) in dials}
            total += dials[part.weight_dial] * references.REFERENCES[part.loss.name](of, **own)
        return total

    return value


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The laws find a mix's plain formula and settings where they find those of a loss."""
    for made in MIXES.values():
        monkeypatch.setitem(references.REFERENCES, made.name, reference(made))
        other = {part.weight_dial: 0.25 + i for i, part in enumerate(made.parts)}
        other |= {
            part.dial(k): v for part in made.parts for k, v in settings(part.loss)[-1].items()
        }
        monkeypatch.setitem(references.SETTINGS, made.name, (other,))


@pytest.mark.parametrize("law", WHERE_IT_APPLIES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", MIXES)
def test_law(name, law):
    law(MIXES[name], segloss_core)


@pytest.mark.parametrize("name", MIXES)
def test_value_share_floor_and_notes_are_those_of_the_parts(name):
    made = MIXES[name]
    z, y = scene()
    for target in (y, torch.zeros_like(y)):
        whole = made.at(Pixels.from_logits(z, target))
        parts = [(p, p.loss.at(Pixels.from_logits(z, target), **dict(p.dials))) for p in made.parts]
        same(whole.value, sum(p.weight * float(a.value) for p, a in parts), 1e-13)
        same(whole.share(), sum(p.weight * a.share() for p, a in parts), 1e-12)
        same(whole.floor, sum(p.weight * float(a.floor) for p, a in parts), 1e-13)
        assert {n for n, w in whole.notes.items() if w} == {
            n for _, a in parts for n, w in a.notes.items() if w
        }


def test_a_part_of_weight_zero_adds_no_note():
    z, y = scene()[0], torch.zeros(11, 14)
    made = mix({"dice": 1.0, "boundary": 1.0})
    assert made.at(Pixels.from_logits(z, y)).note == Note.NO_BOUNDARY_IN_TARGET
    notes = made.at(Pixels.from_logits(z, y), w_boundary=torch.tensor([0.0, 2.0])).notes[
        Note.NO_BOUNDARY_IN_TARGET
    ]
    assert notes.tolist() == [False, True]


def test_a_repeated_loss_does_not_drive_out_the_constants_of_its_twin():
    made, px = MIXES["constants twice"], Pixels.from_logits(*scene())
    made.at(px)
    kept = [x["moments"][1] for x in (px.fields, px.fields["of ssl_correlation_2"][1], px.frozen)]
    made.at(px)
    again = [x["moments"][1] for x in (px.fields, px.fields["of ssl_correlation_2"][1], px.frozen)]
    assert all(a is b for a, b in zip(kept, again, strict=True))


def test_weights_are_a_grid_and_can_be_learned():
    made, (z, y) = MIXES["dice and bce"], scene()
    w, s = torch.tensor([0.0, 0.5, 1e6]), torch.tensor([[0.5], [3.0]])
    grid = made(z, y, w_bce=w, dice__smooth=s)
    assert grid.shape == (2, 3)
    same(grid[1, 2], LOSSES["dice"](z, y, smooth=3.0) + 1e6 * LOSSES["bce"](z, y), 1e-12)
    weight = torch.nn.Parameter(torch.tensor(0.5, dtype=torch.float64))
    criterion = made.criterion(w_bce=weight, dice__smooth=2.0)
    criterion(z[None, None], y[None, None]).backward()
    same(weight.grad, LOSSES["bce"](z, y), 1e-12)
    assert [name for name, _ in criterion.named_parameters()] == ["w_bce"]
    again = pickle.loads(pickle.dumps(criterion))
    same(again(z, y), criterion(z, y), 0)
    buffered = made.criterion(w_dice=torch.tensor(2.0))
    assert set(buffered.state_dict()) == {"w_dice"}


def test_equal_mixes_are_one_key_of_a_cache():
    a, b = mix({"dice": 1, "bce": 0.5}), mix([("dice", 1.0), (LOSSES["bce"], 0.5)])
    assert a == b and hash(a) == hash(b) and a is not b
    assert a != mix({"dice": 1, "bce": 0.6}) and a != LOSSES["dice"]
    assert pickle.loads(pickle.dumps(a)) == a == copy.deepcopy(a)
    assert pickle.loads(pickle.dumps(mix(TWO))) == mix(TWO)


def test_dials_say_whose_they_are_and_presets_come_along():
    made = mix(TWO)
    assert list(made.dials)[:4] == ["w_tversky", "w_tversky_2", "tversky__alpha", "tversky__beta"]
    assert made.defaults["tversky_2__alpha"] == 0.9 and made.defaults["tversky__alpha"] == 0.2
    symbols = [dial.param.symbol for dial in made.dials.values()]
    assert len(set(symbols)) == len(symbols)
    assert made.presets["tversky_2: Jaccard"]["tversky_2__beta"] == 1.0
    for setting in made.presets.values():
        for name, value in setting.items():
            made.dials[name].check(made.name, value)


@pytest.mark.parametrize("name", MIXES)
def test_the_card_is_complete_and_every_symbol_stands_in_the_formula(name):
    made = MIXES[name]
    assert made.effect.endswith(".") and len(made.effect) <= 120
    for text in (made.title, made.story, made.problems, made.belongs, made.unit, made.source):
        assert text.strip()
    for dial in made.dials.values():
        assert dial.param.symbol in made.formula, dial.name
        if dial.default is not None:
            low, high = dial.param.shown
            assert low <= dial.default <= high
    assert made.formula.count("{") == made.formula.count("}")


def test_renaming_leaves_words_and_commands_alone():
    latex = r"\sum_i s + DSC + \text{is} + \alpha_t - \alphabet"
    assert renamed(latex, {"s": "S", r"\alpha": "{A}"}) == (
        r"\sum_i S + DSC + \text{is} + {A}_t - \alphabet"
    )


def test_what_is_no_mix_is_refused():
    with pytest.raises(ValueError, match="no loss 'dcie'; is it dice"):
        mix({"dcie": 1})
    with pytest.raises(ValueError, match="weight of dice must be a number from 0 to 1000000"):
        mix({"dice": -1})
    with pytest.raises(ValueError, match="weight of dice"):
        mix({"dice": math.nan})
    with pytest.raises(ValueError, match="at least one loss"):
        mix({})
    with pytest.raises(ValueError, match=f"at most {MOST}"):
        mix(["dice"] * (MOST + 1))
    with pytest.raises(ValueError, match="cannot be a part"):
        mix([mix({"dice": 1})])
    with pytest.raises(TypeError, match="tversky has no dial 'gamma'"):
        mix([("tversky", 1, {"gamma": 2})])
    with pytest.raises(TypeError, match="has no dial 'smooth'"):
        mix({"dice": 1}, smooth=2)
    with pytest.raises(ValueError, match="focal: gamma must lie"):
        mix([("focal", 1, {"gamma": -1})])
    with pytest.raises(ValueError, match="a grid of dice__smooth is given when"):
        mix({"dice": 1}, dice__smooth=torch.tensor([1.0, 2.0]))
    with pytest.raises(ValueError, match="dice: a grid of smooth"):
        mix([("dice", 1, {"smooth": torch.tensor([1.0, 2.0])})])
    with pytest.raises(ValueError, match="w_dice must lie"):
        MIXES["dice and bce"](*scene(), w_dice=-1.0)


# ---- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", MIXES.values(), ids=MIXES)
def test_text_comes_back(made):
    assert parse(written(made)) == made
    odd = made.with_dials(**{made.parts[0].weight_dial: 1e-7 / 3})
    assert parse(written(odd)) == odd
    # In an address a + may arrive as a blank.
    assert parse(written(odd).replace("+", " ")) == odd


def test_text_is_short_and_readable():
    assert written(mix({"dice": 1, "bce": 0.5})) == "1*dice+0.5*bce"
    assert written(mix(TWO)) == "0.7*tversky(alpha=0.2)+1.3*tversky(alpha=0.9,smooth=2)"
    made = mix([("balanced_bce", 1, {"beta": 0.25})])
    assert written(made) == "1*balanced_bce(beta=0.25)"
    assert written(made, {"balanced_bce__beta": None}) == "1*balanced_bce"
    assert parse("dice + 2 * focal( gamma = 3 )") == mix([("dice", 1), ("focal", 2, {"gamma": 3})])
    assert parse("1*balanced_bce(beta=auto)") == mix(["balanced_bce"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one"),
        ("1*", "expected weight"),
        ("1*dice+", "missing after the last"),
        ("1*dice++bce", "expected weight"),
        ("1*dice*bce", "expected \\+ and the next loss at '\\*bce'"),
        ("1*dice(smooth", "expected \\+ and"),
        ("1*dice(smooth)", "expected dial=value, got 'smooth'"),
        ("1*dice(smooth=1,smooth=2)", "given twice"),
        ("1*dice(gamma=1)", "dice has no dial 'gamma'"),
        ("1*dice(smooth=-1)", "dice: smooth must lie"),
        ("-1*dice", "weight of dice"),
        ("1e999*dice", "weight of dice"),
        ("1*dice(smooth=auto)", "no automatic value"),
        ("1*dcie", "is it dice"),
        ("+".join(["dice"] * 20), "at most"),
        ("<script>", "expected weight"),
        ("1" * 3000, "at most 2000 characters"),
        ("1" * 2000, "expected weight"),
    ],
)
def test_text_that_means_nothing_says_where(text, says):
    with pytest.raises(ValueError, match=says):
        parse(text)


# ---- code ----------------------------------------------------------------------------------------


def function(made: Mix, dials):
    def only(module, *rest, **more):
        assert module.split(".")[0] in ("torch", "math", "collections"), f"imports {module}"
        return __import__(module, *rest, **more)

    room = {"__builtins__": {**vars(builtins), "__import__": only}}
    exec(compile(standalone(made, dials), made.name, "exec"), room)
    return room[made.name]


HELPERS_MEET = {
    "a loss and its compound": mix([("dice_bce", 1.0), ("dice", 2.0), ("bce", 0.5)]),
    "the compound second": mix([("dice", 2.0), ("dice_cldice", 1.0), ("cldice", 0.5)]),
    "overlaps": mix(["unified_focal_sym", "unified_focal_asym", "focal", "ssim", "histoseg"]),
}


@pytest.mark.parametrize("name", [*MIXES, *HELPERS_MEET])
def test_the_plain_script_has_value_and_gradient(name):
    made = {**MIXES, **HELPERS_MEET}[name]
    for dials in settings(made):
        plain = function(made, dials)
        for target in (scene()[1], torch.zeros(11, 14, dtype=torch.float64)):
            results = []
            for value_of in (lambda a, b, d=dials: made(a, b, **d), plain):
                leaf = scene()[0].requires_grad_()
                value = value_of(leaf, target)
                results.append((value, *torch.autograd.grad(value, leaf)))
            same(results[1][0], results[0][0], 1e-10)
            same(results[1][1], results[0][1], 1e-10)


def test_every_two_losses_can_share_a_script(monkeypatch):
    """Each loss is written once and joined often: writing it is tried elsewhere."""
    scripts = {name: standalone(loss, {}) for name, loss in LOSSES.items()}
    monkeypatch.setattr("segloss_core.mix.plain.standalone", lambda loss, _: scripts[loss.name])
    for other in LOSSES:
        for base in ("dice", "focal_tversky", "hausdorff_dt"):
            made, (z, y) = mix([(base, 0.5), (other, 2.0)]), scene()
            same(function(made, {})(z, y), made(z, y), 1e-10)


def test_helpers_of_one_name_and_other_content_are_kept_apart(monkeypatch):
    def script(loss, _):
        factor = {"dice": 2.0, "bce": 3.0}[loss.name]
        smooth = ", smooth=1.0" if loss.name == "dice" else ""
        return (
            f"import torch\nscale = {factor}\ndef helper(x):\n    return scale * x\n"
            f"def {loss.name}(logits, target{smooth}):\n    return helper(logits.sum())"
        )

    monkeypatch.setattr("segloss_core.mix.plain.standalone", script)
    z, y = scene()
    value = function(mix({"dice": 1.0, "bce": 10.0}), {})(z, y)
    same(value, (2.0 + 30.0) * z.sum(), 1e-12)


def test_scripts_of_this_library_rebuild_the_mix():
    made, (z, y) = mix(TWO), scene()
    dials = {**made.defaults, "w_tversky": 3.0}
    room = {"logits": z[None, None].clone().requires_grad_(), "target": y[None, None]}
    exec(training(made, dials), room)
    same(room["value"], made(z, y, w_tversky=3.0), 1e-13)
    assert float(room["logits"].grad.abs().sum()) > 0
    source = "class prediction:\n    logits = staticmethod(lambda: Z)\ntarget = Y"
    room = {"Z": z.numpy(), "Y": y.numpy()}
    exec(snippet(made, dials, "logit", source, 0.0), room)
    same(room["value"], made(z, y, w_tversky=3.0), 1e-13)
    same(room["gradient"], maps.gradient(made, z, y, w_tversky=3.0), 1e-13)


# ---- a pair --------------------------------------------------------------------------------------


def study() -> Study:
    random = np.random.default_rng(0)
    target = np.zeros((30, 40), np.uint8)
    target[8:20, 10:25] = 1
    codes = (60 + 120 * target + random.integers(0, 60, target.shape)).astype(np.uint8)
    return Study(Pair(None, target, Prediction.coded(codes), "test"))


@pytest.mark.parametrize("name", MIXES)
def test_a_study_answers_for_a_mix(name):
    made, pair = MIXES[name], study()
    value = pair.value(made)
    parts = [p.weight * pair.value(p.loss, **dict(p.dials)).value for p in made.parts]
    assert value.value == pytest.approx(sum(parts), rel=1e-12)
    assert pair.by_kinds(made) == (not any(p.loss.positional for p in made.parts))
    share, slope = pair.dense(pair.maps(made))
    same(share.sum(), value.value - value.floor, 1e-12)
    assert slope.shape == (30, 40)
    paying = pair.payers(pair.maps(made), 0.5)
    assert paying is not None and 0 < paying.boundary_band <= 1
    worked = pair.worked(made, (9, 11))
    assert worked.value == pytest.approx(share[9, 11], rel=1e-9)
    if name == "automatic":
        assert pair.automatic(made) == {"balanced_bce__beta": pytest.approx(1020 / 1200)}
    if not made.positional:
        table = kinds.tables(made, pair.kinds)
        assert table.value == pytest.approx(value.value, rel=1e-12)


# ---- schedules -----------------------------------------------------------------------------------


def test_ramps_go_from_start_to_end_and_stay():
    up = ramp(0.01, 1.0, 99)
    assert [up.at(e) for e in (0, 1, 98)] == pytest.approx([0.01, 0.02, 0.99])
    assert up.at(99) == up.at(1000) == 1.0
    assert ramp(1, 0, 4, "cosine").at(2) == pytest.approx(0.5)
    assert ramp(1, 0, 4, "cosine").at(1) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)
    assert [ramp(2, 5, 3, "step").at(e) for e in range(5)] == [2, 2, 2, 5, 5]


def test_a_rebalanced_sum_pushes_like_the_plain_one():
    (z, y), made = scene(), mix({"dice": 1.0, "boundary": 1.0})
    plan = schedule({"dice": 1.0, "boundary": rebalanced(0.01, 0.99, 98)})
    for epoch in (0, 30, 98):
        alpha = 0.01 + 0.01 * epoch
        ours = maps.gradient(made, z, y, **plan.at(epoch))
        theirs = maps.gradient(made, z, y, w_dice=1 - alpha, w_boundary=alpha)
        same(ours * (1 - alpha), theirs, 1e-12)


@pytest.mark.parametrize("kind", ["linear", "cosine", "step"])
@pytest.mark.parametrize("make", [ramp, rebalanced])
def test_the_code_to_copy_gives_the_weights(kind, make):
    plan = schedule({"dice": 1.0, "boundary": make(0.01, 0.5, 7, kind)})
    room: dict = {}
    exec(plan.code(), room)
    table = plan.table(10)
    for epoch, weights in enumerate(table):
        assert room["weights"](epoch) == pytest.approx(weights, rel=1e-15)
    made = mix({"dice": 1.0, "boundary": 1.0})
    assert all(
        float(made(*scene(), **weights)) == float(made(*scene(), **weights)) for weights in table
    )
    assert table[0]["w_boundary"] < table[-1]["w_boundary"]


@pytest.mark.parametrize(
    "bad",
    [
        lambda: ramp(-1, 1, 5),
        lambda: ramp(0, 1, 0),
        lambda: ramp(0, 1, 2.5),
        lambda: ramp(0, 1, 5, "sine"),
        lambda: ramp(0, 1, 5).at(-1),
        lambda: rebalanced(0, 1, 5),
        lambda: schedule({"dice": -1}),
    ],
)
def test_a_schedule_that_means_nothing_is_refused(bad):
    with pytest.raises(ValueError):
        bad()
