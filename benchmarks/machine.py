"""Say on what machine, with which versions and how it was measured; no host name."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Any

from . import inputs, peers


def cpu() -> str:
    """The processor's model."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def memory() -> float:
    """Bytes of memory, 0 where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return 0.0


def load() -> float:
    """How many processes were running or waiting, on average of the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def about() -> dict[str, Any]:
    """What the report says of the run, as it begins; `minutes` is filled in at its end."""
    return {
        "cpu": cpu(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(memory() / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"Python": platform.python_version(), **peers.versions()},
        "threads": inputs.THREADS,
        "quick": inputs.is_quick(),
        "load_before": round(load(), 2),
        "day": time.strftime("%Y-%m-%d", time.gmtime()),
        "minutes": 0.0,
    }
