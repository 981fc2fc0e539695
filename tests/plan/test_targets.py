"""Targets and thresholds read as people write them (S1 to S4, S7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import TextError
from kpi.plan.loading import read_plan
from kpi.plan.model import Kpi, Reference, Relative, ScheduleEntry, Target, parse_target
from kpi.values import Unit, parse_unit

NONE, PERCENT, SECONDS, DOLLARS = parse_unit(None), parse_unit("%"), parse_unit("seconds"), parse_unit("USD")


@pytest.mark.parametrize(
    ("words", "op"),
    [
        ("at least", ">="), ("at or above", ">="), ("no less than", ">="), (">=", ">="), ("≥", ">="),
        ("above", ">"), ("more than", ">"), ("over", ">"), (">", ">"),
        ("at most", "<="), ("at or below", "<="), ("no more than", "<="), ("up to", "<="), ("<=", "<="), ("≤", "<="),
        ("below", "<"), ("less than", "<"), ("under", "<"), ("<", "<"),
        ("exactly", "=="), ("=", "=="), ("==", "=="), ("At Least", ">="), ("NO  more\tthan", "<="),
    ],
)  # fmt: skip
def test_S1_every_direction_is_understood(words: str, op: str) -> None:
    assert parse_target(f"{words} 12", NONE) == Target(f"{words} 12", op, 12.0)  # type: ignore[arg-type]


def test_S1_a_sign_needs_no_blank() -> None:
    assert parse_target(">=30%", PERCENT).value == 0.3


def test_S1_between_has_two_bounds() -> None:
    target = parse_target("between 20 and 30", NONE)
    assert (target.op, target.value, target.upper) == ("between", 20.0, 30.0)


def test_S1_a_share_of_the_baseline() -> None:
    assert parse_target("20% more by 2026-12-31", NONE, 5.0) == Target(
        "20% more by 2026-12-31", ">=", Relative(0.2), None, date(2026, 12, 31)
    )
    assert parse_target("20% less", NONE, -5.0) == Target("20% less", "<=", Relative(-0.2))
    assert parse_target("at most 5% more than the baseline", PERCENT, 0.5).value == Relative(0.05)
    assert parse_target("at most 5% more than the baseline", PERCENT, 0.5).op == "<="


@pytest.mark.parametrize(
    ("baseline", "toward", "op"), [(0.8, None, ">="), (0.95, None, "<="), (None, ">", ">="), (0.8, "<=", "<=")]
)
def test_S1_a_bare_number_takes_its_direction(baseline: float | None, toward: object, op: str) -> None:
    assert parse_target("90%", PERCENT, baseline, toward=toward).op == op  # type: ignore[arg-type]


@pytest.mark.parametrize("baseline", [None, 0.9])
def test_S1_a_bare_number_without_any_direction_is_an_error_that_offers_both(baseline: float | None) -> None:
    with pytest.raises(TextError) as caught:
        parse_target("90%", PERCENT, baseline)
    assert caught.value.hint == 'write "at least 90%" or "at most 90%"'


def test_S2_numbers_are_in_the_units_scale() -> None:
    assert parse_target("at least 30%", PERCENT).value == 0.3
    assert parse_target("at least 0.3", PERCENT).value == 0.3
    assert parse_target("at least 4 min 30 s", SECONDS).value == 270.0
    assert parse_target("under 250 ms", SECONDS).value == 0.25
    assert parse_target("at least $1.5M", DOLLARS).value == 1_500_000.0
    for text, unit in (("at least 30", PERCENT), ("at least 30%", NONE)):
        with pytest.raises(TextError):
            parse_target(text, unit)


def test_S3_a_measure_or_kpi_instead_of_a_number() -> None:
    assert parse_target("at least budget", DOLLARS).value == Reference("budget")
    assert parse_target("at least 95% of budget by 2026-12-31", DOLLARS).value == Reference("budget", 0.95)
    target = parse_target("between floor and ceiling_2", NONE)
    assert (target.value, target.upper) == (Reference("floor"), Reference("ceiling_2"))
    assert parse_target("budget", NONE, toward="<").op == "<="


# A mistake between « and », and the hint (or the end of it).
MISTAKES = [
    ("Below 2500ms «at the 90th percentile»",
     'the percentile belongs in the formula: percentile(source.column, 90)'),
    ("«TBD»", 'leave it out until there is one: the status is then "no target"'),
    ("«n/a»", 'leave it out until there is one: the status is then "no target"'),
    ("at least «tbd»", 'leave it out until there is one: the status is then "no target"'),
    ("at least 50 by «Q4»", 'write the day: "by 2026-12-31"'),
    ("at least 50 by «Q3 2026»", 'write "by 2026-09-30"'),
    ("at least 50 by «2026-11»", 'write "by 2026-11-30"'),
    ("at least 50 by «end of 2026»", 'write "by 2026-12-31"'),
    ("at least 50 by «the end of February 2028»", 'write "by 2028-02-29"'),
    ("at least 50 by «FY2027-Q1»", 'write the day: "by 2026-12-31"'),
    ("at least 50 by «31/12/2026»", 'write "by 2026-12-31"'),
    ("at least 50 by «03/04/2026»", 'write "by 2026-04-03" or "by 2026-03-04"'),
    ("at least 50 by «Dec 31, 2026»", 'write "by 2026-12-31"'),
    ("at least 50 by 2026-02-«30»", "write 2026-02-28"),
    ("at least 50 «by»", 'for example "by 2026-12-31"'),
    ("«at least»", 'for example "at least 30"'),
    ("«20% more»", "or add a baseline"),
    ("between «30 and 20»", 'write "between 20 and 30"'),
    ("between «20 and 20»", 'write "exactly 20"'),
    ("between «20-30»", 'write "between 20 and 30"'),
    ("between «10% more» and 20", "write the numbers themselves"),
    ("20 «to 30»", 'write "between 20 and 30"'),
    ("at least 20«, at most 30»", 'write "between 20 and 30"'),
    ("at least «net revenue»", 'ids have no spaces, as in "at least net_revenue"'),
    ("at least «Budget»", 'if "budget" is a measure or KPI, write "at least budget"'),
    ("at least 95 «of budget»", 'if "budget" is a measure or KPI, write "at least 95% of budget"'),
    ("at least 95% of «net revenue»", "what is measured belongs in the formula and the name"),
    ("at least «half of budget»", 'if "budget" is a measure or KPI, write "at least 50% of budget"'),
    ("«budget»", 'if it is a measure or KPI, write "at least budget"'),
    ("at least «five»", "write the number in digits"),
    ("at least «1,5»", "write 1.5"),
    ("at least «$»5", "write the amount without $, and give the KPI its unit, such as unit: USD"),
    ("at least 5 «points»",
     'are "points" what the formula counts? then say so once, as unit: points, and write "at least 5"'),
    ("at least 5 «per month» by 2026-12-31",
     'then write "at least 5 by 2026-12-31"; if not, divide by it there'),
    ("«Increase sales» by 20%",
     'write "20% more than a year ago" or "20% more than the period before", or add a baseline'),
    ("«reduce churn to 5»", 'write "at most 5"'),
    ("5 «or more»", 'write "at least 5"'),
    ("«maximum 5»", 'write "at most 5"'),
    ("«not less than 5»", 'write "at least 5"'),
    ("«Keep it above 5»", 'write "above 5"'),
    ("«atleast 5»", 'write "at least 5"'),
    ("=«> 5»", 'write "at least 5"'),
    ("«See the wiki»", "what is measured belongs in the formula and the name"),
    ("«" + "5" * 301 + "»", "what is measured belongs in the formula and the name"),
    ("«»", "what is measured belongs in the formula and the name"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "hint"), MISTAKES)
def test_what_is_not_understood_is_pointed_at(marked: str, hint: str) -> None:
    before, within, after = marked.replace("»", "«").split("«")
    with pytest.raises(TextError) as caught:
        parse_target(before + within + after, NONE)
    assert (caught.value.start, caught.value.end) == (len(before), len(before + within)), caught.value.message
    assert str(caught.value.hint).endswith(hint)


def test_a_share_of_a_baseline_of_zero_is_an_error() -> None:
    with pytest.raises(TextError, match="zero"):
        parse_target("20% more", NONE, 0.0)


def mistake_in(text: str, unit: Unit, baseline: float | None) -> TextError | None:
    try:
        parse_target(text, unit, baseline)
    except TextError as mistake:
        return mistake
    return None


@given(st.text(max_size=60), st.sampled_from([NONE, PERCENT, SECONDS, DOLLARS]), st.sampled_from([None, 0.0, 5.0]))
def test_any_text_is_a_target_or_an_explained_mistake(text: str, unit: Unit, baseline: float | None) -> None:
    mistake = mistake_in(text, unit, baseline)
    assert mistake is None or 0 <= mistake.start <= mistake.end <= len(text)


@given(
    st.sampled_from(["at least", "above", "at most", "below", "between 1 and", "20% more", "by", "increase", "TBD"]),
    st.lists(
        st.sampled_from(["5", "5%", "budget", "of", "by", "and", "2026-12-31", "Q4", "per month", "more"]), max_size=6
    ),
)
def test_any_words_are_a_target_or_an_explained_mistake(first: str, words: list[str]) -> None:
    text = " ".join([first, *words])
    mistake = mistake_in(text, PERCENT, 0.5)
    assert mistake is None or 0 <= mistake.start <= mistake.end <= len(text)


def kpi_of(fields: str) -> Kpi:
    """A KPI with these fields, which hold no mistake."""
    read = read_plan(Path("kpi.yaml"), text=f"version: 1\nkpis:\n  nps:\n    name: N\n    {fields}\n")
    assert read.diagnostics == ()
    return read.plan.kpis["nps"]


def first_mistake(fields: str) -> tuple[str, str]:
    """Code and message of the one mistake in a KPI's fields."""
    read = read_plan(Path("kpi.yaml"), text=f"version: 1\nkpis:\n  nps:\n    name: N\n    {fields}\n")
    assert len(read.diagnostics) == 1, read.diagnostics
    return read.diagnostics[0].code, read.diagnostics[0].message


