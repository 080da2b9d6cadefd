"""Replays of losses: the same as the plain loss of the image, in float64, wherever it is defined."""

import threading
from itertools import cycle, pairwise

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, kinds, replay
from segloss_core.landscape import over_dials
from segloss_core.maps import answer_at
from segloss_core.mix import mix
from segloss_core.pixels import Pixels
from segloss_core.replay.record import Recording
from segloss_core.scenes import SCENES
from segloss_core.spec import Answer, Arithmetic, Loss
from segloss_core.study import Study

# Named, so that a loss that quietly is replayed no more is noticed.
REPLAYED = {
    "asymmetric", "balanced_bce", "bce", "bi_tempered", "combo", "dice", "dice_bce",
    "dice_semimetric", "exp_log", "fbeta", "focal", "focal_tversky", "gce", "generalized_dice",
    "histoseg", "jaccard", "label_smoothing_bce", "log_cosh_dice", "lovasz_hinge",
    "lovasz_sigmoid", "mae", "mcc", "mse", "noise_robust_dice", "poly1_bce", "poly1_focal",
    "power_jaccard", "quality_focal", "reduced_focal", "sensitivity_specificity", "soft_f1",
    "squared_dice", "tanimoto_complement", "topk_bce", "tversky", "unified_focal_asym",
    "unified_focal_sym", "weighted_bce",
}  # fmt: skip
EIGHT_BIT = SCENES["nuclei"].draw(64).prediction.table


def settings(loss):
    """The defaults; unequal values; every end of a domain that belongs to it, or nearly."""
    found = [{}]
    for part in (0.21, 0.73):
        turned = {}
        for i, (name, dial) in enumerate(loss.dials.items()):
            low, high = dial.param.shown
            turned[name] = low + (part + 0.061 * i) * (high - low)
        found.append(turned)
    for name, dial in loss.dials.items():
        ends = [x for end in dial.param.bounds for x in (end, end * (1 - 1e-9), end + 1e-9)]
        ends = [x for x in (*ends, *dial.param.shown) if dial.param.contains(x)]
        found += [{name: x} for x in dict.fromkeys(ends)]
        if dial.param.automatic is not None:
            found.append({name: None})
    return found


def replayed(loss, found, wrt="logit", **dials):
    """Tables of a replay: recorded first, so that the loss itself has no way to answer."""
    setting = loss.setting(**dials)
    assert isinstance(replay.prepared(loss, found.row, setting), Recording), loss
    said = replay.say(loss, found.row, setting, ("share", wrt))
    assert said is not None
    tables = kinds.tables(loss, found, wrt=wrt, **dials)
    assert (tables.value, tables.floor, tables.note) == said[:3]
    assert kinds.value_of(loss, found, **dials) == said[:3]
    return tables


def check(loss, codes, target, levels, *, wrts=("logit", "probability"), **dials):
    code = kinds.code(codes, target)
    found = kinds.Kinds.of(code, levels)
    z, y = torch.from_numpy(levels[codes]), torch.from_numpy(target.astype(np.float64))
    for wrt in wrts:
        answer, gradient = answer_at(loss, Pixels.from_logits(z, y), wrt=wrt, **dials)
        tables = replayed(loss, found, wrt, **dials)
        value, floor = answer.value.item(), torch.as_tensor(answer.floor).item()
        scale = max(abs(value), 1e-300)
        where = f"{loss.name} {dials} {wrt}"
        assert abs(tables.value - value) <= 1e-12 * scale, where
        assert abs(tables.floor - floor) <= 1e-12 * scale, where
        assert tables.note is answer.note, where
        with torch.no_grad():
            share = answer.share()
        for table, plane in ((tables.share, share), (tables.gradient, gradient)):
            assert table.shape == (512,)
            right, mine = plane.numpy(), kinds.unfold(table, code)
            assert np.isfinite(mine).all(), where
            close = 1e-12 * max(abs(right).max(), 1e-300)
            if plane is gradient and abs(mine - right).max() > close:
                # The formula cancels here, and PyTorch loses as much between pixels and kinds.
                slope = answer_at(loss, found.pixels, wrt=wrt, **dials)[1].numpy()[0]
                plain = kinds.unfold(slope / np.maximum(found.count, 1), code)
                close = 4 * abs(plain - right).max()
                assert close <= 1e-8 * abs(right).max(), where
            assert abs(mine - right).max() <= close, where


def losses():
    return [loss for loss in LOSSES.values() if not loss.positional]


def test_all_that_are_expected_are_replayed():
    assert {loss.name for loss in losses()} == REPLAYED


@pytest.mark.parametrize("name", sorted(REPLAYED))
@pytest.mark.parametrize("scene", sorted(SCENES))
def test_scenes(name, scene):
    pair = SCENES[scene].draw(64)
    for dials, wrt in zip(settings(LOSSES[name]), ("logit", "probability"), strict=False):
        loss, prediction = LOSSES[name], pair.prediction
        check(loss, prediction.codes, pair.target, prediction.table, wrts=(wrt,), **dials)


