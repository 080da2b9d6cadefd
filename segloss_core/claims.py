"""Sentences about a loss that are also tests: the vocabulary loss files make their claims in.

Each function returns a Claim. Claims are checked on small scenes in float64 and at unequal dials,
because a symmetric default hides a swapped dial.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from .pixels import Pixels
from .spec import Claim, Loss, Note

Losses = Mapping[str, Loss]


# ---- scenes and measurements -----------------------------------------------------------------


def _scene(seed: int = 0, size: int = 9) -> tuple[Tensor, Tensor]:
    """Logits with mistakes of both kinds, and a target with a 4 × 5 object (not half the image)."""
    random = torch.Generator().manual_seed(seed)
    y = torch.zeros(size, size, dtype=torch.float64)
    y[2:6, 3:8] = 1
    z = 3 * (2 * y - 1) + 3 * torch.randn(size, size, generator=random, dtype=torch.float64)
    return z, y


def _slope(loss: Loss, z: Tensor, y: Tensor, **dials: float) -> Tensor:
    """∂L/∂z of every pixel."""
    z = z.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(z, y, None, **dials), z)
    return g


def _slope_p(loss: Loss, z: Tensor, y: Tensor, **dials: float) -> Tensor:
    p = torch.sigmoid(z)
    return _slope(loss, z, y, **dials) / (p * (1 - p))


def _close(a: Tensor | float, b: Tensor | float, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(
        torch.as_tensor(a, dtype=torch.float64),
        torch.as_tensor(b, dtype=torch.float64),
        rtol=tolerance,
        atol=tolerance,
    )


def _two_settings(loss: Loss, dial: str) -> tuple[float, float]:
    low, high = loss.dials[dial].param.shown
    return low + 0.2 * (high - low), low + 0.7 * (high - low)


def _said(dials: Mapping[str, float]) -> str:
    text = ", ".join(f"{k} = {v:.4g}" for k, v in dials.items())
    return f" ({text})" if text else ""


# ---- values ----------------------------------------------------------------------------------


def by_hand(
    p: Sequence[Sequence[float]], y: Sequence[Sequence[float]], value: float, **dials: float
) -> Claim:
    """The value for a handful of pixels, worked out on paper."""

    def check(loss: Loss, _: Losses) -> None:
        chance = torch.tensor(p, dtype=torch.float64)
        z = torch.log(chance) - torch.log1p(-chance)
        _close(loss(z, torch.tensor(y, dtype=torch.float64), None, **dials), value)

    seen = ", ".join(
        f"{chance} on {'object' if label else 'background'}"
        for a, b in zip(p, y, strict=True)
        for chance, label in zip(a, b, strict=True)
    )
    return Claim(f"By hand: p = {seen}{_said(dials)} gives {value:.6g}.", check)


def equals(
    other: str,
    *,
    when: Mapping[str, float] | None = None,
    at: Mapping[str, float] | None = None,
    times: float = 1.0,
) -> Claim:
    """At the dials `when` it is another loss (at the dials `at`), up to a factor."""
    when, at = dict(when or {}), dict(at or {})

    def check(loss: Loss, losses: Losses) -> None:
        for seed in range(3):
            z, y = _scene(seed)
            _close(loss(z, y, None, **when), times * losses[other](z, y, None, **at))
            _close(_slope(loss, z, y, **when), times * _slope(losses[other], z, y, **at))

    factor = "" if times == 1 else f"{times:.4g} × "
    setting = f"With {_said(when)[2:-1]} it is " if when else "It is "
    return Claim(f"{setting}{factor}{other}{_said(at)}.", check)


def on_sure_masks(other: str, **dials: float) -> Claim:
    """For predictions that are sure everywhere, right or wrong, it is another loss."""

    def check(loss: Loss, losses: Losses) -> None:
        for seed in range(3):
            z, y = _scene(seed)
            z = 800 * torch.sign(z)
            _close(loss(z, y), losses[other](z, y, None, **dials))

    return Claim(f"On sure predictions, right or wrong, it is {other}{_said(dials)}.", check)


def within(low: float, high: float) -> Claim:
    """The value never leaves an interval, not even for sure and wrong predictions."""

    def check(loss: Loss, _: Losses) -> None:
        for seed, gain in [(0, 1.0), (1, -1.0), (2, 100.0), (3, -1e4), (4, 1e4)]:
            z, y = _scene(seed)
            for target in (y, torch.zeros_like(y), torch.ones_like(y)):
                value = float(loss(gain * z, target))
                assert low - 1e-12 <= value <= high + 1e-12, value

    top = "∞" if math.isinf(high) else f"{high:.4g}"
    return Claim(f"Its value lies between {low:.4g} and {top}.", check)


def perfect(value: float = 0.0) -> Claim:
    """What a perfect prediction costs, exactly."""

    def check(loss: Loss, _: Losses) -> None:
        y = _scene()[1]
        for sure in (1e4, 800.0):
            z = (sure * (2 * y - 1)).requires_grad_()
            answer = loss(z, y)
            assert answer.item() == value, answer.item()
            (g,) = torch.autograd.grad(answer, z)
            assert bool((g == 0).all())

    return Claim(f"A perfect prediction costs exactly {value:g} and gets no push.", check)


def perfect_is_the_floor() -> Claim:
    """A perfect prediction costs the floor, which depends on the target, and nothing is cheaper."""

    def check(loss: Loss, _: Losses) -> None:
        y = _scene()[1]
        z = (800 * (2 * y - 1)).requires_grad_()
        answer = loss.at(Pixels.from_logits(z, y))
        assert answer.value.item() == float(answer.floor)
        assert bool((torch.autograd.grad(answer.value, z)[0] == 0).all())
        for seed in range(5):
            assert float(loss(_scene(seed)[0], y)) > float(answer.floor)

    return Claim("A perfect prediction costs exactly the floor; nothing costs less.", check)


def least_at(p: float, **dials: float) -> Claim:
    """The prediction that nothing is cheaper than, where that is not a sure one."""

    def check(loss: Loss, _: Losses) -> None:
        y = _scene()[1]
        best = math.log(p / (1 - p)) * (2 * y - 1)
        answer = loss.at(Pixels.from_logits(best, y), **dials)
        assert abs(float(answer.value - answer.floor)) < 1e-14 * y.numel()
        for z in (0.9 * best, 1.1 * best, 800 * best, *(_scene(seed)[0] for seed in range(5))):
            assert float(loss(z, y, None, **dials)) > float(answer.value) + 1e-6

    return Claim(
        f"Nothing costs less than p = {p:.3g} on the object and {1 - p:.3g} on the background"
        f"{_said(dials)}: surer predictions pay.",
        check,
    )


def note_on_empty_target(note: Note, **dials: float) -> Claim:
    """An undefined case is named when the target is empty."""

    def check(loss: Loss, _: Losses) -> None:
        z, y = _scene()
        answer = loss.at(Pixels.from_logits(z, torch.zeros_like(y)), **dials)
        assert answer.note is note, answer.note
        assert math.isfinite(float(answer.value))
        assert loss.at(Pixels.from_logits(z, y), **dials).note is None

    return Claim(f"On an empty target{_said(dials)} it says so: {note.value}.", check)


# ---- dials -----------------------------------------------------------------------------------


def punishes(dial: str, mistake: str) -> Claim:
    """Turning the dial up makes one kind of mistake dearer relative to the other."""
    if mistake not in ("false positives", "false negatives"):
        raise ValueError(mistake)

    def price_ratio(loss: Loss, setting: float) -> float:
        z, y = _scene()
        z[4, 5], z[0, 0] = -1.0, 1.0  # one missed object pixel and one false alarm, equally wrong
        slope = _slope(loss, z, y, **{dial: setting}).abs()
        return float(torch.log(slope[4, 5]) - torch.log(slope[0, 0]))

    def check(loss: Loss, _: Losses) -> None:
        low, high = (price_ratio(loss, at) for at in _two_settings(loss, dial))
        assert high > low if mistake == "false negatives" else high < low, (low, high)

    return Claim(f"Turning {dial} up makes {mistake} dearer than the other kind.", check)


def ignores(mistake: str) -> Claim:
    """One kind of mistake costs nothing and gets no push."""
    if mistake not in ("false positives", "false negatives"):
        raise ValueError(mistake)

    def check(loss: Loss, _: Losses) -> None:
        z, y = _scene()
        free = y == 0 if mistake == "false positives" else y == 1
        share = loss.at(Pixels.from_logits(z, y)).share()
        for found in (share, _slope(loss, z, y)):
            assert bool((found[free] == 0).all()) and bool((found[~free] != 0).any())

    return Claim(f"It does not see {mistake}: they cost nothing and get no push.", check)


def silences_easy_pixels(dial: str) -> Claim:
    """Turning the dial up takes loss away from pixels that are already right."""

    def easy_part(loss: Loss, setting: float) -> float:
        y = torch.tensor([[1.0, 1.0, 0.0, 0.0]], dtype=torch.float64)
        z = torch.tensor([[3.0, -1.0, -3.0, 1.0]], dtype=torch.float64)
        share = loss.at(Pixels.from_logits(z, y), **{dial: setting}).share()
        return float((share[0, 0] + share[0, 2]) / share.sum())

    def check(loss: Loss, _: Losses) -> None:
        low, high = (easy_part(loss, at) for at in _two_settings(loss, dial))
        assert high < low, (low, high)

    return Claim(f"Turning {dial} up silences pixels that are already right.", check)


# ---- gradients -------------------------------------------------------------------------------


def two_tone() -> Claim:
    """∂L/∂p knows two values, one per class."""

    def check(loss: Loss, _: Losses) -> None:
        for seed in range(3):
            z, y = _scene(seed)
            slope = _slope_p(loss, z, y)
            for of_class in (slope[y > 0], slope[y == 0]):
                _close(of_class, of_class[0].expand_as(of_class), 1e-9)

    return Claim("Its gradient in p has exactly two values: one per class of the target.", check)


def residual() -> Claim:
    """∂L/∂z is the residual."""

    def check(loss: Loss, _: Losses) -> None:
        z, y = _scene()
        _close(_slope(loss, z, y), (torch.sigmoid(z) - y) / z.numel())

    return Claim("Its gradient in z is the residual (p − y)/N: every pixel has one vote.", check)


def confident_mistake(how: str) -> Claim:
    """What becomes of the push on a background pixel that is surely called object (z = 12)."""
    low, high, sentence = {
        "keeps its push": (0.5, 100.0, "still pushed hard"),
        "keeps a weak push": (0.01, 0.5, "still pushed, but weakly"),
        "goes silent": (0.0, 1e-3, "no longer pushed: a confident mistake is not repaired"),
    }[how]

    def check(loss: Loss, _: Losses) -> None:
        z, y = _scene()
        pushes = []
        for logit in (0.0, 12.0):
            z[4, 1] = logit  # beside the object, so that boundary losses look there too
            pushes.append(abs(float(_slope(loss, z, y)[4, 1])))
        relative = pushes[1] / pushes[0]
        assert low <= relative <= high, relative

    return Claim(f"A background pixel that is surely called object (z = 12) is {sentence}.", check)


def settles_at(chance: float, p: float, **dials: float) -> Claim:
    """The prediction that minimises the loss where a fraction `chance` of like pixels is object."""

    def check(loss: Loss, _: Losses) -> None:
        y = torch.zeros(10, 10, dtype=torch.float64)
        y.view(-1)[: round(100 * chance)] = 1
        z = torch.full_like(y, math.log(p / (1 - p)))
        slope = _slope(loss, z, y, **dials)
        assert abs(float(slope.sum())) < 2e-3 * float(slope.abs().sum())

    return Claim(
        f"Where {chance:.0%} of like pixels are object it settles at p = {p:.3f}{_said(dials)}.",
        check,
    )


# ---- shape -----------------------------------------------------------------------------------


def convex_in_logit() -> Claim:
    """Convex in z: no local minimum to be caught in."""

    def check(loss: Loss, _: Losses) -> None:
        for seed in range(20):
            (a, y), (b, _y) = _scene(seed), _scene(seed + 100)
            assert float(loss((a + b) / 2, y)) <= float(loss(a, y) + loss(b, y)) / 2 + 1e-12

    return Claim("It is convex in the logits.", check)


def not_convex_in_probability() -> Claim:
    """A blend of two predictions can cost more than the average of the two."""

    def check(loss: Loss, _: Losses) -> None:
        worst = -math.inf
        for seed in range(40):
            (a, y), (b, _y) = _scene(seed), _scene(seed + 100)
            p, r = torch.sigmoid(a), torch.sigmoid(-b)
            blend = torch.logit((p + r) / 2)
            mean = float(loss(torch.logit(p), y) + loss(torch.logit(r), y)) / 2
            worst = max(worst, float(loss(blend, y)) - mean)
        assert worst > 1e-6, worst

    return Claim(
        "It is not convex in p: a blend of two predictions can cost more than their average.", check
    )


def quasi_linear() -> Claim:
    """A blend of two predictions never costs more than the dearer nor less than the cheaper one."""

    def check(loss: Loss, _: Losses) -> None:
        for seed in range(20):
            (a, y), (b, _y) = _scene(seed), _scene(seed + 100)
            p, r = torch.sigmoid(a), torch.sigmoid(b)
            ends = sorted([float(loss(a, y)), float(loss(b, y))])
            for t in (0.2, 0.5, 0.9):
                value = float(loss(torch.logit(t * p + (1 - t) * r), y))
                assert ends[0] - 1e-12 <= value <= ends[1] + 1e-12

    return Claim("A blend of two predictions always costs something between the two.", check)


def ranks_like(other: str) -> Claim:
    """It orders predictions exactly as another loss does."""

    def check(loss: Loss, losses: Losses) -> None:
        y = _scene()[1]
        scenes = [_scene(seed)[0] for seed in range(12)]
        mine = sorted(range(12), key=lambda i: float(loss(scenes[i], y)))
        theirs = sorted(range(12), key=lambda i: float(losses[other](scenes[i], y)))
        assert mine == theirs

    return Claim(f"It ranks predictions exactly as {other} does.", check)


def linear_in_probability() -> Claim:
    """∂L/∂p does not depend on the prediction."""

    def check(loss: Loss, _: Losses) -> None:
        (a, y), (b, _y) = _scene(1), _scene(2)
        _close(_slope_p(loss, a, y), _slope_p(loss, b, y), 1e-9)

    return Claim("It is linear in p: the push on p is the same whatever is predicted.", check)


def smaller_gradient_than(other: str) -> Claim:
    """Its gradient is everywhere weaker than another loss's."""

    def check(loss: Loss, losses: Losses) -> None:
        for seed in range(5):
            z, y = _scene(seed)
            mine, theirs = _slope(loss, z, y).abs(), _slope(losses[other], z, y).abs()
            assert bool((mine < theirs).all())

    return Claim(f"Its gradient is smaller than that of {other} at every pixel.", check)