def test_S4_a_schedule_is_ordered_by_start() -> None:
    target = kpi_of("target: {2026-Q4: at least 26, 2026-Q3: at least 24, 2027: at least budget}").target
    assert target == (
        ScheduleEntry("2026-Q3", date(2026, 7, 1), Target("at least 24", ">=", 24.0)),
        ScheduleEntry("2026-Q4", date(2026, 10, 1), Target("at least 26", ">=", 26.0)),
        ScheduleEntry("2027", date(2027, 1, 1), Target("at least budget", ">=", Reference("budget"))),
    )


def test_S4_bare_numbers_of_a_schedule_take_the_thresholds_direction() -> None:
    target = kpi_of("thresholds: {green: at most 5}\n    target: {2026-Q3: 4}").target
    assert isinstance(target, tuple)
    assert target[0].target.op == "<="


def test_S4_one_bad_entry_of_a_schedule_is_left_out() -> None:
    text = "version: 1\nkpis:\n  nps:\n    name: N\n    target: {2026-Q3: lots, 2026-Q4: at least 5}\n"
    read = read_plan(Path("kpi.yaml"), text=text)
    assert [one.code for one in read.diagnostics] == ["E033"]
    target = read.plan.kpis["nps"].target
    assert isinstance(target, tuple)
    assert [entry.label for entry in target] == ["2026-Q4"]


