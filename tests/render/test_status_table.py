"""The table of ``kpi status``, line by line, from a view made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.builders import at_least, at_most, kpi_of, part_of_june, period, plan_of, results_of, series_of, target
from helpers.shop import shop

from kpi.render.layout import Piece
from kpi.render.sanitize import columns
from kpi.render.status_table import by_now, change_line, short_period, status_lines
from kpi.render.style import as_plain
from kpi.status import By, StatusView, status_view

AT_160 = """\
Acme Shop · 30 June 2026                                                       3 green   1 yellow   2 red   1 stale   1 no data   1 no target

  KPI                              Value  Change           Target             By now          Status                  Last 12  Period   Owner
Grow profitably › Three in ten customers come back                                                                red · ana · due 31 Dec 2026
  Repurchase rate                  26.2%  ▲ 0.4 pt better  ≥ 30% by Dec 2026  26.0% expected  ◐ yellow, on pace  ▁▃▃▄▅▆▆▆▇▇▇█  2026-06  ana
      yellow by its thresholds; on pace
    ! improved while its guardrail "Refund rate" got worse (red)
  Refund rate                       6.1%  ▲ 1.2 pt worse   < 5%               122% of target  ✖ red              ▃▂▂▃▁▁▄▃▃▄▅█  2026-06
    → Ask the five largest refunders why, and tell the whole team on Monday what they said to us.
  Net promoter score                  44  ▲ 3 better       ≥ 50 by Dec 2026   43.95 expected  ● green, on pace            ▁▅█  2026-Q2  cy

Grow profitably                                                                                                                   green · ben
  Customer lifetime value         $1.24k  ▲ $90 better     ≥ $1.24k           100% of target  ● green                   ▁▁ ▃█  2026-06

