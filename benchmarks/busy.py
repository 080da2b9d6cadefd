"""How much a page's work slows beside two busy processes.

    python -m benchmarks.busy [--quick]

Two processes, one of NumPy and one of torch with a thread each, are stopped and woken in turns, so
that every round has the work alone and in company. It runs in a thread of its own, as Streamlit
runs a page: all values, one loss's maps, metrics and payers of a pair that was just opened.
"""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import torch

from segloss_core import LOSSES

from . import choice, inputs, ours, peers
from .rows import Row, finish
from .timing import Work, ratio, seconds

PART = "Beside busy processes"
SIZE = 512
AT_ONCE = 0.3  # seconds of work in one measurement, at least

_NUMPY = (
    "import numpy as np; a = np.ones((700, 700)); print('ready', flush=True)\nwhile True: a @ a"
)
_TORCH = (
    "import torch; torch.set_num_threads(1); a = torch.ones(1 << 21); print('ready', flush=True)\n"
    "while True: a.exp()"
)


@contextlib.contextmanager
def neighbours() -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes that do nothing but compute, asleep at first."""
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=alone)
        for code in (_NUMPY, _TORCH)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
            process.send_signal(signal.SIGSTOP)
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def in_a_thread(work: Work, threads: int) -> Work:
    """The work in a new thread, in which torch has so many threads."""

    def run() -> None:
        def of_it() -> None:
            torch.set_num_threads(threads)
            work()

        thread = threading.Thread(target=of_it)
        thread.start()
        thread.join()

    return run


def slowed(works: dict[str, Work], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of each work alone and in company, in alternating order."""
    took: dict[str, dict[str, list[float]]] = {name: {"alone": [], "busy": []} for name in works}
    repeats = {name: max(1, round(AT_ONCE / seconds(work))) for name, work in works.items()}
    with neighbours() as others:
        for i in range(rounds):
            for how in ("alone", "busy") if i % 2 else ("busy", "alone"):
                if how == "busy":
                    for process in others:
                        process.send_signal(signal.SIGCONT)
                    time.sleep(0.1)  # until they have a core
                for name, work in works.items():
                    started = time.perf_counter()
                    for _ in range(repeats[name]):
                        work()
                    took[name][how].append((time.perf_counter() - started) / repeats[name])
                for process in others:
                    process.send_signal(signal.SIGSTOP)
    return took


def main() -> None:
    if not hasattr(signal, "SIGSTOP"):
        finish(PART, [], "processes cannot be stopped and woken on this system.")
        return
    inputs.one_thread()
    case = inputs.case(SIZE)
    opened = ours.study(case.codes, case.target)
    loss, peer = LOSSES["focal"], peers.fastest("focal", case.z, case.y)
    cores = os.cpu_count() or 1
    works = {
        "page": in_a_thread(lambda: ours.page(ours.again(opened), loss), 1),
        "library": in_a_thread(lambda: peer.value_and_gradient(case.z, case.y), cores),
    }
    for work in works.values():
        work()
    took = slowed(works, 5 if inputs.is_quick() else 9)
    said = {
        "page": "a page's work beside two busy processes ÷ alone",
        "library": f"focal in {peer.library} with torch's {cores} threads, likewise",
    }
    finish(
        PART,
        [
            Row(
                PART, f"busy.{name}", what, SIZE, ratio(took[name]["busy"], took[name]["alone"]),
                choice.at_most(2.5) if name == "page" else None,
                statistics.median(took[name]["busy"]), statistics.median(took[name]["alone"]),
            )
            for name, what in said.items()
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