@pytest.mark.parametrize(
    "both",
    [
        "{green: at least 29, yellow: at least 25}", "{green: at least 29}", "{green: below 5, yellow: at most 5}",
        "{green: between 40 and 60, yellow: between 40 and 70}", "{green: at least budget, yellow: at least 5}",
        "{green: exactly 0}", "{green: above 5, yellow: at least 5}",
    ],
)  # fmt: skip
def test_S7_thresholds_that_fit(both: str) -> None:
    thresholds = kpi_of(f"thresholds: {both}").thresholds
    assert thresholds is not None
    assert (thresholds.yellow is None) == ("yellow" not in both)


@pytest.mark.parametrize(
    ("both", "message"),
    [
        ("{green: at least 5, yellow: at most 3}", "another direction"),
        ("{green: between 4 and 5, yellow: at most 3}", "another direction"),
        ("{green: at least 5, yellow: at least 6}", "not inside yellow"),
        ("{green: at most 5, yellow: below 5}", "not inside yellow"),
        ("{green: at least 5, yellow: above 5}", "not inside yellow"),
        ("{green: between 40 and 60, yellow: between 30 and 50}", "not inside yellow"),
        ("{green: between 40 and 60, yellow: between 45 and 70}", "not inside yellow"),
        ("{green: at least 5, yellow: at least 5}", "never be seen"),
        ("{green: at least 5 by 2026-12-31}", "no date of its own"),
        ("{green: at least 20% less than a year ago}", "relative to another value"),
        ("{green: at least target}", "there is no target to take a share of"),
        ("{green: 10% more, yellow: at least 5}", "relative to another value"),
    ],
)
def test_S7_thresholds_that_do_not_fit(both: str, message: str) -> None:
    code, said = first_mistake(f"baseline: 5\n    thresholds: {both}")
    assert code == "E031"
    assert message in said


