"""The plan: everything that the files say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kpi.plan.model.fields import described
from kpi.plan.model.goal import Goal
from kpi.plan.model.kpi import Kpi
from kpi.plan.model.lint import LintSettings
from kpi.plan.model.source import Source

if TYPE_CHECKING:
    from kpi.values import Calendar

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MonthName = Literal[
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip


@dataclass(frozen=True)
class CalendarSettings:
    """How days make weeks, quarters and years."""

    week_starts: Weekday = described("The first day of the week.", "monday")
    fiscal_year_starts: MonthName = described("The month in which the fiscal year starts.", "january")
    timezone: str = described("The time zone in which timestamps with a zone become dates.", "UTC")

    def build(self) -> Calendar:
        """The calendar that these words describe, ready to count with. Raises TextError when one is not known, which
        no plan holds that was read from a file."""
        from kpi.values import Calendar

        return Calendar.from_words(self.week_starts, self.fiscal_year_starts, self.timezone)


@dataclass(frozen=True)
class Plan:
    """All goals, KPIs, measures and sources, from the main file and the files that it includes.

    ``folder`` is the main file's folder; ``root`` the project's root (the git root, else ``folder``): no file outside
    it is read, unless it lies in one of the folders ``allowed``; ``homes`` maps a source's id to the folder of the file
    that declares it, to which its paths are relative (absent: ``folder``); ``files`` are all files read, as shown to
    people.
    """

    version: int = described("The version of this language: 1.", 1)
    title: str | None = described("What the plan is about, shown above every table.")
    calendar: CalendarSettings = described("How days make weeks, quarters and years.", factory=CalendarSettings)
    as_of: date | None = described("The day that counts as today's eve, for examples; --as-of wins.")
    include: tuple[str, ...] = described(
        "Further files in the same language, relative to this one; globs are allowed.", ()
    )
    lint: LintSettings = described("What kpi lint looks for.", factory=LintSettings)
    sources: Mapping[str, Source] = described("Rows to compute from.", factory=dict)
    measures: Mapping[str, str] = described("Named building blocks that formulas share.", factory=dict)
    goals: Mapping[str, Goal] = described("What the team wants to achieve.", factory=dict)
    kpis: Mapping[str, Kpi] = described(
        "The measures of performance that the team has decided are important.", factory=dict
    )
    folder: Path = Path(".")
    root: Path = Path(".")
    allowed: tuple[Path, ...] = ()
    homes: Mapping[str, Path] = described("", factory=dict)
    files: tuple[str, ...] = ()
