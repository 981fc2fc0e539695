"""The current values of KPIs, computed beside everything else: whoever asks may stop waiting at any time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from kpi.lsp.analysis import Analysis
    from kpi.status import KpiRow

HISTORY = 12  # periods before the one shown
Result = TypeVar("Result")


class Value(NamedTuple):
    """A KPI as it stands; or, in one sentence, why that was not looked at."""

    row: KpiRow | None = None
    problem: str | None = None


class Worker:
    """One thread that does what it is given, one symbol after the other. It does not keep the program from ending."""

    def __init__(self, name: str) -> None:
        self._waiting: SimpleQueue[_Task[object]] = SimpleQueue()
        self._name = name
        self._thread: Thread | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether it is in the middle of something."""
        return self._busy

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """What ``work`` will return or raise. Cancelled before its turn comes, it is passed over."""
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
    """Computes values, each once for an analysis."""

    def __init__(self) -> None:
        self.worker = Worker("kpi values")

    def ask(self, analysis: Analysis, kpi: str) -> Future[Value]:
        """The value of a KPI, which is a while in coming the first time. It never raises."""
        found = analysis.values.get(kpi)
        if found is None or found.cancelled():
            found = analysis.values[kpi] = self.worker.submit(lambda: value_of(analysis, kpi))
        return found


def value_of(analysis: Analysis, kpi: str) -> Value:
    """The value of a KPI. What lies in a warehouse is not asked for: a look at a word must not cost anything."""
    if not analysis.checked.valid:
        return Value(problem="no value while the plan has errors")
    sources = analysis.checked.sources_of(kpi)
    if any(analysis.plan.sources[source].connection is not None for source in sources):
        return Value(problem=f"computed in a warehouse: kpi show {kpi}")
    from kpi.run import compute
    from kpi.status import status_view

    try:
        results = compute(analysis.checked, analysis.day, kpis=[kpi], periods=HISTORY, parts=False)
        row = status_view(analysis.plan, results).rows[0]
    except Exception as fault:  # a mistake of ours must not take the editor's other answers along
        return Value(problem=f"no value: internal fault: {type(fault).__name__}: {fault}")
    return Value(row)
