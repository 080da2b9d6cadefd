"""The most memory that a piece of work adds, over the size of the two 8-bit planes it starts from.

    python -m benchmarks.memory [--quick]

Each piece runs in a process of its own, which has done it before on a tiny pair, so that what is
loaded once is not counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from segloss_core import LOSSES

from . import choice, inputs, ours, peers
from .inputs import Case
from .rows import Row, finish
from .timing import single

PART = "Memory"
TINY = 64
CLASSICAL = len(choice.CLASSICAL)


def _tables(case: Case) -> None:
    ours.all_tables(ours.losses(choice.CLASSICAL), ours.kinds(case.codes, case.target))


def _planes(case: Case) -> None:
    coded, kinds = ours.count(case.codes, case.target)
    into = ours.buffer(coded)
    for tables in ours.all_tables(ours.losses(choice.CLASSICAL), kinds):
        ours.plane(tables.gradient, coded, into)


def _distance(case: Case) -> None:
    known = ours.study(case.codes, case.target)
    for loss in ours.losses(choice.DISTANCE):
        ours.dense(ours.again(known), loss)


def _ssim(case: Case) -> None:
    ours.dense(ours.study(case.codes, case.target), LOSSES["ssim"])


def _one_landscape(case: Case) -> None:
    axis = [i / 100 for i in range(101)]
    study = ours.study(case.codes, case.target)
    ours.landscape(study, LOSSES["tversky"], {"alpha": axis, "beta": axis})


def _loop(case: Case) -> None:
    for name in choice.CLASSICAL:
        (peers.of(name)[0]).value_and_gradient(case.z, case.y)


def _their_distance(case: Case) -> None:
    for name in choice.DISTANCE:
        (peers.of(name)[0]).value_and_gradient(case.z, case.y)


WORKS = {
    "tables": (f"{CLASSICAL} losses, values and maps as tables", _tables),
    "planes": (f"{CLASSICAL} losses, gradient planes one after the other", _planes),
    "landscape": ("a landscape of 101 × 101 points", _one_landscape),
    "distance": (f"{len(choice.DISTANCE)} losses of distances, value and planes", _distance),
    "ssim": ("SSIM, value and planes", _ssim),
    "loop": (f"the libraries' loop over {CLASSICAL} losses", _loop),
    "distance loop": (
        f"the libraries' {len(choice.DISTANCE)} losses of distances",
        _their_distance,
    ),
}


def added(name: str, size: int) -> int:
    """Bytes that the work adds to the peak of a fresh process."""
    command = [sys.executable, "-m", "benchmarks.memory", "--work", name, str(size)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name} at {size}² failed: {done.stderr[-500:]}")
    return int(json.loads(done.stdout.splitlines()[-1]))


def _status(name: str) -> int:
    """Bytes that the kernel says of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _work(name: str, size: int) -> None:
    inputs.one_thread()
    work = WORKS[name][1]
    work(inputs.case(TINY))
    case = inputs.case(size)
    # The peak so far, which is that of the imports, is forgotten.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    work(case)
    print(json.dumps(_status("VmHWM") - before))


def drawn(sizes: tuple[int, ...], folder: str) -> None:
    """Draw the pairs here, because drawing takes more memory than most of what is measured."""
    os.environ.setdefault(inputs.FOLDER, folder)
    for size in (TINY, *sizes):
        inputs.case(size)


def main() -> None:
    if "--work" in sys.argv:
        at = sys.argv.index("--work")
        _work(sys.argv[at + 1], int(sys.argv[at + 2]))
        return
    if not Path("/proc/self/clear_refs").exists():
        finish(PART, [], "this system does not tell the peak of a process anew.")
        return
    found = []
    sizes = inputs.sizes()[1:]  # what a process takes by itself blurs the smallest
    with tempfile.TemporaryDirectory() as folder:
        drawn(sizes, folder)
        for name, (what, _) in WORKS.items():
            for size in sizes:
                bytes_in = 2 * size * size
                more = added(name, size)
                found.append(
                    Row(
                        PART, f"memory.{name}", f"{what} ÷ the two 8-bit planes", size,
                        single(more / bytes_in), None, more / 2**20, bytes_in / 2**20, "MiB",
                    )
                )  # fmt: skip
    finish(PART, found)


if __name__ == "__main__":
    main()
