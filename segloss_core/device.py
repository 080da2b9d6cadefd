"""Choose where the app computes: the one place that knows about devices."""

from __future__ import annotations

import os

import torch


def choose() -> torch.device:
    """CUDA where present, else the CPU; the environment's SEGLOSS_DEVICE overrides.

    Raises ValueError for a SEGLOSS_DEVICE that is no device of this machine.
    """
    wish = os.environ.get("SEGLOSS_DEVICE")
    if wish:
        try:
            torch.zeros(1, device=wish)
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"SEGLOSS_DEVICE={wish} is not available on this machine") from error
        return torch.device(wish)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def describe(device: torch.device) -> str:
    """The device as people call it, for a badge."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {os.cpu_count()} cores"