@pytest.mark.parametrize("name", sorted(REPLAYED))
def test_every_end_of_every_dial(name):
    pair = SCENES["lesion"].draw(64)
    for dials in settings(LOSSES[name]):
        check(LOSSES[name], pair.prediction.codes, pair.target, pair.prediction.table, **dials)


def pairs():
    """Masks that are empty, full or one pixel; predictions random, right, wrong."""
    random = np.random.default_rng(7)
    size = (9, 11)
    one = np.zeros(size, dtype=np.uint8)
    one[4, 5] = 1
    masks = [one * 0, one * 0 + 1, one, 1 - one, random.integers(0, 2, size, dtype=np.uint8)]
    for mask in masks:
        guesses = [random.integers(0, 256, size, dtype=np.uint8), 255 * mask, 255 * (1 - mask)]
        for guess in guesses:
            yield guess, mask


LEVELS = {
    "8 bits": EIGHT_BIT,
    "hard, sure": np.where(np.arange(256) < 128, -1e4, 1e4),
    "from −10⁴ to 10⁴": np.sign(np.linspace(-1, 1, 256)) * 10 ** abs(np.linspace(-4, 4, 256)),
    "around underflow": np.linspace(-760, 760, 256),
    "nearly 0": np.linspace(-1e-9, 1e-9, 256),
    "few and equal": np.round(np.linspace(-2, 2, 256)),
}


@pytest.mark.parametrize("name", sorted(REPLAYED))
@pytest.mark.parametrize("levels", LEVELS)
def test_masks_and_levels_at_their_extremes(name, levels):
    for (codes, target), dials in zip(pairs(), cycle(settings(LOSSES[name])[:2]), strict=False):
        check(LOSSES[name], codes, target, LEVELS[levels], wrts=("logit",), **dials)


# ---- sweeps ---------------------------------------------------------------------------------------


def axis(dial, n):
    """From one end of the slider to the other, where the domain has them."""
    low, high = dial.param.shown
    values = np.linspace(low, high, n)
    return values[[dial.param.contains(float(x)) for x in values]]


@pytest.mark.parametrize("name", sorted(n for n in REPLAYED if LOSSES[n].dials))
def test_sweeps_over_one_and_two_dials(name):
    loss = LOSSES[name]
    swept = list(loss.dials.values())
    grids = [{d.name: axis(d, 5)} for d in swept]
    grids += [{a.name: axis(a, 5)[:, None], b.name: axis(b, 7)[None]} for a, b in pairwise(swept)]
    masks = list(pairs())
    nuclei = SCENES["nuclei"].draw(64)
    for codes, target in [(nuclei.prediction.codes, nuclei.target), *masks[::4]]:
        found = kinds.Kinds.of_pair(codes, target, EIGHT_BIT)
        for axes in grids:
            setting = loss.setting(**{k: float(values.flat[1]) for k, values in axes.items()})
            assert isinstance(replay.prepared(loss, found.row, setting), Recording)
            said = replay.sweep(loss, found.row, setting, axes)
            assert said is not None, f"{name} over {list(axes)}"
            with torch.no_grad():
                answer = loss.at(found.pixels, **{k: torch.from_numpy(v) for k, v in axes.items()})
            value, floor, notes = said
            for mine, right in ((value, answer.value), (floor, answer.floor)):
                right = torch.as_tensor(right).numpy()
                assert abs(mine - right).max() <= 1e-12 * max(abs(right).max(), 1e-300)
            assert list(notes) == list(answer.notes)
            for note, where in answer.notes.items():
                assert (np.broadcast_to(notes[note], where.shape) == where.numpy()).all()


def test_a_landscape_is_the_same_before_and_after_it_is_recorded():
    study, loss = Study(SCENES["lesion"].draw(64)), LOSSES["unified_focal_sym"]
    axes = {"gamma": np.linspace(0, 0.9, 6), "delta": [-1, 0, 0.5, 1]}
    plain = over_dials(study, loss, axes, lam=0.21)
    replay.prepared(loss, study.kinds.row, loss.setting())
    found = over_dials(study, loss, axes, lam=0.21)
    assert found.notes == plain.notes == {}
    assert found.undefined.keys() == plain.undefined.keys() and len(found.undefined) == 1
    assert np.nanmax(abs(found.surface / plain.surface - 1)) <= 1e-12
    assert (np.isnan(found.surface) == np.isnan(plain.surface)).all()


# ---- what is not replayed -------------------------------------------------------------------------


