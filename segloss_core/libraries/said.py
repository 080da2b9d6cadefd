"""Hold one loss in one library's words: an expression, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

TENSORS = "# logits and target (0 and 1): float, (B, 1, H, W); value: the mean over the batch"


Sum = tuple[tuple[float, str, dict[str, float]], ...]
"""Summands in this library's words: weight, loss and dials."""


@dataclass(frozen=True)
class Said:
    """An expression for the value, lines that go before it, and what to beware of.

    `naive` is the expression of somebody who carries dials over by their letters; `naive_is` is
    what that computes, where it is a sum of our losses (of one image: a pooled batch is more).
    """

    code: str = ""
    setup: str = ""
    warning: str = ""
    naive: str = ""
    why: str = ""
    naive_is: Sum = ()


def ours(name: str, weight: float = 1.0, **dials: float) -> Sum:
    """One of our losses, times a weight, as a sum of one."""
    return ((weight, name, dials),)


def number(x: float) -> str:
    """A worked-out number without the last digit's noise: 0.2, not 0.19999999999999996."""
    return repr(float(f"{x:.15g}"))


def no(why: str) -> Said:
    """The library cannot say it."""
    return Said(why=why)


def each_image(name: str, make: str, then: str = "") -> Said:
    """A loss that pools its batch, called image by image: `then` is done to each value."""
    one = f"{name}(z, y){then}"
    pairs = "zip(logits.split(1), target.split(1))"
    return Said(
        f"torch.stack([{one} for z, y in {pairs}]).mean()",
        setup=f"{name} = {make}\n",
    )


def mixed(value: str, *, warning: str, naive: str, naive_is: Sum = (), **parts: Said) -> Said:
    """A compound: its parts by name, each on a line of its own, and the value made of them.

    Where a part cannot be said, neither can the compound, for the same reason.
    """
    for part in parts.values():
        if part.why:
            return part
    setup = "".join(f"{part.setup}{name} = {part.code}\n" for name, part in parts.items())
    return Said(value, setup, warning, naive, naive_is=naive_is)


AUTOMATIC = (
    "With the automatic β each image has a price of its own, n₀/N; this library takes one number "
    "for the whole batch. Give β a number, or take torch's `weight`."
)
