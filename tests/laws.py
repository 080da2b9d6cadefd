"""What every loss must obey. Each law raises AssertionError; a test per loss and law calls it.

Laws take the loss and the core it belongs to, so that a mutated copy of the core can be tried too.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import references
from .reference_scene import Scene

SIDE = (11, 14)
FORWARD = {"active_contour"}  # forward differences by definition: a mirror makes them backward ones


def scene(
    seed: int = 0, *, shape: tuple[int, int] = SIDE, gain: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Logits with mistakes of both kinds, and an object that is neither centred nor half the image."""
    random = np.random.default_rng(seed)
    y = np.zeros(shape)
    y[2:7, 3:9] = 1
    y[8:10, 11:13] = 1
    z = gain * (2 * (2 * y - 1) + random.normal(0, 3, shape))
    return torch.from_numpy(z), torch.from_numpy(y)


def same(a: Any, b: Any, tolerance: float) -> None:
    """Equal relative to the largest magnitude of what is expected."""
    # as_tensor alone would round a Python float to float32
    a, b = (torch.tensor(np.asarray(x), dtype=torch.float64) for x in (detached(a), detached(b)))
    assert a.shape == b.shape, (a.shape, b.shape)
    assert bool(torch.isfinite(a).all()), "not finite"
    error, scale = float((a - b).abs().max()), float(b.abs().max())
    assert error <= tolerance * scale + 1e-300, f"off by {error:.3g} of {scale:.3g}"


