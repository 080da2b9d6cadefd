"""Broken files by the thousand: each ends in a right array or in one typed error, in time.

python -m tests.fuzz_readers 20000 [seed]

Add valid files to `FILES`: a function that gives them by name.
"""

from __future__ import annotations

import io
import sys
import time
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from segloss_core import bundle
from segloss_core.pair import Pair, Prediction
from segloss_core.readers import Code, ReadError, Reading, png, read
from segloss_core.readers.archive import pairs_in, part

from .fuzz_polygons import SIZE, VALID
from .reader_files import valid_arrays, valid_pictures

FILES: list[Callable[[], dict[str, bytes]]] = [valid_arrays, valid_pictures, lambda: VALID]

SECONDS = 2.0
MEMORY = 500_000_000
CALLS: list[dict[str, Any]] = [
    {"role": "image"},
    {"role": "image", "page": 0},
    {"role": "target"},
    {"role": "target", "values": "labels"},
    {"role": "target", "member": "mask"},
    {"role": "target", "member": "liver"},
    {"role": "prediction"},
    {"role": "prediction", "scale": "logit"},
    {"role": "prediction", "page": 1},
    {"role": "target", "class_": 1},
    {"role": "target", "values": "labels", "size": SIZE},
    {"role": "target", "class_": 2, "size": SIZE, "picture": "a.jpg"},
    {"role": "prediction", "values": "labels", "axis": 2},
]


def mutated(data: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    """Flip bytes, cut a piece out, cut the end off, splice another file in, or bend the header."""
    buffer = bytearray(data)
    kind = rng.integers(0, 6)
    if kind == 0:
        for _ in range(int(rng.integers(1, 12))):
            buffer[int(rng.integers(len(buffer)))] = int(rng.integers(256))
    elif kind == 1:
        start, stop = sorted(int(v) for v in rng.integers(0, len(buffer) + 1, 2))
        del buffer[start:stop]
    elif kind == 2:
        del buffer[int(rng.integers(len(buffer))) :]
    elif kind == 3:
        start = int(rng.integers(len(buffer)))
        buffer[start:start] = other[int(rng.integers(len(other))) :][: int(rng.integers(1, 400))]
    elif kind == 4:
        # Headers are where decoders are steered from.
        buffer[int(rng.integers(min(500, len(buffer))))] ^= 1 << int(rng.integers(8))
    else:
        # The numbers that sizes and counts go wrong with.
        at = int(rng.integers(len(buffer)))
        width = int(rng.choice([1, 2, 4]))
        buffer[at : at + width] = bytes([int(rng.choice([0, 127, 128, 255]))]) * width
    return bytes(buffer)


def check(reading: Reading, role: str, labels: bool = False) -> None:
    """Assert what is promised of every reading, of classes where `labels`."""
    array = reading.array
    assert array.size > 0
    assert array.flags.c_contiguous
    assert array.dtype.isnative
    planes = array if reading.stacked else array[None]
    if role == "image":
        assert array.dtype == np.uint8
        assert planes.ndim == 3 or planes.shape[3:] == (3,)
    elif role == "target" or labels:
        assert planes.ndim == 3
        assert array.dtype in (np.uint8, np.uint16, np.int32)
        assert int(array.min()) >= 0
    else:
        assert planes.ndim == 3
        assert array.dtype in (np.uint8, np.float32)
        assert np.isfinite(array).all()
        if array.dtype == np.float32 and reading.scale == "probability":
            assert 0 <= float(array.min()) <= float(array.max()) <= 1
        if reading.scale == "hard":
            assert set(np.unique(array)) <= {0, 255}
    assert reading.size == planes.shape[1:3]


def run(cases: int, seed: int) -> Counter[str]:
    """Read that many broken files; count readings and errors by code.

    Raises AssertionError, naming the case, for a wrong array, another error, or too much time.
    """
    rng = np.random.default_rng(seed)
    files = {name: data for give in FILES for name, data in give().items()}
    names = list(files)
    outcomes: Counter[str] = Counter()
    for index in range(cases):
        name = names[index % len(names)]
        data = mutated(files[name], rng, files[names[int(rng.integers(len(names)))]])
        call = CALLS[int(rng.integers(len(CALLS)))]
        started = time.process_time()
        try:
            reading = read(data, name, **call)
        except ReadError as error:
            assert error.code in get_args(Code)
            assert str(error).startswith(f"`{name}`")
            assert "Traceback" not in str(error)
            outcomes[error.code] += 1
        except Exception as error:
            raise AssertionError(
                f"case {index} of seed {seed}, {name}, {call}: {error!r}"
            ) from error
        else:
            try:
                check(reading, call["role"], call.get("values") == "labels")
            except AssertionError as error:
                raise AssertionError(f"case {index} of seed {seed}, {name}, {call}") from error
            outcomes["read"] += 1
        took = time.process_time() - started
        assert took < SECONDS, f"case {index} of seed {seed}, {name}: {took:.1f} s"
    return outcomes


def archives() -> dict[str, bytes]:
    """A bundle of every kind and a ZIP of pairs."""
    rng = np.random.default_rng(6)
    codes = rng.integers(0, 256, (13, 17), dtype=np.uint8)
    target = (codes > 99).astype(np.uint8)
    guesses = {
        "codes": Prediction.coded(codes),
        "hard": Prediction.hard(target),
        "float": Prediction.from_logits(rng.normal(size=(13, 17)).astype(np.float32)),
    }
    found = {
        f"{kind}.segloss.zip": bundle.write(
            Pair(codes, target, guess, "x"), {"loss": "dice"}, "Tune"
        )
        for kind, guess in guesses.items()
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for folder in ("images", "masks", "preds"):
            for n in range(3):
                archive.writestr(f"{folder}/{n}.png", png(codes))
    return {**found, "pairs.zip": out.getvalue()}


def open_archive(data: bytes, name: str) -> None:
    """Open it whichever it is, with all that is in it. Raises ReadError."""
    if bundle.is_bundle(data, name):
        bundle.read(data, name)
        return
    for pair in pairs_in(data, name).pairs:
        for role, path in pair.paths.items():
            check(read(part(data, name, path), path, role=role), role)


def run_archives(cases: int, seed: int) -> Counter[str]:
    """As `run`, for bundles and ZIPs of pairs."""
    rng = np.random.default_rng(seed)
    files = archives()
    names = list(files)
    outcomes: Counter[str] = Counter()
    for index in range(cases):
        name = names[index % len(names)]
        data = mutated(files[name], rng, files[names[int(rng.integers(len(names)))]])
        started = time.process_time()
        try:
            open_archive(data, name)
        except ReadError as error:
            assert error.code in get_args(Code)
            assert "Traceback" not in str(error)
            outcomes[error.code] += 1
        except Exception as error:
            raise AssertionError(f"case {index} of seed {seed}, {name}: {error!r}") from error
        else:
            outcomes["read"] += 1
        took = time.process_time() - started
        assert took < SECONDS, f"case {index} of seed {seed}, {name}: {took:.1f} s"
    return outcomes


def main() -> None:
    """Run from the command line and say what came out."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    tracemalloc.start()
    started = time.process_time()
    outcomes = run(cases, seed) + run_archives(cases // 4, seed)
    _, peak = tracemalloc.get_traced_memory()
    assert peak < MEMORY, f"{peak:,} bytes"
    took = time.process_time() - started
    print(
        f"{cases + cases // 4:,} broken files in {took:.0f} s, at most {peak / 1e6:.0f} MB: {dict(outcomes)}"
    )


if __name__ == "__main__":
    main()
