"""The lines of charts on a page: short, but through every value."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest

from kpi.render.svg_chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Values, svg_chart

NUMBER = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)")


def runs(chart: str, name: str) -> list[list[tuple[float, float]]]:
    """The lines of a path, as a browser reads it: M is a place, l are steps, h.01 makes a dot visible."""
    (path,) = re.findall(rf'class="{name}" d="([^"]*)"', chart)
    found: list[list[tuple[float, float]]] = []
    command, pending = "", list[float]()
    for word in NUMBER.findall(path):
        if word.isalpha():
            command = word
            continue
        pending.append(float(word))
        if command == "h":
            pending = []
        elif len(pending) == 2:
            x, y = pending
            if command == "M":
                found.append([(x, y)])
            else:
                found[-1].append((found[-1][-1][0] + x, found[-1][-1][1] + y))
            pending = []
    return found


def height_at(line: list[tuple[float, float]], x: float) -> float:
    """The height of a line at a place, between two of its bends by the straight line between them."""
    if len(line) == 1:
        return line[0][1]
    for (x1, y1), (x2, y2) in pairwise(line):
        if x1 <= x <= x2:
            return y1 + (y2 - y1) * (x - x1) / (x2 - x1)
    raise AssertionError(f"the line does not reach {x}")


@pytest.mark.parametrize("seed", range(30))
def test_a_line_goes_through_every_value(seed: int) -> None:
    made = random.Random(seed)
    values: list[float | None] = [made.choice([None, 5.0, 5.0, made.uniform(-100, 1000)]) for _ in range(24)]
    values[0], values[1] = 5.0, made.uniform(6, 7)
    known = [value for value in values if value is not None]
    drawn = runs(svg_chart(values, [], "words"), "line")
    step = (WIDTH - LEFT - RIGHT) / 23
    lines = iter(drawn)
    line: list[tuple[float, float]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if place == 0 or values[place - 1] is None:
            line = next(lines)
        scale = (HEIGHT - TOP - BOTTOM) / (max(known) - min(known))
        x = LEFT + place * step
        assert abs(height_at(line, round(x)) - (TOP + (max(known) - value) * scale)) <= 0.06, (place, value)
    assert next(lines, None) is None


def test_a_level_target_is_one_stretch() -> None:
    chart = svg_chart([1.0, 2.0, 3.0, 4.0], [[2.0] * 4], "words")
    assert [len(line) for line in runs(chart, "aim")] == [2]


def test_a_forecast_without_width_is_drawn_to_its_end() -> None:
    chart = svg_chart([1.0, 2.0], [], "words", ahead=[(2.0, 2.0, 2.0), (2.0, 2.0, 2.0)])
    (band,) = runs(chart.replace("Z", ""), "band")
    assert max(x for x, _ in band) == WIDTH - RIGHT


def test_a_break_is_drawn_apart_from_a_remark() -> None:
    values: Values = [1.0, 2.0, 3.0]
    chart = svg_chart(values, [], "words", marks=[1], breaks=[2])
    assert re.findall(r'class="(mark|break)" d="M(\d+) ', chart) == [("mark", "158"), ("break", str(WIDTH - RIGHT))]
