"""What takes long, worked out beside the page: newest wins, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
import torch

from segloss_core import Loss
from segloss_core.study import Study

Tasks = Mapping[Hashable, Callable[[], Any]]


@st.cache_resource
def _worker() -> ThreadPoolExecutor:
    """One thread for all visitors: the other core stays free for those who wait."""
    return ThreadPoolExecutor(1, "later", initializer=torch.set_num_threads, initargs=(1,))


def name_of(loss: Loss, dials: Mapping[str, Any]) -> Hashable:
    """A loss at its setting, as the key of a task."""
    return loss.name, *sorted(dials.items())


@dataclass
class Later:
    """What one page waits for: answers about one study, in the order in which they were asked."""

    study: Study | None = None
    asked: tuple[Hashable, ...] = ()
    done: dict[Hashable, Any] = field(default_factory=dict)
    failed: BaseException | None = None
    job: object = None

    def answers(self, study: Study, tasks: Tasks) -> dict[Hashable, Any]:
        """Those that are there; the others are on their way. An error of theirs is raised here."""
        if self.failed is not None:
            failed, self.failed = self.failed, None
            raise failed
        if study is not self.study:
            self.study, self.done, self.asked = study, {}, ()
        missing = {name: task for name, task in tasks.items() if name not in self.done}
        if missing and tuple(tasks) != self.asked:
            self.asked, self.job = tuple(tasks), (job := object())
            _worker().submit(self._work, job, missing, self.done)
        return {name: self.done[name] for name in tasks if name in self.done}

    def forget(self) -> None:
        """Wait for nothing any more, and keep no answer."""
        self.study, self.asked, self.done, self.job, self.failed = None, (), {}, None, None

    def _work(self, job: object, tasks: Tasks, done: dict[Hashable, Any]) -> None:
        for name, task in tasks.items():
            if self.job is not job:
                return  # a newer question
            try:
                done[name] = task()
            except Exception as error:  # told to the page, which is where people look
                if self.job is job:
                    self.failed = error
                return


def of_page(page: str) -> Later:
    """What this session's page waits for."""
    return st.session_state.setdefault(f"later.{page}", Later())


def value(study: Study, loss: Loss, dials: Mapping[str, Any]) -> Callable[[], Any]:
    """The task of working out a loss."""
    return lambda: study.value(loss, **dials)
