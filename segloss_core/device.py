"""Choose where the app computes: the one place that knows about devices."""

from __future__ import annotations

import ctypes
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


def reuse_memory() -> bool:
    """Ask the C library to keep freed memory for the next plane; says whether it could be asked.

    A plane of 2048² is handed back to the system when freed and fetched anew page by page: three
    quarters of the time of the losses that look at positions. One arena serves all threads,
    because those of other threads cannot hold a large plane. For a server: what was the peak
    stays taken (up to half a gigabyte is kept). glibc only.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    mmap_threshold, trim_threshold, arena_max = -3, -1, -8
    wishes = ((mmap_threshold, 1 << 30), (trim_threshold, 1 << 29), (arena_max, 1))
    granted = [mallopt(name, value) == 1 for name, value in wishes]
    return all(granted)


def describe(device: torch.device) -> str:
    """The device as people call it, for a badge."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {os.cpu_count()} cores"