def test_S7_thresholds_of_the_target_are_nested_too() -> None:
    thresholds = "thresholds: {green: at least 90% of target, yellow: at least target}"
    code, said = first_mistake(f"target: at least 5\n    {thresholds}")
    assert code == "E031"
    assert "not inside yellow" in said


def test_a_bad_baseline_does_not_hide_what_is_wrong_with_the_target() -> None:
    text = "version: 1\nkpis:\n  nps:\n    name: N\n    baseline: x\n    target: 20% more by 2026\n"
    read = read_plan(Path("kpi.yaml"), text=text)
    assert [one.code for one in read.diagnostics] == ["E032", "E030"]


EURO = parse_unit("EUR")
OR_50 = ", or 50.0 for 50000 if the point is a decimal point"


@pytest.mark.parametrize(
    ("text", "unit", "hint", "instead"),
    [
        ("at least 50.000 € by 2026-12-31", EURO, "write €50000, or €50.0 if the point is a decimal point",
         ["€50000", "€50.0"]),
        ("at least 50.000 EUR by 2026-12-31", EURO, "write €50000, or €50.0 if the point is a decimal point",
         ["€50000", "€50.0"]),
        ("at most 1.234 €", EURO, "write €1234, or €1.2340 if the point is a decimal point", ["€1234", "€1.2340"]),
        ("at least 1.500 points", parse_unit("points"), "write 1500, or 1.5 if the point is a decimal point",
         ["1500", "1.5"]),
        ("atleast 50.000", EURO, 'write "at least 50000", or 50.0 for 50000 if the point is a decimal point',
         ["at least 50000", "at least 50.0"]),
        ("50.000", EURO, 'write "at least 50000" or "at most 50000", or 50.0 for 50000 if the point is a decimal point',
         ["at least 50000", "at least 50.0", "at most 50000", "at most 50.0"]),
        ("between 5.000 and 3.250", NONE,
         'write "between 3250 and 5000", or 5.0 for 5000, 3.25 for 3250 if the point is a decimal point',
         ["3250 and 5000", "3.25 and 5.0"]),
        ("at least 50.000 net", NONE,
         'are "net" what the formula counts? then say so once, as unit: net, and write "at least 50000"' + OR_50, []),
        # One reading only: no question.
        ("at least 50.000,50 €", EURO, "write €50,000.50", ["€50,000.50"]),
        ("at least 50,000 €", EURO, "write €50,000", ["€50,000"]),
        ("at least 1.234.567 €", EURO, "write €1,234,567", ["€1,234,567"]),
        ("at least 0.125 €", EURO, "write €0.125", ["€0.125"]),
        ("at least 12.5 €", EURO, "write €12.5", ["€12.5"]),
        ("atleast 1.250M", EURO, 'write "at least 1.250M"', ["at least 1.250M"]),
    ],
)  # fmt: skip
def test_a_hint_offers_both_readings_of_a_point_before_three_digits(
    text: str, unit: Unit, hint: str, instead: list[str]
) -> None:
    mistake = mistake_in(text, unit, None)
    assert mistake is not None
    assert (mistake.hint, [one.text for one in mistake.replacements]) == (hint, instead)
    assert len(instead) == 1 or not mistake.certain