def blind_to_class_names() -> Claim:
    """Swapping object and background changes nothing."""

    def check(loss: Loss, _: Losses) -> None:
        for seed in range(3):
            z, y = _scene(seed)
            _close(loss(z, y), loss(-z, 1 - y))

    return Claim("Swapping object and background changes nothing.", check)


# ---- place -----------------------------------------------------------------------------------


def _price_at_distance(loss: Loss, column: int) -> float:
    """Share of one false alarm in an empty row, in a scene whose object ends at column 3."""
    y = torch.zeros(12, 24, dtype=torch.float64)
    y[3:9, 0:4] = 1
    z = 8 * (2 * y - 1)
    z[6, column] = 2.0
    return float(loss.at(Pixels.from_logits(z, y)).share()[6, column])


def farther_costs_more() -> Claim:
    """A false alarm costs more the farther it lies from the object."""

    def check(loss: Loss, _: Losses) -> None:
        prices = [_price_at_distance(loss, column) for column in (6, 10, 16, 22)]
        assert all(a < b for a, b in pairwise(prices)), prices

    return Claim("A false alarm costs more the farther it lies from the object.", check)


def nearer_costs_more() -> Claim:
    """A mistake costs more the nearer it lies to the object's edge."""

    def check(loss: Loss, _: Losses) -> None:
        prices = [_price_at_distance(loss, column) for column in (4, 8, 14, 22)]
        assert all(a > b for a, b in pairwise(prices)), prices

    return Claim("A mistake costs more the nearer it lies to the object's edge.", check)