def detached(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else x


def settings(loss: Any) -> tuple[dict[str, float], ...]:
    return ({}, *references.SETTINGS.get(loss.name, ()))


def claims_hold(loss: Any, core: ModuleType) -> None:
    for claim in loss.claims:
        claim.check(loss, core.LOSSES)


def value_is_the_formula(loss: Any, core: ModuleType) -> None:
    reference = references.REFERENCES[loss.name]
    for seed, dials in enumerate(settings(loss)):
        z, y = scene(seed)
        full = {k: v for k, v in {**loss.defaults, **dials}.items() if v is not None}
        expected = reference(Scene(z.numpy(), y.numpy()), **full)
        same(loss(z, y, **dials), expected, 1e-10)


def value_is_the_formula_at_the_edges(loss: Any, core: ModuleType) -> None:
    """Empty, full and one-pixel targets; predictions that are flat, all one class, or tied."""
    z, y = scene()
    one = torch.zeros_like(y)
    one[5, 5] = 1
    reference = references.REFERENCES[loss.name]
    for target in (y, one, torch.zeros_like(y), torch.ones_like(y)):
        for logits in (z, z - 12, z + 12, z * 0, (z / 3).round()):
            for dials in settings(loss):
                full = {k: v for k, v in {**loss.defaults, **dials}.items() if v is not None}
                with np.errstate(all="ignore"):
                    try:
                        expected = reference(Scene(logits.numpy(), target.numpy()), **full)
                    except ZeroDivisionError:
                        continue  # 0/0 is decided by this project, not by the formula
                if np.isfinite(expected):
                    # The plain formula subtracts numbers near 1: compare on the scale of 1.
                    off = abs(float(loss(logits, target, **dials)) - expected)
                    assert off <= 1e-9 * max(1.0, abs(expected)), (off, expected, dials)


def dials_may_go_to_the_end(loss: Any, core: ModuleType) -> None:
    """Every value of a dial's domain gives a finite value and finite maps."""
    z, y = scene()
    for name, dial in loss.dials.items():
        low, high = dial.param.bounds
        for end in (x for x in (low, high) if np.isfinite(x)):
            inside = dial.param.contains(end)
            value = end if inside else low + 1e-9 if end == low else high - 1e-9
            if dial.kind == "whole":
                value = int(value) | 1
            for logits in (z, 30 * z):
                setting = {name: value}
                assert bool(torch.isfinite(loss(logits, y, **setting))), setting
                assert bool(torch.isfinite(core.maps.share(loss, logits, y, **setting)).all())
                slope = core.maps.gradient(loss, logits, y, **setting)
                assert bool(torch.isfinite(slope).all()), setting


def share_sums_to_value(loss: Any, core: ModuleType) -> None:
    for seed, dials in enumerate(settings(loss)):
        z, y = scene(seed)
        w = torch.rand(SIDE, dtype=torch.float64)
        for weight in (None, w):
            answer = loss.at(core.Pixels.from_logits(z, y, weight), **dials)
            share = core.maps.share(loss, z, y, weight, **dials)
            assert share.shape == z.shape
            assert float(share.min()) >= 0
            same(share.sum(), answer.value - answer.floor, 1e-12)


def gradient_is_the_slope(loss: Any, core: ModuleType) -> None:
    for seed, dials in enumerate(settings(loss)):
        z, y = scene(seed)
        px = core.Pixels.from_logits(z, y)
        loss.at(px, **dials)  # fills what the loss declares constant
        z.requires_grad_()
        torch.autograd.gradcheck(
            lambda x, px=px, dials=dials: loss.at(px.moved(x), **dials).value,
            (z,),
            atol=1e-7,
            rtol=1e-5,
        )


def gradient_maps_agree_with_autograd(loss: Any, core: ModuleType) -> None:
    for seed, dials in enumerate(settings(loss)):
        z, y = scene(seed)
        by_p = core.maps.gradient(loss, z, y, wrt="probability", **dials)
        by_z = core.maps.gradient(loss, z, y, **dials)
        same(by_p * torch.sigmoid(z) * torch.sigmoid(-z), by_z, 1e-10)
        leaf = z.clone().requires_grad_()
        (plain,) = torch.autograd.grad(loss(leaf, y, **dials), leaf)
        same(by_z, plain, 1e-12)


def kinds_equal_the_image(loss: Any, core: ModuleType) -> None:
    if loss.positional:
        return
    random = np.random.default_rng(1)
    target = (random.random((40, 31)) < 0.2).astype(np.uint8)
    codes = random.integers(0, 256, target.shape).astype(np.uint8)
    grey = np.arange(128, 256)
    upper = np.log((grey + 0.5) / (255.5 - grey))
    logits = np.concatenate([-upper[::-1], upper])
    code = core.kinds.code(codes, target)
    kinds = core.kinds.Kinds.of(code, logits)
    z, y = torch.from_numpy(logits[codes]), torch.from_numpy(target)
    for dials in settings(loss):
        for wrt in ("logit", "probability"):
            table = core.kinds.tables(loss, kinds, wrt=wrt, **dials)
            same(table.value, loss(z, y, **dials), 1e-12)
            same(core.kinds.unfold(table.share, code), core.maps.share(loss, z, y, **dials), 1e-12)
            dense = core.maps.gradient(loss, z, y, wrt=wrt, **dials)
            same(core.kinds.unfold(table.gradient, code), dense, 1e-12)


def batches_and_grids_are_loops(loss: Any, core: ModuleType) -> None:
    pairs = [scene(seed) for seed in range(4)]
    z = torch.stack([a for a, _ in pairs]).reshape(2, 2, *SIDE)
    y = torch.stack([b for _, b in pairs]).reshape(2, 2, *SIDE)
    each = torch.stack([loss(a, b) for a, b in pairs]).reshape(2, 2)
    same(loss(z, y), each, 1e-13)
    names = [k for k, d in loss.dials.items()][:2]
    grid = {}
    for i, name in enumerate(names):
        low, high = loss.dials[name].param.shown
        values = torch.linspace(low + 0.1 * (high - low), high - 0.2 * (high - low), 3 - i)
        values = values.double()
        if loss.dials[name].kind == "whole":  # windows and iterations
            values = torch.tensor([3.0, 5.0, 7.0][: 3 - i])
        grid[name] = values[:, None] if i == 0 and len(names) == 2 else values
    if not grid:
        return
    full = torch.broadcast_tensors(*grid.values())
    dense, shares = loss(z, y, **grid), core.maps.share(loss, z, y, **grid)
    slopes = core.maps.gradient(loss, *pairs[0], **grid)
    assert dense.shape == (*full[0].shape, 2, 2)
    assert shares.shape == (*full[0].shape, 2, 2, *SIDE)
    for at in np.ndindex(*full[0].shape):
        point = {k: float(v[at]) for k, v in zip(grid, full, strict=True)}
        same(dense[at], loss(z, y, **point), 1e-12)
        same(shares[at], core.maps.share(loss, z, y, **point), 1e-12)
        same(slopes[at], core.maps.gradient(loss, *pairs[0], **point), 1e-12)


def every_dial_moves_it(loss: Any, core: ModuleType) -> None:
    """A good prediction, or else one that is mostly wrong: thick mistakes survive erosions."""
    z, y = scene()
    for name, dial in loss.dials.items():
        low, high = dial.param.shown
        whole = dial.kind == "whole"
        ends = (1, 3) if whole else [low + t * (high - low) for t in (0.25, 0.75)]
        pairs = ([loss(logits, y, **{name: v}) for v in ends] for logits in (z, -z))
        assert any(abs(float(a - b)) > 1e-4 * abs(float(a)) for a, b in pairs), name


def extremes_are_finite(loss: Any, core: ModuleType) -> None:
    z, y = scene()
    one = torch.zeros_like(y)
    one[5, 5] = 1
    soft = {k: max(0.3, d.param.bounds[0]) for k, d in loss.dials.items() if k.startswith("gamma")}
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        top = 6e4 if dtype == torch.float16 else 1e4
        for logits in (z, z.sign() * top, -(2 * y - 1) * top, (2 * y - 1) * top, z * 0, z * 40):
            for target in (y, one, torch.zeros_like(y), torch.ones_like(y)):
                zz, yy = logits.to(dtype), target.to(dtype)
                for dials in ({}, soft) if soft else ({},):
                    share = core.maps.share(loss, zz, yy, **dials)
                    answer = loss.at(core.Pixels.from_logits(zz, yy), **dials)
                    value = answer.value
                    for wrt in ("logit", "probability"):
                        slope = core.maps.gradient(loss, zz, yy, wrt=wrt, **dials)
                        assert bool(torch.isfinite(slope).all()), (dtype, wrt, dials)
                    assert value.dtype == (dtype if dtype == torch.float64 else torch.float32)
                    assert bool(torch.isfinite(value)), (dtype, dials)
                    same(share.sum(), value - answer.floor, 2e-5)


def single_precision_is_right(loss: Any, core: ModuleType) -> None:
    for seed, dials in enumerate(settings(loss)):
        z, y = scene(seed, shape=(64, 64), gain=2)
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            coarse = z.to(dtype)
            exact = coarse.double()
            same(loss(coarse, y, **dials), loss(exact, y, **dials), 2e-5)
            for wrt in ("logit", "probability"):
                a, b = (core.maps.gradient(loss, t, y, wrt=wrt, **dials) for t in (coarse, exact))
                same(a, b, 2e-5)
            a, b = (core.maps.share(loss, t, y, **dials) for t in (coarse, exact))
            same(a, b, 2e-5)


def obeys_its_family(loss: Any, core: ModuleType) -> None:
    """What a family may look at: places only in boundary/, the image's size only outside distribution/."""
    for seed in range(2):
        z, y = scene(seed, shape=(35, 44))  # larger than any default window
        value = loss(z, y)
        turns = (lambda x: x.T, lambda x: x.flip(0), lambda x: x.flip(1))
        for turn in turns[:1] if loss.name in FORWARD else turns:
            same(loss(turn(z), turn(y)), value, 1e-12)
        order = torch.randperm(z.numel(), generator=torch.Generator().manual_seed(seed))
        shuffled = loss(z.flatten()[order].view(z.shape), y.flatten()[order].view(z.shape))
        if loss.positional:
            assert abs(float(shuffled - value)) > 1e-6
        else:
            same(shuffled, value, 1e-12)
        if loss.family == "distribution":
            same(loss(z.tile(2, 3), y.tile(2, 3)), value, 1e-12)


def weights_count(loss: Any, core: ModuleType) -> None:
    z, y = scene()
    weight = torch.ones_like(y)
    weight[:, 9:] = 0
    spoiled, labels = z.clone(), y.clone()
    spoiled[:, 9:], labels[:, 9:] = torch.nan, 255
    value = loss(spoiled, labels, weight)
    share = core.maps.share(loss, spoiled, labels, weight)
    slope = core.maps.gradient(loss, spoiled, labels, weight)
    assert bool(torch.isfinite(value))
    assert bool((share[:, 9:] == 0).all()) and bool((slope[:, 9:] == 0).all())
    if not loss.positional:
        same(value, loss(z[:, :9], y[:, :9]), 1e-12)
        twice = torch.cat([z, z[:3]]), torch.cat([y, y[:3]])
        doubled = torch.ones_like(y)
        doubled[:3] = 2
        same(loss(z, y, doubled), loss(*twice), 1e-12)
    if not any(
        name.split("__")[-1] == "smooth" for name in loss.dials
    ):  # smoothing is a number of pixels
        same(loss(z, y, torch.full_like(y, 0.5)), loss(z, y), 1e-12)
    nothing = loss.at(core.Pixels.from_logits(spoiled, labels, weight * 0))
    assert float(nothing.value) == 0 == float(nothing.share().sum())
    assert nothing.note == core.Note.NO_PIXELS


def arithmetic_is_the_share(loss: Any, core: ModuleType) -> None:
    for seed, dials in enumerate(settings(loss)):
        z, y = scene(seed)
        z[4, 4], z[0, 0] = -40.0, 40.0  # sure and wrong
        px = core.Pixels.from_logits(z, y)
        answer = loss.at(px, **dials)
        share = answer.share()
        for at in ((4, 4), (0, 0), (3, 5), (9, 2), (10, 13)):
            worked = core.arithmetic.worked(loss, px, answer, at, **dials)
            same(worked.value, share[at], 1e-10)
            assert "{}" not in worked.numbers
        for target in (torch.zeros_like(y), torch.ones_like(y)):
            px = core.Pixels.from_logits(z, target)
            answer = loss.at(px, **dials)
            worked = core.arithmetic.worked(loss, px, answer, (3, 5), **dials)
            same(worked.value, answer.share()[3, 5], 1e-10)
    if "alpha" in loss.dials:  # a power of 0, where a target has no boundary
        px = core.Pixels.from_logits(z, torch.zeros_like(y))
        answer = loss.at(px, alpha=0)
        worked = core.arithmetic.worked(loss, px, answer, (3, 5), alpha=0)
        same(worked.value, answer.share()[3, 5], 1e-10)


def declares_itself(loss: Any, core: ModuleType) -> None:
    assert loss.effect.endswith(".") and len(loss.effect) <= 120
    assert loss.name.replace("_", " ") not in loss.effect.lower()
    for text in (loss.title, loss.story, loss.problems, loss.belongs, loss.unit, loss.source):
        assert text.strip()
    assert len(loss.claims) >= 3
    assert len({c.sentence for c in loss.claims}) == len(loss.claims)
    for name, dial in loss.dials.items():
        assert dial.param.symbol in loss.formula.replace("{", " ").replace("}", " ") or (
            dial.param.symbol in loss.formula
        ), name
        if dial.default is not None:
            dial.check(loss.name, dial.default)
            low, high = dial.param.shown
            assert low <= dial.default <= high, name
        assert dial.param.says
    for setting in loss.presets.values():
        for name, value in setting.items():
            loss.dials[name].check(loss.name, value)


LAWS = (
    declares_itself,
    claims_hold,
    value_is_the_formula,
    value_is_the_formula_at_the_edges,
    dials_may_go_to_the_end,
    share_sums_to_value,
    gradient_is_the_slope,
    gradient_maps_agree_with_autograd,
    kinds_equal_the_image,
    batches_and_grids_are_loops,
    every_dial_moves_it,
    extremes_are_finite,
    single_precision_is_right,
    obeys_its_family,
    weights_count,
    arithmetic_is_the_share,
)