@pytest.mark.parametrize(
    ("text", "unit", "hint"),
    [
        ("at least 5 points", "points", "write 5"),
        ("at least 5 million by 2026-12-31", None, "write 5M"),
        ("at least 5 percent", "%", "write 5%"),
        ("at least 5 eur by 2026-12-31", "EUR", "write €5"),
    ],
)
def test_a_word_for_the_unit_or_size_of_a_number_is_not_asked_about(text: str, unit: str | None, hint: str) -> None:
    mistake = mistake_in(text, parse_unit(unit), None)
    assert mistake is not None
    assert mistake.hint == hint


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("at least 50000 EUR by 2026-12-31", "at least EUR 50000 by 2026-12-31"),
        ("between 40k EUR and 50000 EUR", "between EUR 40k and EUR 50000"),
    ],
)
def test_a_target_may_have_its_currency_after_the_number(text: str, target: str) -> None:
    found, same = parse_target(text, EURO), parse_target(target, EURO)
    assert (found.op, found.value, found.upper, found.by) == (same.op, same.value, same.upper, same.by)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("50000 EUR or more", 'write "at least 50000 EUR"'),
        ("20k EUR - 30k EUR", 'write "between 20k EUR and 30k EUR"'),
        ("from 5k EUR to 9 EUR",
         'is it a band? then write "between 9 EUR and 5k EUR"; else add baseline: 5k EUR and write "at most 9 EUR"'),
    ],
)  # fmt: skip
def test_hints_keep_the_currency_after_a_number(text: str, hint: str) -> None:
    mistake = mistake_in(text, EURO, None)
    assert mistake is not None
    assert mistake.hint == hint


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("at least 50000 until 2026-12-31", ["at least 50000 by 2026-12-31"]),
        ("at least 50000 before 2026-12-31", ["at least 50000 by 2026-12-31"]),
        ("at least 50000 till 31.12.2026", ["at least 50000 by 2026-12-31"]),
        ("at least 50000 bis 2026-12-31", ["at least 50000 by 2026-12-31"]),
        ("at least 50000, no later than end of 2026", ["at least 50000 by 2026-12-31"]),
        ("at least budget until 2026-12-31", ["at least budget by 2026-12-31"]),
        ("min 50 € until 03/04/2026", ["at least €50 by 2026-04-03", "at least €50 by 2026-03-04"]),
        ("at least 50.000 EUR until 2026-12-31", ["at least €50000 by 2026-12-31", "at least €50.0 by 2026-12-31"]),
    ],
)
def test_another_word_before_the_date_of_a_target_becomes_by(text: str, instead: list[str]) -> None:
    mistake = mistake_in(text, EURO, None)
    assert mistake is not None
    assert mistake.hint == "write " + " or ".join(f'"{one}"' for one in instead)
    assert [one.text for one in mistake.replacements] == instead
    assert [(one.start, one.end) for one in mistake.replacements] == [(0, len(text))] * len(instead)


def test_no_by_is_proposed_where_a_target_has_no_date() -> None:
    with pytest.raises(TextError) as caught:
        parse_target("at least 5 until 2026-12-31", NONE, without="by")
    assert "by 2026" not in str(caught.value.hint)