def declared(body, monkeypatch):
    """A loss of a body, as if it had a file."""
    body.__module__, body.__name__ = "segloss_core.losses.distribution.bce", "bce"
    loss = Loss(body, formula="", source="", claims=(), pixel=Arithmetic("0", "0"), presets={})
    monkeypatch.setattr(loss, "positional", False, raising=False)
    return loss


def branching(px):
    """Another formula where most pixels are objects: decided by a number out of a tensor."""
    cost = px.e if px.n1 > px.n0 else px.ce
    return Answer(px.mean(cost), lambda: px.spread(cost))


def through_numpy(px):
    """A number that leaves PyTorch and comes back, unseen."""
    half = torch.from_numpy(np.median(px.p.detach().numpy(), keepdims=True).copy())
    cost = px.ce * half
    return Answer(px.mean(cost), lambda: px.spread(cost))


def unheard_of(px):
    """An operation that is not in the table."""
    cost = torch.special.i0(px.e)
    return Answer(px.mean(cost), lambda: px.spread(cost))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (branching, "decides"),
        (through_numpy, "differs"),
        (unheard_of, "not in the table"),
    ],
)
def test_what_cannot_be_replayed_is_answered_by_the_loss(body, why, monkeypatch):
    loss = declared(body, monkeypatch)
    for codes, target in pairs():
        code = kinds.code(codes, target)
        found = kinds.Kinds.of(code, EIGHT_BIT)
        assert why in replay.prepared(loss, found.row, {})
        z, y = torch.from_numpy(EIGHT_BIT[codes]), torch.from_numpy(target.astype(np.float64))
        answer = loss.at(Pixels.from_logits(z, y))
        if body is not through_numpy:  # a median of kinds is another one
            for tables in (kinds.tables(loss, found), kinds.tables(loss, found)):
                assert tables.value == pytest.approx(answer.value.item(), rel=1e-12)


def test_two_questions_are_answered_by_the_loss_and_the_third_by_a_replay():
    pair = SCENES["nuclei"].draw(64)
    found = kinds.Kinds.of(kinds.code(pair.prediction.codes, pair.target), pair.prediction.table)
    loss = mix({"dice": 0.125, "focal": 0.875, "balanced_bce": 0.5})
    setting = loss.setting()
    assert replay.say(loss, found.row, setting) is None
    assert replay.say(loss, found.row, setting, ("share", "logit")) is None
    said = replay.say(loss, found.row, setting)
    plain = loss.at(found.pixels)
    assert said is not None and said.value == pytest.approx(plain.value.item(), rel=1e-12)
    check(loss, pair.prediction.codes, pair.target, pair.prediction.table)
    check(loss, pair.prediction.codes, pair.target, pair.prediction.table, focal__gamma=0.3)


def test_dials_are_checked_and_grids_are_left_to_the_loss():
    pair = SCENES["nuclei"].draw(64)
    found = kinds.Kinds.of(kinds.code(pair.prediction.codes, pair.target), pair.prediction.table)
    replayed(LOSSES["dice"], found)
    with pytest.raises(ValueError, match="smooth must lie in"):
        kinds.tables(LOSSES["dice"], found, smooth=-1)
    with pytest.raises(TypeError, match="no dial 'smoth'"):
        kinds.value_of(LOSSES["dice"], found, smoth=1)
    with pytest.raises(ValueError, match="wrt must be"):
        kinds.tables(LOSSES["dice"], found, wrt="p")
    with pytest.raises(ValueError, match="where pixels lie"):
        kinds.value_of(LOSSES["ssim"], found)
    tables = kinds.tables(LOSSES["dice"], found, smooth=torch.tensor(3.0))
    plain = kinds.tables(LOSSES["dice"], found, smooth=3)
    assert tables.value == pytest.approx(plain.value, rel=1e-12)


def test_threads_record_once_and_agree(monkeypatch):
    pair = SCENES["nuclei"].draw(64)
    found = kinds.Kinds.of(kinds.code(pair.prediction.codes, pair.target), pair.prediction.table)
    loss, heard, values = mix({"tversky": 0.3, "poly1_bce": 0.6}), [], []
    record = replay.record
    monkeypatch.setattr(replay, "record", lambda *args: heard.append(1) or record(*args))

    def ask():
        values.extend(kinds.tables(loss, found).value for _ in range(3))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 1 and len(values) == 18
    assert values == pytest.approx([values[0]] * 18, rel=1e-12)


def test_answers_can_be_written_to():
    """What is kept for the next replay is not handed out."""
    pair = SCENES["nuclei"].draw(64)
    found = kinds.Kinds.of(kinds.code(pair.prediction.codes, pair.target), pair.prediction.table)
    for loss in losses():
        first = replayed(loss, found)
        again = kinds.tables(loss, found)
        again.share[:], again.gradient[:] = np.nan, np.nan
        last = kinds.tables(loss, found)
        assert (last.share == first.share).all() and (last.gradient == first.gradient).all()
