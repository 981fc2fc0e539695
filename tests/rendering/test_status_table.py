"""The table of ``kpi status``, line by line, from a view made by hand."""

from __future__ import annotations

import pytest
from helpers.builders import at_least, at_most, kpi_of, part_of_june, period, plan_of, results_of, series_of
from helpers.shop import shop

from kpi.render.sanitize import columns
from kpi.render.status_table import short_period, status_lines
from kpi.render.style import as_plain
from kpi.status import By, StatusView, status_view

AT_160 = """\
Acme Shop · 30 June 2026                                               3 green   1 yellow   2 red   1 stale   1 no data   1 no target

  KPI                              Value  Change    Target                            Status                  Last 12  Period   Owner
Grow profitably › Three in ten customers come back                                                        red · ana · due 31 Dec 2026
  Repurchase rate                  26.2%  ▲ 0.4 pt  ≥ 30% by Dec 2026 (26.0% by now)  ◐ yellow, on pace  ▁▃▃▄▅▆▆▆▇▇▇█  2026-06  ana
      yellow by its thresholds; on pace
    ! improved while its guardrail "Refund rate" got worse (red)
  Refund rate                       6.1%  ▲ 1.2 pt  < 5%                              ✖ red              ▃▂▂▃▁▁▄▃▃▄▅█  2026-06
    → Ask the five largest refunders why, and tell the whole team on Monday what they said to us.
  Net promoter score                  44  ▲ 3       ≥ 50 by Dec 2026 (43.95 by now)   ● green, on pace            ▁▅█  2026-Q2  cy

Grow profitably                                                                                                           green · ben
  Customer lifetime value         $1.24k  ▲ $90     ≥ $1.24k                          ● green                   ▁▁ ▃█  2026-06

Never make a customer wait                                                                                                        red
  Average handle time         4 min 32 s  ▼ 15.6 s  ≤ 4 min 30 s                      ✖ red                     █▇▆▄▁  2026-06
  顧客の待ち時間 [bold]�[31m          25  =         20 – 30                           ● green                    ▄▄▄▄  2026-06
  Orders                               –                                              ○ no data                        2026-06
      no data to compute it from in this period
  Visits | <b>                         4  ▲ 1                                         · no target                  ▁█  2026-06

No goal                                                                                                                         stale
  =Invoices issued                   €9k            ≥ €10k                            ◌ stale                      ▁█  2026-04  @dee
      no rows of orders since 12 May 2026
"""  # noqa: E501

AT_80 = """\
Acme Shop · 30 June 2026
3 green   1 yellow   2 red   1 stale   1 no data   1 no target

  KPI                         Value  Change    Target                Status
Grow profitably › Three in ten customers come back   red · ana · due 31 Dec 2026
  Repurchase rate             26.2%  ▲ 0.4 pt  ≥ 30% (26.0% by now)  ◐ yellow
      yellow by its thresholds; on pace
    ! improved while its guardrail "Refund rate" got worse (red)
  Refund rate                  6.1%  ▲ 1.2 pt  < 5%                  ✖ red
    → Ask the five largest refunders why, and tell the whole team on Monday what
      they said to us.
  Net promoter score             44  ▲ 3       ≥ 50 (43.95 by now)   ● green

Grow profitably                                                      green · ben
  Customer lifetime va…      $1.24k  ▲ $90     ≥ $1.24k              ● green

Never make a customer wait                                                   red
  Average handle time    4 min 32 s  ▼ 15.6 s  ≤ 4 min 30 s          ✖ red
  顧客の待ち時間 [bold…          25  =         20 – 30               ● green
  Orders                          –                                  ○ no data
      no data to compute it from in this period
  Visits | <b>                    4  ▲ 1                             · no target

No goal                                                                    stale
  =Invoices issu… (Apr)         €9k            ≥ €10k                ◌ stale
      no rows of orders since 12 May 2026
"""

AT_50 = """\
Acme Shop · 30 June 2026
3 green   1 yellow   2 red   1 stale   1 no data
1 no target

  KPI                           Value  Status
Three in ten customers come back               red
  Repurchase rate               26.2%  ◐ yellow
      yellow by its thresholds; on pace
    ! improved while its guardrail "Refund rate"
      got worse (red)
  Refund rate                    6.1%  ✖ red
    → Ask the five largest refunders why, and tell
      the whole team on Monday what they said to
      us.
  Net promoter score               44  ● green

Grow profitably                        green · ben
  Customer lifetime value      $1.24k  ● green

Never make a customer wait                     red
  Average handle time      4 min 32 s  ✖ red
  顧客の待ち時間 [bold]�…          25  ● green
  Orders                            –  ○ no data
      no data to compute it from in this period
  Visits | <b>                      4  · no target

No goal                                      stale
  =Invoices issued (Apr)          €9k  ◌ stale
      no rows of orders since 12 May 2026
"""