Never make a customer wait                                                                                                                red
  Average handle time         4 min 32 s  ▼ 15.6 s better  ≤ 4 min 30 s       101% of target  ✖ red                     █▇▆▄▁  2026-06
  顧客の待ち時間 [bold]�[31m          25  =                20 – 30                            ● green                    ▄▄▄▄  2026-06
  Orders                               –                                                      ○ no data                        2026-06
      no data to compute it from in this period
  Visits | <b>                         4  ▲ 1                                                 · no target                  ▁█  2026-06

No goal                                                                                                                                 stale
  =Invoices issued                   €9k                   ≥ €10k             90% of target   ◌ stale                      ▁█  2026-04  @dee
      no rows of orders since 12 May 2026
"""  # noqa: E501

AT_80 = """\
Acme Shop · 30 June 2026
3 green   1 yellow   2 red   1 stale   1 no data   1 no target

  KPI                         Value  Change      Target        Status
Grow profitably › Three in ten customers come back   red · ana · due 31 Dec 2026
  Repurchase rate             26.2%  ▲ 0.4 pt    ≥ 30%         ◐ yellow, on pace
      yellow by its thresholds; on pace
    ! improved while its guardrail "Refund rate" got worse (red)
  Refund rate                  6.1%  ▲ 1.2 pt !  < 5%          ✖ red
    → Ask the five largest refunders why, and tell the whole team on Monday what
      they said to us.
  Net promoter sc… (Q2)          44  ▲ 3         ≥ 50          ● green, on pace

Grow profitably                                                      green · ben
  Customer lifetime va…      $1.24k  ▲ $90       ≥ $1.24k      ● green

Never make a customer wait                                                   red
  Average handle time    4 min 32 s  ▼ 15.6 s    ≤ 4 min 30 s  ✖ red
  顧客の待ち時間 [bold…          25  =           20 – 30       ● green
  Orders                          –                            ○ no data
      no data to compute it from in this period
  Visits | <b>                    4  ▲ 1                       · no target

No goal                                                                    stale
  =Invoices issu… (Apr)         €9k              ≥ €10k        ◌ stale
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
  Net promoter score (Q2)          44  ● green

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
        "KPI Value Change Target By now Status Last 12 Period Owner",
        "KPI Value Change Target By now Status Last 12 Period",
        "KPI Value Change Target By now Status Last 12",
        "KPI Value Change Target By now Status Last 6",
        "KPI Value Change Target By now Status",
        "KPI Value Change Target Status",
        "KPI Value Target Status",
        "KPI Value Status",
    ]


def test_a_target_too_wide_for_its_column_loses_its_date_whole() -> None:
    kpi = kpi_of(unit="minutes", target=at_most(5.4, by="2026-11-15"), baseline=9.0)
    view = status_view(plan_of([kpi]), results_of([series_of(5.6)]))
    assert "≤ 5 min 24 s by 15 Nov 2026  6 min 57 s expected  " in table(view, 120)
    assert "≤ 5 min 24 s  6 min 57 s  ● green, ahead" in table(view, 62)
    assert "≤ 5 min 24 s  " in table(view, 58)
    assert "by" not in table(view, 58)


def test_the_date_of_a_target_gives_way_before_the_pace() -> None:
    kpi = kpi_of("repurchase_rate", unit="%", target=at_least(0.3, by="2026-12-31"), baseline=0.22)
    view = status_view(plan_of([kpi]), results_of([series_of(0.25, 0.262, id_=kpi.id)]))
    dates, paces = ([word in table(view, width) for width in range(160, 30, -1)] for word in ("by Dec", "on pace"))
    assert dates[0]
    assert not dates[-1]
    assert all(pace for date, pace in zip(dates, paces, strict=True) if date)
    assert any(pace for date, pace in zip(dates, paces, strict=True) if not date)


@pytest.mark.parametrize(
    ("values", "fields", "cell", "style"),
    [
        ((5, 6), {"target": at_least(7)}, "▲ 1 better", "green"),
        ((6, 5), {"target": at_least(7)}, "▼ 1 worse", "red"),
        ((5, 6), {"target": at_most(7)}, "▲ 1 worse", "red"),
        ((6, 5), {"target": at_most(7)}, "▼ 1 better", "green"),
        ((5, 6), {}, "▲ 1", ""),
        ((5, 5), {"target": at_least(7)}, "=", ""),
        ((5, 6), {"target": target("between 7 and 9", "between", 7, 9)}, "▲ 1 better", "green"),
        ((8, 10), {"target": target("between 7 and 9", "between", 7, 9)}, "▲ 2 worse", "red"),
        ((7, 9), {"target": target("between 7 and 9", "between", 7, 9)}, "▲ 2", ""),
        ((3, 1), {"target": target("exactly 0", "==", 0)}, "▼ 2 better", "green"),
    ],
)
def test_a_change_says_whether_it_is_good(
    values: tuple[int, ...], fields: dict[str, Any], cell: str, style: str
) -> None:
    """In colour and in a word; where there is no room for words, a sign tells of a change for the worse."""
    view = status_view(plan_of([kpi_of(**fields)]), results_of([series_of(*values)]))
    assert change_line(view.rows[0], words=True) == (Piece(cell, style),)
    short = cell.replace(" better", "").replace(" worse", " !")
    assert change_line(view.rows[0], words=False) == (Piece(short, style),)


@pytest.mark.parametrize(
    ("value", "goal", "text"),
    [
        (104, at_least(100), "104% of target"),
        (50, at_least(100), "50% of target"),
        (99.97, at_least(100), "99.97% of target"),  # S9: it is missed
        (100.4, at_most(100), "100.4% of target"),
        (100, at_least(100), "100% of target"),
        (99.9999999999, at_least(100), "less than 100% of target"),
        (12, at_most(10), "120% of target"),
        (5, at_least(0), None),  # no share of nothing
        (5, target("between 7 and 9", "between", 7, 9), None),
        (5, None, None),
        (7, at_least(10, "2026-06-30"), "70% of target"),  # on its date: kept from now on
        (7, at_least(10, "2026-12-31"), "70% of target"),  # without a baseline: kept
    ],
)
def test_how_much_of_a_target_is_kept(value: float, goal: Any, text: str | None) -> None:
    view = status_view(plan_of([kpi_of(target=goal)]), results_of([series_of(value)]))
    assert view.rows[0].attainment_display == text
    assert by_now(view.rows[0]) == (text or "")
    assert by_now(view.rows[0], words=False) == ""


def test_on_the_way_to_a_target_what_is_expected_takes_the_place_of_a_share() -> None:
    """Half of the year is over on 30 June: 181 of 365 days of the way from 0 to 365."""
    kpi = kpi_of(target=at_least(365, "2026-12-31"), baseline=0)
    row = status_view(plan_of([kpi]), results_of([series_of(190)])).rows[0]
    assert (row.attainment, by_now(row), by_now(row, words=False)) == (None, "181 expected", "181")


def test_quarters_beside_months_are_marked_though_they_end_on_the_same_day() -> None:
    kpis = [kpi_of("a"), kpi_of("b"), kpi_of("c", every="quarter"), kpi_of("d", every="week")]
    every: list[Any] = ["month", "month", "quarter", "week"]
    found = [
        series_of(1, 2, id_=kpi.id, every=one, ends="2026-06-28" if one == "week" else "2026-06-30")
        for kpi, one in zip(kpis, every, strict=True)
    ]
    lines = table(status_view(plan_of(kpis), results_of(found)), 36).splitlines()
    assert [line.split("  ")[1] for line in lines[4:8]] == ["a", "b", "c (Q2)", "d (W26)"]


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
