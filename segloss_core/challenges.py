"""Small puzzles with a score: draw a prediction that one number likes and another does not.

Each is a pure function of numbers. A `Standing` holds what the losses (at their default dials) and
the metrics say of a prediction; a challenge compares the one at its beginning with the one now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

COPIES = ("target", "brought back")  # steps that do the work for the visitor


@dataclass(frozen=True)
class Standing:
    """Values of losses and metrics by name (None: undefined), and the steps made so far."""

    values: Mapping[str, float | None]
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Goal:
    """One condition. `part(before, now)` runs from 0 to 1 and is 1 where it is met."""

    says: str
    names: tuple[str, ...]
    part: Callable[[Standing, Standing], float]
    compares: bool = False  # with the beginning


@dataclass(frozen=True)
class Reached:
    """How far one goal is: `part` of 1, and the present numbers of its names."""

    says: str
    part: float
    values: Mapping[str, float | None]

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.part >= 1


@dataclass(frozen=True)
class Progress:
    """How far a challenge is."""

    goals: tuple[Reached, ...]

    @property
    def met(self) -> bool:
        """Whether every goal is reached at once."""
        return all(goal.met for goal in self.goals)

    @property
    def part(self) -> float:
        """The mean part of the goals, below 1 until all are met."""
        return sum(goal.part for goal in self.goals) / len(self.goals)


@dataclass(frozen=True)
class Challenge:
    """What to do, a hint, the sample it is played on and what must hold."""

    title: str
    task: str
    hint: str
    lesson: str
    scene: str
    goals: tuple[Goal, ...]
    blank: bool = field(default=False)  # begins with an empty prediction

    @property
    def names(self) -> tuple[str, ...]:
        """The losses and metrics that its goals look at."""
        return tuple(dict.fromkeys(name for goal in self.goals for name in goal.names))

    def check(self, before: Standing, now: Standing) -> Progress:
        """How far the prediction `now` is, for a challenge that began at `before`."""
        found = []
        for goal in self.goals:
            values = {name: now.values.get(name) for name in goal.names}
            seen = (before, now) if goal.compares else (now,)
            known = all(s.values.get(name) is not None for s in seen for name in goal.names)
            part = goal.part(before, now) if known else 0.0
            found.append(Reached(goal.says, min(1.0, max(0.0, part)), values))
        return Progress(tuple(found))


def _value(standing: Standing, name: str) -> float:
    value = standing.values[name]
    assert value is not None
    return value


def below(name: str, limit: float, says: str) -> Goal:
    """A positive number is smaller than the limit."""

    def part(_: Standing, now: Standing) -> float:
        value = _value(now, name)
        return 1.0 if value < limit else min(0.99, limit / value)

    return Goal(says, (name,), part)


def above(name: str, limit: float, says: str) -> Goal:
    """A number is larger than the limit."""

    def part(_: Standing, now: Standing) -> float:
        value = _value(now, name)
        return 1.0 if value > limit else min(0.99, value / limit)

    return Goal(says, (name,), part)


def risen(name: str, by: float, says: str) -> Goal:
    """A number has risen by at least so much since the beginning."""

    def part(before: Standing, now: Standing) -> float:
        return (_value(now, name) - _value(before, name)) / by

    return Goal(says, (name,), part, compares=True)


def multiplied(name: str, times: float, says: str) -> Goal:
    """A number is at least so many times what it was at the beginning."""

    def part(before: Standing, now: Standing) -> float:
        first = _value(before, name)
        return (_value(now, name) - first) / ((times - 1) * first) if first > 0 else 0.0

    return Goal(says, (name,), part, compares=True)


def kept(name: str, within: float, says: str) -> Goal:
    """A number has moved by less than so much, up or down."""

    def part(before: Standing, now: Standing) -> float:
        moved = abs(_value(now, name) - _value(before, name))
        return 1.0 if moved < within else min(0.99, within / moved)

    return Goal(says, (name,), part, compares=True)


def ahead(higher: str, lower: str, by: float, says: str) -> Goal:
    """One number is larger than another by at least so much."""

    def part(_: Standing, now: Standing) -> float:
        return (_value(now, higher) - _value(now, lower)) / by

    return Goal(says, (higher, lower), part)


def by_hand(most: int, says: str) -> Goal:
    """Drawn in at most so many steps, none of which copied the target."""

    def part(_: Standing, now: Standing) -> float:
        drawn = [step for step in now.steps if step != "blank"]
        return float(0 < len(drawn) <= most and not set(drawn) & set(COPIES))

    return Goal(says, (), part)


CHALLENGES: dict[str, Challenge] = {
    "cheap": Challenge(
        "Cheap and useless",
        "Bring cross-entropy below 0.03 with a Dice loss above 0.95.",
        "The lesion is 0.3 % of the picture. What does it cost to say “background” everywhere, "
        "surely?",
        "Cross-entropy is a mean over all pixels: a rare object hardly counts.",
        "lesion",
        (
            below("bce", 0.03, "cross-entropy below 0.03"),
            above("dice", 0.95, "Dice loss above 0.95"),
        ),
    ),
    "blind": Challenge(
        "Right and blind",
        "Find none of the lesion, and be wrong by less than 0.02 a pixel on average.",
        "Erase the object; a surer background lowers the mean absolute error further.",
        "A high pixel accuracy says nothing about a rare object.",
        "lesion",
        (
            below("Sensitivity", 0.01, "sensitivity below 0.01"),
            below("mae", 0.02, "mean absolute error below 0.02"),
        ),
    ),
    "island": Challenge(
        "A far island",
        "Make the Hausdorff loss at least 1.5 times as large without moving the Dice score by "
        "0.01.",
        "A few pixels suffice, if they lie far from every nucleus.",
        "Hausdorff counts how far a mistake lies, Dice how many pixels it has.",
        "nuclei",
        (
            multiplied("hausdorff_dt", 1.5, "Hausdorff loss 1.5 times as large"),
            kept("Dice", 0.01, "Dice score moved by less than 0.01"),
        ),
    ),
    "overlap": Challenge(
        "Good overlap, bad outline",
        "Reach a Dice score above 0.95 with an HD95 above 30 px.",
        "Start from the target. HD95 looks at outlines: dots have much outline and few pixels.",
        "Overlap and outline are different questions.",
        "brain",
        (above("Dice", 0.95, "Dice score above 0.95"), above("HD95", 30, "HD95 above 30 px")),
    ),
    "unsure": Challenge(
        "Right everywhere, sure nowhere",
        "Reach a Dice score above 0.99 with a cross-entropy above 0.5.",
        "Start from the target with a p just above one half.",
        "A thresholded score does not see how sure a prediction is; cross-entropy does.",
        "nuclei",
        (
            above("Dice", 0.99, "Dice score above 0.99"),
            above("bce", 0.5, "cross-entropy above 0.5"),
        ),
    ),
    "focal": Challenge(
        "Good enough for focal",
        "Bring the focal loss below 0.02 while cross-entropy stays above 0.25.",
        "Focal loss forgives what is right but unsure: try p = 0.75 on the right side.",
        "(1 − p)^γ silences easy pixels long before they are perfect.",
        "nuclei",
        (
            below("focal", 0.02, "focal loss below 0.02"),
            above("bce", 0.25, "cross-entropy above 0.25"),
        ),
    ),
    "generous": Challenge(
        "Rather too much",
        "Make the Tversky loss smaller than the Dice loss by 0.08 or more.",
        "Tversky with β = 0.7 forgives false positives. Grow.",
        "Dice prices both mistakes alike; Tversky lets you choose.",
        "nuclei",
        (ahead("dice", "tversky", 0.08, "Dice loss − Tversky loss at least 0.08"),),
    ),
    "sure": Challenge(
        "A few sure mistakes",
        "Raise cross-entropy by 0.05 while the mean squared error rises by less than 0.01.",
        "Be as wrong as you can on few pixels: p near 0 on the object, or near 1 beside it.",
        "A logarithm has no ceiling, a square ends at 1: a sure mistake costs BCE six times more.",
        "brain",
        (
            risen("bce", 0.05, "cross-entropy up by 0.05"),
            kept("mse", 0.01, "mean squared error moved by less than 0.01"),
        ),
    ),
    "steps": Challenge(
        "Ten strokes",
        "From a blank picture, reach a Dice score above 0.8 with HD95 below 6 px in ten steps, "
        "without copying.",
        "Zoom in with the wheel; a polygon of many corners is one step.",
        "That is what an annotator does all day.",
        "lesion",
        (
            above("Dice", 0.8, "Dice score above 0.8"),
            below("HD95", 6, "HD95 below 6 px"),
            by_hand(10, "at most ten steps of your own"),
        ),
        blank=True,
    ),
    "threads": Challenge(
        "Thick is forgiven",
        "Bring the clDice loss below 0.15 while the Dice loss stays above 0.25.",
        "Start from the target and grow: the centre lines stay where they are.",
        "clDice compares centre lines, so the width of a vessel is nearly free.",
        "vessels",
        (
            below("cldice", 0.15, "clDice loss below 0.15"),
            above("dice", 0.25, "Dice loss above 0.25"),
        ),
    ),
}
"""All challenges by the short name that addresses carry."""
