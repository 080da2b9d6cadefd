"""Values that take long, worked out beside the page: newest wins, and nobody waits for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
import torch

from segloss_core import Loss
from segloss_core.study import Study, Value

Wanted = tuple[Loss, Mapping[str, Any]]


@st.cache_resource
def _worker() -> ThreadPoolExecutor:
    """One thread for all visitors: the other core stays free for those who wait."""
    return ThreadPoolExecutor(1, "later", initializer=torch.set_num_threads, initargs=(1,))


def name_of(wanted: Wanted) -> tuple[Any, ...]:
    """A loss at its setting, as a key."""
    loss, dials = wanted
    return loss.name, *sorted(dials.items())


@dataclass
class Later:
    """What one page waits for: values of one study, in the order in which they were asked for."""

    study: Study | None = None
    asked: tuple[tuple[Any, ...], ...] = ()
    done: dict[tuple[Any, ...], Value] = field(default_factory=dict)
    failed: BaseException | None = None
    job: object = None

    def values(self, study: Study, wanted: Sequence[Wanted]) -> dict[str, Value]:
        """Those that are there, by name of the loss; the others are on their way.

        An error of the worker is raised here.
        """
        if self.failed is not None:
            failed, self.failed = self.failed, None
            raise failed
        if study is not self.study:
            self.study, self.done, self.asked = study, {}, ()
        names = tuple(name_of(one) for one in wanted)
        missing = [one for one, name in zip(wanted, names, strict=True) if name not in self.done]
        if missing and names != self.asked:
            self.asked, self.job = names, (job := object())
            _worker().submit(self._work, job, study, missing, self.done)
        return {name[0]: self.done[name] for name in names if name in self.done}

    def _work(
        self,
        job: object,
        study: Study,
        wanted: Sequence[Wanted],
        done: dict[tuple[Any, ...], Value],
    ) -> None:
        for one in wanted:
            if self.job is not job:
                return  # a newer question
            loss, dials = one
            try:
                done[name_of(one)] = study.value(loss, **dials)
            except Exception as error:  # told to the page, which is where people look
                self.failed = error
                return


def of_page(page: str) -> Later:
    """What this session's page waits for."""
    return st.session_state.setdefault(f"later.{page}", Later())
