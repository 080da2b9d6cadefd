"""The same losses in MONAI, smp, kornia and torch, as functions of logits and target.

What is called is what `segloss_core.libraries` says, which its tests hold to our values. Where no
library has a loss, the formula as a user writes it stands in.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec

import torch
from torch import Tensor

from segloss_core import LOSSES
from segloss_core.libraries import calls
from tests.smp_losses import NAME as SMP
from tests.smp_losses import load as load_smp

from .formulas import UNSAID
from .timing import seconds

Formula = Callable[[Tensor, Tensor], Tensor]

NEEDS = {
    "torch": "torch",
    "MONAI": "monai",
    "smp": SMP,
    "kornia": "kornia",
}
TRIALS = 3


@dataclass(frozen=True)
class Peer:
    """One loss in one library; `same` is False where it means another treatment of the border."""

    library: str
    loss: str
    call: Formula
    same: bool = True

    def value_and_gradient(self, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """The value and ∂L/∂z by autograd, of logits and target (1, 1, H, W)."""
        leaf = z.detach().requires_grad_()
        value = self.call(leaf, y)
        return value.detach(), torch.autograd.grad(value, leaf)[0]


@cache
def of(name: str) -> tuple[Peer, ...]:
    """Who has this loss, at our default dials; the plain formula where nobody has."""
    load_smp()
    found = [
        Peer(call.library, name, _function(call.code))
        for call in calls(name, LOSSES[name].defaults)
        if call.code and call.library in NEEDS and find_spec(NEEDS[call.library])
    ]
    if name == "ssim" and find_spec("monai"):
        found.append(Peer("MONAI", name, _monai_ssim(), same=False))
    if not found and name in UNSAID:
        found = [Peer("plain PyTorch", name, UNSAID[name])]
    return tuple(found)


def in_libraries() -> list[str]:
    """All losses that a library has."""
    return [name for name in LOSSES if any(x.library in NEEDS and x.same for x in of(name))]


def versions() -> dict[str, str]:
    """The version of every library that is installed."""
    from importlib.metadata import version

    packages = {
        "torch": "torch", "numpy": "numpy", "cv2": "opencv-python-headless", "scipy": "scipy",
        "monai": "monai", "kornia": "kornia", SMP: "segmentation-models-pytorch",
    }  # fmt: skip
    return {package: version(package) for name, package in packages.items() if find_spec(name)}


def fastest(name: str, z: Tensor, y: Tensor) -> Peer:
    """Whoever answers first, value and gradient, of those that have the loss; tried three times."""
    peers = of(name)
    if not peers:
        raise LookupError(f"nobody to compare {name} with")
    if len(peers) == 1:
        return peers[0]

    def trial(peer: Peer) -> None:
        peer.value_and_gradient(z, y)
        if z.is_cuda:
            torch.cuda.synchronize()

    best = {peer: min(seconds(partial(trial, peer)) for _ in range(TRIALS)) for peer in peers}
    return min(peers, key=best.__getitem__)


def _function(script: str) -> Formula:
    """The pasted code as a function: it takes `logits` and `target` and leaves `value`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(script, "libraries", "exec")

    def call(z: Tensor, y: Tensor) -> Tensor:
        room: dict[str, object] = {"logits": z, "target": y}
        exec(code, room)
        value = room["value"]
        room.clear()  # its functions know the room: without this the planes would stay in a circle
        assert isinstance(value, Tensor)
        return value

    return call


def _monai_ssim() -> Formula:
    def call(z: Tensor, y: Tensor) -> Tensor:
        from monai.losses import SSIMLoss

        return SSIMLoss(spatial_dims=2)(torch.sigmoid(z), y)

    return call