def narrower_gaps_cost_more() -> Claim:
    """A false alarm between two objects costs more the nearer they are to each other."""

    def price(loss: Loss, width: int) -> float:
        y = torch.zeros(12, 30, dtype=torch.float64)
        y[3:9, 0:4] = y[3:9, 4 + width : 8 + width] = 1
        z = 8 * (2 * y - 1)
        at = (6, 4 + width // 2)
        z[at] = 2.0
        return float(loss.at(Pixels.from_logits(z, y)).share()[at])

    def check(loss: Loss, _: Losses) -> None:
        prices = [price(loss, width) for width in (2, 4, 8, 16)]
        assert all(a > b for a, b in pairwise(prices)), prices

    return Claim("A false alarm between two objects costs more the narrower their gap.", check)


def blind_to_specks() -> Claim:
    """A single wrong pixel among right ones costs nothing, wherever it lies."""

    def check(loss: Loss, _: Losses) -> None:
        y = _scene()[1]
        for at in ((0, 0), (2, 2), (4, 4), (8, 1)):
            z = 12 * (2 * y - 1)
            z[at] *= -1
            assert float(loss(z, y)) == 0 and bool((_slope(loss, z, y) == 0).all())
        z[3:8, 3:8] = -12 * (2 * y - 1)[3:8, 3:8]
        assert float(loss(z, y)) > 0

    return Claim("A single wrong pixel costs nothing and gets no push, wherever it lies.", check)