def table(view: StatusView, width: int, **options: str) -> str:
    return as_plain(status_lines(view, width, **options)) + "\n"


def one_row(*values: float | None, width: int = 100, **fields: object) -> str:
    view = status_view(plan_of([kpi_of(**fields)]), results_of([series_of(*values)]))  # type: ignore[arg-type]
    return table(view, width).splitlines()[4]


@pytest.mark.parametrize(("width", "expected"), [(160, AT_160), (80, AT_80), (50, AT_50)])
def test_the_whole_table(width: int, expected: str) -> None:
    assert table(shop(), width) == expected


@pytest.mark.parametrize("by", ["goal", "owner", "tag"])
def test_no_line_is_wider_than_the_terminal(by: By) -> None:
    view = shop(by=by)
    for width in range(32, 171):
        assert max(columns(line) for line in table(view, width, by=by).splitlines()) <= width


def test_by_owner_the_owner_needs_no_column() -> None:
    heads = [table(shop(by=by), 160, by=by).splitlines()[2].split() for by in ("goal", "owner")]
    assert [words[-1] for words in heads] == ["Owner", "Period"]


def test_columns_that_would_be_empty_are_left_out() -> None:
    view = status_view(plan_of([kpi_of()]), results_of([series_of(5.0)]))
    assert table(view, 100).splitlines()[2].split() == ["KPI", "Value", "Status", "Last", "12", "Period"]


def test_least_important_columns_go_first() -> None:
    heads = []
    for width in range(150, 30, -1):
        head = next(line for line in table(shop(), width).splitlines() if line.startswith("  KPI"))
        heads.append(" ".join(head.split()))
    assert list(dict.fromkeys(heads)) == [
        "KPI Value Change Target Status Last 12 Period Owner",
        "KPI Value Change Target Status Last 12 Period",
        "KPI Value Change Target Status Last 12",
        "KPI Value Change Target Status Last 6",
        "KPI Value Change Target Status",
        "KPI Value Target Status",
        "KPI Value Status",
    ]


def test_a_target_too_wide_for_its_column_loses_its_date_whole() -> None:
    kpi = kpi_of(unit="minutes", target=at_most(5.4, by="2026-11-15"), baseline=9.0)
    view = status_view(plan_of([kpi]), results_of([series_of(5.6)]))
    assert "≤ 5 min 24 s by 15 Nov 2026 (6 min 57 s by now)" in table(view, 120)
    assert "≤ 5 min 24 s (6 min 57 s by now)" in table(view, 80)
    assert "≤ 5 min 24 s  " in table(view, 58)
    assert "by" not in table(view, 58)


def test_an_empty_view_says_so() -> None:
    assert table(status_view(plan_of([]), results_of([])), 80) == "KPIs · 30 June 2026\n\nNo KPI to show.\n"


def test_T7_running_periods_are_said_to_run() -> None:
    plan = plan_of([kpi_of(target=at_least(1000.0))], title="Acme")
    view = status_view(plan, results_of([part_of_june(400.0, 12, additive=True)], "2026-06-12"), to_date=True)
    lines = table(view, 100).splitlines()
    assert lines[0].startswith("Acme · 12 June 2026, periods still running")
    assert lines[5] == "      target prorated: 12 of 30 days"


def test_wide_characters_are_counted_as_the_terminal_does() -> None:
    kpis = [kpi_of(f"k{n}", name=name) for n, name in enumerate(["売上", "👩‍💻 dev", "❤️ love", "e\u0301t\u00e9"])]
    view = status_view(plan_of(kpis), results_of([series_of(1.0, id_=f"k{n}") for n in range(4)]))
    rows = [line for line in table(view, 80).splitlines() if "no target" in line and line.startswith("  ")]
    assert {columns(row.partition("1")[0]) for row in rows} == {15}  # 2, the heart's 7, 2, and 4 of "Value"


def test_nothing_in_a_name_steers_the_terminal() -> None:
    row = one_row(1.0, name="a\x1b]0;owned\x07b\u202ec\x9bd\ne")
    assert "a\ufffd]0;owned\ufffdb\ufffdc\ufffdd e" in row
    assert row.isprintable()


@pytest.mark.parametrize(
    ("ends", "every", "short"),
    [
        ("2026-05-31", "month", "May"),
        ("2026-09-30", "month", "Sep"),
        ("2026-06-30", "quarter", "Q2"),
        ("2026-07-05", "week", "W27"),
        ("2026-06-30", "day", "30 June"),
        ("2026-12-31", "year", "2026"),
    ],
)
def test_a_short_period_leaves_out_the_year(ends: str, every: str, short: str) -> None:
    assert short_period(period(ends, every)) == short
