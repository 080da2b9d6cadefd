"""Cut an image into strips of rows, and work on them on all threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

Strip = tuple[int, int]  # first row, and the row after the last
Found = TypeVar("Found")


def strips(shape: tuple[int, ...], pixels: int, least: int = 1) -> list[Strip]:
    """Strips of about so many pixels, and of at least so many rows, from top to bottom."""
    height, width = shape
    step = max(1, least, pixels // width)
    return [(at, min(at + step, height)) for at in range(0, height, step)]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch work on one thread here: on strips, threads lose more by meeting than they win."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def each(do: Callable[[Strip], Found], of: list[Strip]) -> list[Found]:
    """Do it to every strip, on as many threads as torch has here; what is found is in order."""
    threads = min(torch.get_num_threads(), len(of))
    if threads < 2:
        return [do(strip) for strip in of]
    with one_thread(), ThreadPoolExecutor(threads, initializer=_alone) as pool:
        return list(pool.map(do, of))


def _alone() -> None:
    torch.set_num_threads(1)
