"""M122: a currency, a percentage or a duration written as a word."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.values.units import UNIT_WORDS


@rule("M122", "unit-as-word", "warning", "A currency, a percentage or a duration is written as such.", smart="")
def check(context: Context) -> Iterator[Finding]:
    """Units such as Euro and Stunden, which are mere nouns in a plan."""
    for kpi in context.kpis:
        unit = context.unit(kpi)
        if unit is None or unit.kind != "noun" or unit.text is None:
            continue
        meant = UNIT_WORDS.get(" ".join(unit.text.casefold().strip(".").split()))
        if meant is not None:
            written = [f'"{one}"' if one == "%" else one for one in meant]
            yield Finding(
                ("kpis", kpi.id, "unit"),
                f'the unit "{unit.text}" of {shown(kpi)} is read as any noun, such as orders',
                f"write unit: {', or '.join(written)}",
            )
