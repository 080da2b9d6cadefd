"""What the largest and the most hostile files cost to read, beside the promised limits.

python -m tests.reader_costs [words of names]

Each file is read in a process of its own; extra memory is how far its peak lies above its start.
The first import of a format's package is not counted. Ends with status 1 beyond a limit.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from segloss_core.readers import ReadError, read

from . import fuzz_polygons, reader_files, test_readers, test_readers_arrays

SECONDS, MEMORY = 2.0, 500_000_000
_RSS = 1 if sys.platform == "darwin" else 1024  # what a unit of ru_maxrss is, in bytes


@dataclass(frozen=True)
class Case:
    """A file and how it is read. `make` gives its bytes."""

    name: str
    make: Callable[[], bytes]
    call: dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """What reading cost: seconds of processor time, bytes beyond the start, and what came out."""

    seconds: float
    memory: int
    outcome: str

    @property
    def within(self) -> bool:
        """Whether both limits are kept."""
        return self.seconds < SECONDS and self.memory < MEMORY


def _hand_back() -> None:
    """Let the peak begin anew at what is really needed: freed memory that was kept is given back.

    Else a file could be read into what an earlier one has left, and would seem to cost nothing.
    """
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")


def _read(data: bytes, name: str, call: dict[str, Any]) -> Cost:
    _hand_back()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    try:
        reading = read(data, name, **call)
        outcome = f"read, {' × '.join(map(str, reading.array.shape))} {reading.array.dtype}"
    except ReadError as error:
        outcome = f"refused: {error.code}"
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(seconds, (peak - before) * _RSS, outcome)


def _child(send: Any, data: bytes, name: str, call: dict[str, Any]) -> None:
    send.send(_read(data, name, call))
    send.close()


def cost(case: Case) -> Cost:
    """Read one file in a process of its own. Raises RuntimeError where that dies."""
    data = case.make()
    gc.collect()
    receive, send = multiprocessing.Pipe(duplex=False)
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=_child, args=(send, data, case.name, case.call))
    child.start()
    send.close()
    try:
        found: Cost = receive.recv()
    except EOFError:
        raise RuntimeError(f"{case.name}: the process that read it died") from None
    finally:
        child.join()
    return found


def warm_up() -> None:
    """Import what reading each kind of file imports."""
    for name, data in reader_files.valid_arrays().items():
        with contextlib.suppress(ReadError):
            read(data, name, role="target")


def _street(points: int) -> bytes:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    ring = np.stack([2048 + 1800 * np.cos(angle), 2048 + 1800 * np.sin(angle)], 1).round(1)
    objects = [{"label": "a", "polygon": ring.tolist()}]
    return json.dumps({"imgHeight": 4096, "imgWidth": 4096, "objects": objects}).encode()


def _deep(levels: int) -> bytes:
    return b'{"shapes": ' + b"[" * levels + b"]" * levels + b"}"


def _runs(many: int) -> bytes:
    one = {"category_id": 3, "segmentation": {"size": [4096, 4096], "counts": [0, 4096**2]}}
    images = [{"id": 7, "file_name": "a.jpg", "height": 4096, "width": 4096}]
    document = fuzz_polygons.coco([one] * many, images=images)
    return json.dumps(document).encode()


def cases() -> list[Case]:
    """Valid files of every kind, the largest that are read, and those made to hurt."""
    found = [
        Case(name, partial(bytes, data), {"role": role})
        for name, data in reader_files.valid_arrays().items()
        for role in ("image", "target")
    ]
    found += [
        Case(name, partial(bytes, data), {"role": "target", "size": fuzz_polygons.SIZE})
        for name, data in fuzz_polygons.VALID.items()
    ]
    for name, make in test_readers_arrays.LARGE.items():
        found += [Case(name, make, {"role": role}) for role in ("image", "prediction")]
    hostile = {**test_readers.bombs(), **test_readers.slow_files()}
    found += [Case(name, partial(bytes, data), {"role": "image"}) for name, data in hostile.items()]
    outlines: dict[str, Callable[[], bytes]] = {
        "5000-points.json": partial(_street, 5_000),
        "250000-points.json": partial(_street, 250_000),
        "1000000-points.json": partial(_street, 1_000_000),
        "deep.json": partial(_deep, 10_000_000),
        "80-levels.json": partial(_deep, 80),
        "4-masks.json": partial(_runs, 4),
        "40-masks.json": partial(_runs, 40),
        "lists.json": lambda: b"[" + b"[]," * 15_000_000 + b"[]]",
        "words.txt": lambda: b"0 " + b"0.5 " * 12_000_000,
        "noise.bin": lambda: np.random.default_rng(0).bytes(49_000_000),
    }
    found += [
        Case(name, make, {"role": "target", "values": "labels", "size": (4096, 4096)})
        for name, make in outlines.items()
    ]
    return found


def main() -> None:
    """Print the table."""
    warm_up()
    words, beyond = sys.argv[1:], 0
    print(f"{'file':<22} {'role':<11} {'MB':>6} {'s':>7} {'extra MB':>9}  outcome")
    for case in cases():
        if words and not any(word in case.name for word in words):
            continue
        found, size = cost(case), len(case.make()) / 1e6
        beyond += not found.within
        print(
            f"{case.name:<22} {case.call['role']:<11} {size:6.2f} {found.seconds:7.3f} "
            f"{found.memory / 1e6:9.1f}  {found.outcome}{'' if found.within else '  BEYOND'}",
            flush=True,
        )
    print(f"limits: {SECONDS:g} s and {MEMORY / 1e6:g} MB; {beyond} beyond, {os.cpu_count()} cores")
    sys.exit(beyond > 0)


if __name__ == "__main__":
    main()
