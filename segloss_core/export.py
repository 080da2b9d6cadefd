"""Write a loss down as code that gives the numbers on screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import plain
from .mix import Mix
from .mix.plain import standalone_mix
from .mix.text import written
from .spec import Loss

__all__ = [
    "call",
    "from_channels",
    "from_files",
    "from_sample",
    "snippet",
    "standalone",
    "table",
    "training",
]


def standalone(loss: Loss, dials: Mapping[str, float | int | None]) -> str:
    """A script with one function of (logits, target) in plain PyTorch; of a mix, one per part too.

    The dials are its keyword arguments; it has value and gradient of the loss.
    """
    if isinstance(loss, Mix):
        return standalone_mix(loss, dials)
    return plain.standalone(loss, dials)


def _found(loss: Loss) -> tuple[str, str]:
    """What a script imports to have the loss, and what it calls it."""
    if isinstance(loss, Mix):
        return "from segloss_core.mix.text import parse", f'parse("{written(loss)}")'
    return "from segloss_core import LOSSES", f'LOSSES["{loss.name}"]'


def call(loss: Loss, dials: Mapping[str, float | int | None]) -> str:
    """The dials as keyword arguments, those at their default left out: `, alpha=0.3`."""
    changed = {k: v for k, v in dials.items() if v != loss.defaults[k]}
    return "".join(f", {name}={value!r}" for name, value in changed.items())


def snippet(
    loss: Loss,
    dials: Mapping[str, float | int | None],
    wrt: str,
    source: str,
    value: float,
    ignoring: bool = False,
) -> str:
    """A script that loads the pair by `source` and prints the value and both maps.

    `ignoring` if the source names pixels that are ignored.
    """
    arguments = (", weight=weight" if ignoring else "") + call(loss, dials)
    weigh = (
        "weight = torch.tensor(~ignored).double()   # 0 where a pixel counts nowhere\n"
        if ignoring
        else ""
    )
    line, named = _found(loss)
    line = f"from segloss_core import maps\n{line}" if isinstance(loss, Mix) else f"{line}, maps"
    return f"""\
import torch
{line}
{source}
z = torch.from_numpy(prediction.logits())  # logits, (H, W)
y = torch.tensor(target)                   # 0 and 1, (H, W)
{weigh}
loss = {named}
value = loss(z, y{arguments})              # {value:.10g}
share = maps.share(loss, z, y{arguments})
gradient = maps.gradient(loss, z, y, wrt="{wrt}"{arguments})

print(f"{{float(value):.10g}}")
"""


def from_sample(sample: str) -> str:
    """How a script gets a built-in sample."""
    return f"""\
from segloss_core.scenes import SCENES

pair = SCENES["{sample}"].draw()
prediction, target = pair.prediction, pair.target
"""


def from_bundle(name: str, confidence: float | None = None, ignoring: bool = False) -> str:
    """How a script opens a bundle; a hard prediction is given this confidence.

    `ignoring` if some of its pixels are ignored.
    """
    judged = "\nignored = pair.ignored" if ignoring else ""
    sure = f".with_confidence({confidence!r})" if confidence is not None else ""
    short = "  # put the whole name here" if "…" in name else ""
    return f"""\
from pathlib import Path

from segloss_core import bundle

file = {name!r}{short}
pair = bundle.read(Path(file).read_bytes(), file).pair
prediction, target = pair.prediction{sure}, pair.target{judged}
"""


def from_files(
    target: str,
    prediction: str,
    kind: str,
    confidence: float | None,
    size: tuple[int, int] | None = None,
    how: Mapping[str, str] = MappingProxyType({}),
    ignoring: bool = False,
) -> str:
    """How a script reads a target and a prediction from the files that were uploaded.

    `kind` and `confidence` are those of the pair's prediction, or "logit" for a file of logits;
    `size` (height, width) that to which it was resized; `how` further arguments of `read` by role,
    such as ", class_=3"; `ignoring` if those of the target name a label that is ignored. A name
    that was shortened for display is to be put right by hand.
    """
    build = {
        "probability": "Prediction.coded(pixels)",
        "hard": f"Prediction.hard(pixels, confidence={confidence!r})",
        "float": "Prediction.floating(pixels)",
        "logit": "Prediction.from_logits(pixels)",
    }[kind]
    # Said always: what was guessed of a whole volume, one slice of it may not show.
    meant = "probability" if kind == "float" else kind
    resize = f'\npixels = resized(pixels, {size}, "prediction")' if size else ""
    also = ", resized" if size else ""
    reading = f'read(Path(mask).read_bytes(), mask, role="target"{how.get("target", "")})'
    judged = f"target = {reading}.array"
    if ignoring:
        judged = f"truth = {reading}\ntarget, ignored = truth.array, truth.ignored"
    short = "  # put the whole names here" if "…" in target + prediction else ""
    return f"""\
from pathlib import Path

from segloss_core.pair import Prediction
from segloss_core.readers import read{also}

mask, guess = {target!r}, {prediction!r}{short}
{judged}
pixels = read(
    Path(guess).read_bytes(), guess, role="prediction", scale="{meant}"{how.get("prediction", "")}
).array{resize}
prediction = {build}
"""


def from_channels(
    target: str,
    prediction: str,
    class_: int,
    meaning: str,
    axis: int,
    *,
    several: bool,
    ignore: int | None = None,
    how: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """How a script takes one class of a file of labels and of one with a plane per class.

    `meaning` and `axis` are those of `read_channels`; `several` if the target holds labels and no
    binary mask; `ignore` is the label that is not judged; `how` is further arguments by role, of
    `read` for the target and of `read_channels` for the prediction, as in `from_files`.
    """
    labels, more = ', values="labels"' if several else "", how.get("prediction", "")
    void = 255 if ignore == -1 else ignore
    skip = "" if void is None else f", ignore={void}"
    short = "  # put the whole names here" if "…" in target + prediction else ""
    return f"""\
from pathlib import Path

from segloss_core.classes import against_the_rest
from segloss_core.readers import read, read_channels

mask, guess = {target!r}, {prediction!r}{short}
labels = read(Path(mask).read_bytes(), mask, role="target"{labels}{how.get("target", "")}).array
planes = read_channels(
    Path(guess).read_bytes(), guess, size=labels.shape, meaning={meaning!r}, axis={axis}{more}
).planes  # (C, H, W)
pair = against_the_rest(labels, planes, {class_}, scale={meaning!r}{skip}).pair()
prediction, target, ignored = pair.prediction, pair.target, pair.ignored
"""


def training(loss: Loss, dials: Mapping[str, float | int | None]) -> str:
    """The criterion for a training loop, with these dials."""
    line, named = _found(loss)
    return f"""\
{line}

criterion = {named}.criterion({call(loss, dials).removeprefix(", ")})
value = criterion(logits, target)  # (B, 1, H, W) each
value.backward()
"""


def table(losses: Mapping[str, Loss]) -> str:
    """The losses as rows of a Markdown table, for the README."""
    rows = [
        f"| `{loss.name}` | {loss.family} | {', '.join(f'`{d}`' for d in loss.dials) or '–'} "
        f"| {loss.effect} |"
        for loss in losses.values()
    ]
    return "\n".join(["| loss | family | dials | effect |", "| --- | --- | --- | --- |", *rows])
