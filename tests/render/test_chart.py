from __future__ import annotations

import pytest

from kpi.render.chart import BLANK, HEIGHT, chart_lines
from kpi.render.layout import Line, Piece, width_of
from kpi.render.style import as_plain


def display(value: float, *_: float) -> str:
    return f"{value:g}"


def drawn(values: list[float | None], *targets: list[float | None], width: int = 30) -> list[str]:
    labels = [f"2026-{month:02d}" for month in range(1, len(values) + 1)]
    return as_plain(chart_lines(values, targets, labels, width, display)).splitlines()


def test_a_rising_line_with_its_axes() -> None:
    assert drawn([0.0, 50.0, 100.0]) == [
        "100 ┤                      ⣀⠔⠊",
        "    │                   ⣀⠔⠊",
        "    │                ⢀⠤⠊",
        "    │             ⢀⠤⠊⠁",
        " 50 ┤          ⢀⡠⠊⠁",
        "    │        ⡠⠒⠁",
        "    │     ⣀⠔⠊",
        "    │  ⢀⡠⠊",
        "  0 ┤⡠⠒⠁",
        "     2026-01           2026-03",
    ]


def test_the_first_and_the_last_value_stand_at_the_edges() -> None:
    lines = drawn([1.0, 0.0, 1.0], width=40)
    top, bottom = lines[0], lines[HEIGHT - 1]
    assert top[top.index("┤") + 1] != " "
    assert len(top) == 40
    assert set(bottom.partition("┤")[2]) - {" "}


def test_a_gap_stays_a_gap() -> None:
    middle = [line[18:22] for line in drawn([1.0, 1.0, None, 1.0, 1.0], width=37)[:HEIGHT]]
    assert set("".join(middle)) == {" "}


def test_a_target_is_dashed_and_in_a_style_of_its_own() -> None:
    lines: list[Line] = chart_lines([1.0, 2.0], [[3.0, 3.0]], ["a", "b"], 30, display)
    dashes = [piece for piece in lines[0] if piece.style == "dim" and piece.text.strip(" ┤")]
    assert len(dashes) == 14  # every other of the 27 places
    assert {piece.text for piece in dashes} == {"⠉"}
    assert not [piece for line in lines[:HEIGHT] for piece in line if chr(BLANK) in piece.text]


def test_a_target_whose_value_is_unknown_in_some_periods() -> None:
    assert drawn([1.0, 2.0, 2.0], [None, None, 3.0])[0].startswith("3 ┤")


def test_a_flat_line_is_drawn_in_the_middle() -> None:
    lines = drawn([5.0, 5.0])
    assert [number for number, line in enumerate(lines[:HEIGHT]) if set(line) & set("⠤⠒⣀⠉")] == [HEIGHT // 2]


@pytest.mark.parametrize("values", [[], [1.0], [None, 1.0], [1.0, 1e308, -1e308]])
def test_what_cannot_be_drawn_is_left_out(values: list[float | None]) -> None:
    assert drawn(values) == []


@pytest.mark.parametrize("width", range(0, 60, 3))
@pytest.mark.parametrize("count", [2, 3, 24])
def test_a_chart_fits(width: int, count: int) -> None:
    labels = ["2026-W27"] * count
    lines = chart_lines([float(n) for n in range(count)], [], labels, width, lambda value, *_: f"{value:5.1f}")
    assert all(width_of(line) <= width for line in lines)
    assert bool(lines) == (width >= 5 + 2 + 12)


def test_labels_keep_their_distance() -> None:
    wide = drawn([1.0] * 12, width=60)[-1]
    assert wide.split() == ["2026-01", "2026-07", "2026-12"]
    assert drawn([1.0] * 12, width=19)[-1].split() == ["2026-12"]


def test_control_codes_are_ours_alone() -> None:
    line = chart_lines([1.0, 2.0], [[1.5, 1.5]], ["a", "b"], 40, display)
    assert all(isinstance(piece, Piece) and piece.text.isprintable() for row in line for piece in row)
