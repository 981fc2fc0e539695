"""Computes the current values of KPIs in the background, so that a request does not have to wait for them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from kpi.lsp.analysis import Analysis, Value

Result = TypeVar("Result")


class Worker:
    """A daemon thread that runs submitted functions one after the other."""

    def __init__(self, name: str) -> None:
        self._waiting: SimpleQueue[_Task[object]] = SimpleQueue()
        self._name = name
        self._thread: Thread | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a function is running."""
        return self._busy

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Run ``work`` in the thread. The future has its result or exception and can be cancelled before it starts."""
        task = _Task(work)
        self._waiting.put(task)  # type: ignore[arg-type]
        if self._thread is None:
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        return task.future

    def _run(self) -> None:
        while True:
            task = self._waiting.get()
            self._busy = True
            task.run()
            self._busy = False


class _Task(Generic[Result]):
    def __init__(self, work: Callable[[], Result]) -> None:
        self.work = work
        self.future: Future[Result] = Future()

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self.work())
        except BaseException as fault:
            self.future.set_exception(fault)


class Values:
    """Computes each value once per analysis."""

    def __init__(self) -> None:
        self.worker = Worker("kpi values")

    def ask(self, analysis: Analysis, kpi: str) -> Future[Value]:
        """The future value of a KPI. It never raises."""
        found = analysis.values.get(kpi)
        if found is None or found.cancelled():
            found = analysis.values[kpi] = self.worker.submit(lambda: value_of(analysis, kpi))
        return found


def value_of(analysis: Analysis, kpi: str) -> Value:
    """Compute the value of a KPI. Warehouses are not queried, because a hover must not cause costs."""
    if not analysis.checked.valid:
        return Value(problem="no value while the plan has errors")
    sources = analysis.checked.dependencies.sources(kpi)
    if any(analysis.plan.sources[source].connection is not None for source in sources):
        return Value(problem=f"computed in a warehouse; run kpi show {kpi}")
    from kpi.plan.checks.splits import unsplit
    from kpi.session import Session

    try:
        row = Session(unsplit(analysis.checked), analysis.day).status([kpi]).view.rows[0]
    except Exception as fault:  # an internal error must not affect other requests
        return Value(problem=f"no value: internal error: {type(fault).__name__}: {fault}")
    return Value(row)
