"""M121: a number whose mark is a decimal mark to some readers and separates thousands for others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lazy_pattern import lazy_pattern
from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.values.number_syntax import ambiguous_numbers, with_readings

if TYPE_CHECKING:
    from kpi.plan.model import Kpi
    from kpi.plan.yaml.source_map import Path

# A point that can only be a decimal point: no, one, two or more than three digits follow it, or a zero is before it.
_DECIMAL = lazy_pattern(r"(?<![\d.,])(?:\d+\.(?:\d{1,2}|\d{4,})|0\.\d+)(?![\d.,])")
_GROUPED = lazy_pattern(r"(?<![\d.,_])([1-9]\d{0,2}),(\d{3})(?![\d.,_])")


@rule("M121", "ambiguous-number", "warning", "A number can be read in only one way.", smart="")
def check(context: Context) -> Iterator[Finding]:
    """Numbers such as 50.000, and in a locale whose decimal mark is a comma also 1,250. A number that can only be a
    decimal says how those beside it are meant."""
    mark = _decimal_mark(context)
    if mark == ".":
        return
    for kpi in context.kpis:
        written = [(path, text) for path in _paths(kpi) if (text := context.written(path)) is not None]
        if any(_DECIMAL.search(text) for _, text in written):
            continue
        for path, text in written:
            numbers = ambiguous_numbers(text)
            if not numbers and mark == ",":
                numbers = {
                    found[0]: (f"{found[1]}{found[2]}", _decimal(*found.groups())) for found in _GROUPED.finditer(text)
                }
            for number in numbers:
                start = text.index(number)
                meant = number.replace(",", "") if "," in number else f"{float(number):g}"
                first, second = (with_readings(text, {number: numbers[number]}, which) for which in (0, 1))
                yield Finding(
                    path,
                    f'{shown(kpi)} has the number "{number}", which is read as {meant}',
                    f"write {first} or {second}",
                    start=start,
                    end=start + len(number),
                )


def _decimal(whole: str, fraction: str) -> str:
    decimals = fraction.rstrip("0") or "0"
    return f"{whole}.{decimals}"


def _decimal_mark(context: Context) -> str | None:
    """The decimal mark where the file is read; None without a locale."""
    if not context.given("locale"):
        return None
    from kpi.values.locales import decimal_mark

    return decimal_mark(context.plan.locale)


def _paths(kpi: Kpi) -> Iterator[Path]:
    """Where a KPI may have numbers that people write."""
    at: Path = ("kpis", kpi.id)
    yield (*at, "baseline")
    yield (*at, "target")
    if isinstance(kpi.target, tuple):
        yield from ((*at, "target", entry.label) for entry in kpi.target)
    yield from ((*at, "thresholds", name) for name in ("green", "yellow"))
    yield from ((*at, "values", label) for label in kpi.values)
    if isinstance(kpi.path, tuple):
        yield from ((*at, "path", point.label) for point in kpi.path)
    if kpi.split is not None:
        yield from ((*at, "split", "targets", value) for value in kpi.split.targets)
