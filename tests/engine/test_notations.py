"""Numbers of one column that are not written in one way: never added up in silence."""

from __future__ import annotations

import pytest
from engine.support import Project


def put(project: Project, amounts: list[str], delimiter: str = ",", **fields: object) -> None:
    """A snapshot with these amounts, each in quotes."""
    rows = "".join(f'x{delimiter}"{amount}"\n' for amount in amounts)
    project.write("d.csv", f"name{delimiter}amount\n{rows}".encode())
    project.source("d", date=None, **fields)


NUMBER = {"types": {"amount": "number"}}


@pytest.mark.parametrize(
    ("amounts", "line", "value", "like"),
    [
        (["50%", "40%", "30"], 4, "30", "50%"),
        (["50%", "0.4"], 3, "0.4", "50%"),
        (["5", "6", "7%"], 4, "7%", "5"),
        (["$5", "€6"], 3, "€6", "$5"),
        (["€6", "$5", "€7"], 3, "$5", "€6"),
        (["5 USD", "6 EUR", "7 USD"], 3, "6 EUR", "5 USD"),
        (["US$ 5", "A$ 6", "US$ 7"], 3, "A$ 6", "US$ 5"),
        (["5"] * 1000 + ["€6"], 1002, "€6", "5"),
    ],
)
def test_what_is_written_otherwise_is_named_and_not_added(
    project: Project, amounts: list[str], line: int, value: str, like: str
) -> None:
    put(project, amounts, **NUMBER)
    said = project.problem("sum(d.amount)")
    assert said.startswith(f'd.csv:{line}: d.amount: "{value}" is not a number written like the others ("{like}")')
    put(project, amounts, computed={"amount_number": "number(amount)"})
    assert project.value("count(d[amount_number > 0])") == len(amounts)


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        (["50%", "0", "25%", "0.0"], 0.75),
        (["$5", "$1,000.50", "$-", "($6)", "7", ""], 1006.5),
        (["5 kr", "6 kr", "1 200 kr"], 1211),
        (["R$ 5", "-R$ 6.50"], -1.5),
        (["5 zł", "7 zł"], 12),
        (["20.-", "0.50", "20.--", "-3.–", "CHF 7.—"], 44.5),
        (["₫5", "5 ₫"], 10),
        (["1e3", "5", "2E-1"], 1005.2),
        (["0", "", "0%"], 0),
    ],
)
def test_what_is_written_in_one_way_is_added(project: Project, amounts: list[str], total: float) -> None:
    put(project, amounts, **NUMBER)
    assert project.value("sum(d.amount)") == pytest.approx(total)


@pytest.mark.parametrize("amount", ["Rs. 12", "Fr. 5", "approx 5", "A5", "5 B"])
def test_letters_that_are_no_currency_are_no_part_of_a_number(project: Project, amount: str) -> None:
    put(project, [amount], **NUMBER)
    assert f'"{amount}" is not a number;' in project.problem("sum(d.amount)")


# Points where commas are decimal marks.


@pytest.mark.parametrize("fields", [{}, NUMBER])
@pytest.mark.parametrize("other", ["", ";rate"])
def test_a_point_that_may_stand_between_thousands_is_asked_about(
    project: Project, fields: dict[str, object], other: str
) -> None:
    delimiter = "," if other else ";"
    header, more = ("name,amount,rate", ',"99,5"') if other else ("name;amount", "")
    rows = [f"x{delimiter}{amount}{more}" for amount in ("2.546", "449", "1.000")]
    project.write("d.csv", "\n".join([header, *rows, ""]).encode())
    project.source("d", date=None, **fields)
    said = project.problem("sum(d.amount)")
    assert said.startswith('d.csv:2: d.amount: "2.546" is not a number that can be read in one way')
    for mark, total in ((",", 3995), (".", 452.546)):
        read = {"decimal": mark}
        assert f'read: {{decimal: "{mark}"}}' in said
        project.source("d", date=None, read=read, **fields)
        assert project.value("sum(d.amount)") == pytest.approx(total)


@pytest.mark.parametrize("amounts", [["2.546", "0.5"], ["2.546", "12.25"], ["0.125", "2.500"], ["1234.567", "2.546"]])
def test_a_point_that_can_only_be_a_decimal_mark_is_one(project: Project, amounts: list[str]) -> None:
    put(project, amounts, ";")
    assert project.value("sum(d.amount)") == pytest.approx(sum(map(float, amounts)))


def test_three_decimals_are_decimals_where_nothing_speaks_of_commas(project: Project) -> None:
    put(project, ["2.546", "449"])
    assert project.value("sum(d.amount)") == pytest.approx(451.546)


def test_other_faults_are_told_apart_where_points_are_in_doubt(project: Project) -> None:
    put(project, ["$5", "$6", "€2"], ";", **NUMBER)
    said = project.problem("sum(d.amount)")
    assert said.startswith('d.csv:4: d.amount: "€2" is not a number written like the others; different things')
    put(project, ["5", "two"], ";", **NUMBER)
    assert '"two" is not a number;' in project.problem("sum(d.amount)")


def test_a_point_far_down_is_asked_about_as_well(project: Project) -> None:
    put(project, ["5"] * 5000 + ["1.250"], ";")
    assert project.problem("sum(d.amount)").startswith('d.csv:5002: d.amount: "1.250" is not a number that can be')


DASHED = {
    "20,-": 20, "20,--": 20, "20,–": 20, "20,—": 20, "20.-": 20, "€ 20,-": 20, "20,- €": 20, "-20,-": -20,
    "(20,-)": -20, "1.234,-": 1234, "1 234,-": 1234, "20-": -20, "20 -": -20, "20,5-": -20.5,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), DASHED.items())
def test_R13_dashes_in_place_of_decimals_make_whole_amounts(project: Project, text: str, value: float) -> None:
    """With a decimal comma, declared and not, and in ``number()``; the other amount is € 100,50."""
    for fields in (NUMBER, {}, {"computed": {"n": "number(amount)"}}):
        put(project, [text, "100,50"], read={"decimal": ","}, **fields)
        column = "n" if "computed" in fields else "amount"
        assert project.value(f"sum(d.{column})") == value + 100.5


def test_R13_amounts_of_a_german_price_list_are_added(project: Project) -> None:
    put(project, ["€ 20,-", "€ 100,50"], read={"decimal": ","}, **NUMBER)
    assert project.value("sum(d.amount)") == 120.5


@pytest.mark.parametrize("text", ["20,---", "20,-5", "20,- -", "1,234,-", ",-"])
def test_R13_other_dashes_are_no_number(project: Project, text: str) -> None:
    put(project, [text, "100,50"], read={"decimal": ","}, **NUMBER)
    assert "is not a number" in project.problem("sum(d.amount)")


def test_R13_a_whole_amount_with_a_comma_shows_what_the_comma_means(project: Project) -> None:
    """Where 20 is written "20,-", 1.234 is more than a thousand, perhaps: that is asked, not guessed."""
    put(project, ["1.234", "20,-"], **NUMBER)
    assert "can be read in one way" in project.problem("sum(d.amount)")
    put(project, ["1.234", "20,-"], read={"decimal": ","}, **NUMBER)
    assert project.value("sum(d.amount)") == 1254
