"""KPIs that are split: every source that the formula aggregates, itself or through names, has the column."""

from __future__ import annotations

from collections.abc import Collection

from kpi.errors import UsageError, did_you_mean
from kpi.formulas.column_names import folded
from kpi.formulas.types import DURATION
from kpi.plan.checks.checked import Checked
from kpi.plan.checks.dependencies import DependencyGraph
from kpi.plan.checks.formulas import Formulas
from kpi.plan.checks.report import Finding, Path
from kpi.plan.checks.rows import FILENAME, Rows
from kpi.plan.model import Kpi, Split

_MOST_NAMED = 8


def check_splits(formulas: Formulas, graph: DependencyGraph) -> None:
    """Report the mistakes of all columns by which KPIs are split."""
    for kpi in formulas.plan.kpis.values():
        if kpi.split is not None:
            _check(kpi, kpi.split.by, formulas, graph)


def split_by(checked: Checked, kpis: Collection[str], column: str, option: str = "--split") -> Checked:
    """The same, with those of the ``kpis`` split by a column whose sources all have it, as far as that can be known
    without reading rows, and the others unsplit. One that is split so in the file stays as it is there.

    Raises UsageError when there is none; ``option`` is the one that asks for it.
    """
    found: dict[str, Kpi] = {}
    for kpi in kpis:
        known = checked.plan.kpis[kpi]
        sources = checked.dependencies.row_sources(kpi)
        can = bool(sources) and all(_may_have(checked, source, column) for source in sources)
        if not can:
            found[kpi] = known.model_copy(update={"split": None})
        elif known.split is None or folded(known.split.by) != folded(column):
            found[kpi] = known.model_copy(update={"split": Split(by=column)})
    changed = checked.with_kpis(found)
    if not any(changed.plan.kpis[kpi].split is not None for kpi in kpis):
        raise cannot_split(checked, kpis, column, option)
    return changed


def unsplit(checked: Checked) -> Checked:
    """The same, without splits."""
    split = [kpi for kpi in checked.plan.kpis.values() if kpi.split is not None]
    found = {kpi.id: kpi.model_copy(update={"split": None}) for kpi in split}
    return checked.with_kpis(found) if found else checked


def cannot_split(checked: Checked, kpis: Collection[str], column: str, option: str = "--split") -> UsageError:
    """The error for a column by which none of these KPIs can be split."""
    known: dict[str, None] = {}
    half: str | None = None
    for kpi in kpis:
        sources = checked.dependencies.row_sources(kpi)
        for source in sources:
            known |= dict.fromkeys((*(checked.facts[source].columns or ()), *checked.plan.sources[source].computed))
        having = [_may_have(checked, source, column) for source in sources]
        if any(having) and not all(having) and half is None:
            half = f"{kpi} also aggregates {sources[having.index(False)]}, which has no such column"
    hint = half or did_you_mean(column, known) or "a split needs a column that all sources of a KPI have"
    return UsageError(f'{option}: no KPI here can be split by "{column}"', hint=hint)


def _may_have(checked: Checked, source: str, column: str) -> bool:
    columns = checked.facts[source].columns
    names = {folded(name) for name in (*(columns or ()), *checked.plan.sources[source].computed, FILENAME)}
    return columns is None or folded(column) in names


def _check(kpi: Kpi, column: str, formulas: Formulas, graph: DependencyGraph) -> None:
    path: Path = ("kpis", kpi.id, "split", "by")
    at = (0, len(column))
    if kpi.formula is None:
        formulas.report.within(Finding("E046", f'"{kpi.id}" has no formula, so there are no rows to split', at), path)
        return
    if kpi.id not in formulas.dependencies:
        return  # its formula cannot be parsed, which is reported
    sources = graph.row_sources(kpi.id)
    rows = [formulas.rows[source] for source in sources if source in formulas.rows]
    if not sources:
        message = f'the formula of "{kpi.id}" aggregates no rows that could be split'
        formulas.report.within(Finding("E046", message, at), path)
    found = [(one, finding) for one in rows if (finding := one.missing(column, at)) is not None]
    if found and (len(found) == len(rows) == 1 or found[0][1].code != "E043"):
        formulas.report.within(found[0][1], path)
    elif found and len(found) == len(rows):
        hint, meant = _of_all(column, rows, formulas)
        formulas.report.within(found[0][1]._replace(hint=hint, meant=meant, replacements=()), path)
    elif found:
        formulas.report.within(_lacking(column, found[0][0], rows, formulas), path)
    elif lasting := next((one for one in rows if one.kinds(column) == DURATION), None):
        message = f"{lasting.source.id}.{column} holds durations, which hardly ever repeat"
        formulas.report.within(Finding("E046", message, at, "split by a column with few distinct values"), path)


def _lacking(column: str, without: Rows, rows: list[Rows], formulas: Formulas) -> Finding:
    """The finding for a column that only some of the sources have."""
    message = f'there is no column "{column}" in {without.source.id}; a split needs it in every source of the formula'
    hint, meant = _of_all(column, rows, formulas)
    return Finding("E046", message, (0, len(column)), hint, meant)


def _of_all(column: str, rows: list[Rows], formulas: Formulas) -> tuple[str, str | None]:
    """A hint about the columns that all sources have, and the one of them that was most likely meant."""
    known = [set(one.columns) | set(one.computed_names) for one in rows if one.columns is not None]
    common = sorted(set.intersection(*known) - {FILENAME, folded(column)}) if known else []
    hint, meant = formulas.report.near(column, common) if common else None, formulas.report.meant(column, common)
    if hint is None or meant is None:
        names = ", ".join(common[:_MOST_NAMED])
        hint = f"all of them have: {names}" if names else f"compute it there: computed: {{{column}: …}}"
    return hint, meant
