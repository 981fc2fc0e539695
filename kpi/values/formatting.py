"""Formats numbers for people, without contradicting the comparisons of their exact values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY
from math import floor

from kpi.frozen import frozen
from kpi.lazy_pattern import lazy_pattern
from kpi.values.durations import elapsed
from kpi.values.locales import current
from kpi.values.numbers import parse_number
from kpi.values.rounding import all_digits, fixed, magnitude, nudged, round12, trimmed
from kpi.values.units import Unit

_NO_UNIT = Unit()
Limit = float | tuple[float, float]

_SCALES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_MOST_SHARED = 2  # decimals that the other numbers of a column get as well
_PLAIN = lazy_pattern(r"\d[\d,]*(?:\.(\d+))?([kMB])?(?:%| pt)?$")
_FINEST = 12  # digits are added one by one up to this number; after that, all digits are shown


def format_value(value: float, unit: Unit, *, digits: int | None = None) -> str:
    """Format a value: ``26.2%``, ``$12.4k``, ``4 min 32 s``, ``1,234``. Only zero is shown as zero.

    ``digits`` is the exact number of decimals, including trailing zeros. For a duration it is the maximum number of
    decimals of the seconds, or of the milliseconds below one second.
    """
    return _in_locale(_signed(value, unit, 0, digits), unit)


def format_change(change: float, unit: Unit, of: float | None = None) -> str:
    """Format a difference of two values: ``▲ 0.4 pt`` (for ``%``), ``▼ $1.2k``, ``=`` for zero.

    The arrow shows the direction of the change, not whether it is an improvement. Compute ``change`` with
    :func:`difference`. ``of`` is the value that changed: a change is at most two digits finer than it, and one that is
    less than that is shown as ``▲ <0.001 pt``.
    """
    return _in_locale(_change(change, unit, of, None), unit)


def format_count(count: int) -> str:
    """A whole number of things with all its digits: ``12,345``."""
    style = current()
    return f"{count:,}" if style is None else style.number(f"{count:,}")


def format_digits(text: str) -> str:
    """A number such as ``0.63`` or ``104%``, whose digits are already chosen."""
    return _in_locale(text, _NO_UNIT)


def display_against(value: float, unit: Unit, bounds: Sequence[tuple[str, Limit]]) -> str:
    """Format ``value`` with enough digits not to contradict any of ``bounds`` (rule S9).

    Each bound is an operator (``>= > <= < ==``, or ``between`` with both ends inclusive) and a number in the KPI's
    scale. The number shown meets exactly the bounds that ``value`` meets: compared with at least 0.3, 0.29996 is
    ``29.996%``, not ``30.0%``.
    """
    return _in_locale(_against(value, unit, bounds), unit)


def _against(value: float, unit: Unit, bounds: Sequence[tuple[str, Limit]]) -> str:
    for finer in range(_FINEST):
        text = _signed(value, unit, finer, None)
        if _agrees(text, value, unit, bounds):
            return text
    return _exact(value, unit)


def _agrees(text: str, value: float, unit: Unit, bounds: Sequence[tuple[str, Limit]]) -> bool:
    """Whether the number in ``text`` meets exactly the bounds that ``value`` meets."""
    if not bounds:
        return True
    shown = parse_number(text, unit)
    return all(holds(shown, op, limit) == holds(value, op, limit) for op, limit in bounds)


def display_apart(one: float, other: float, unit: Unit) -> tuple[str, str]:
    """Format two values with enough digits that they differ in the text if they differ: 3.03% and 3.02%."""
    for finer in range(_FINEST):
        texts = _signed(one, unit, finer, None), _signed(other, unit, finer, None)
        if one == other or texts[0] != texts[1]:
            return _in_locale(texts[0], unit), _in_locale(texts[1], unit)
    return _in_locale(_exact(one, unit), unit), _in_locale(_exact(other, unit), unit)


def format_exact(value: float, unit: Unit) -> str:
    """Format ``value`` with all its digits and no others, for targets and other given numbers: ``30%``, ``$12,345``."""
    for finer in range(_FINEST if unit.kind == "duration" else 1):
        text = _signed(value, unit, finer, None)
        if unit.kind != "percent" and parse_number(text, unit) == value:
            return _in_locale(text, unit)
    return _in_locale(_exact(value, unit), unit)


@frozen
class Figure:
    """A number in a column: a value with the ``bounds`` of :func:`display_against`, or a ``change``, perhaps ``of`` a
    value. The figures of one ``group``, such as those of one unit, are shown with one precision."""

    value: float
    unit: Unit
    group: str
    _: KW_ONLY
    bounds: Sequence[tuple[str, Limit]] = ()
    change: bool = False
    of: float | None = None

    def text(self, digits: int | None = None) -> str:
        """The number in English; with ``digits``, with exactly so many decimals."""
        if self.change:
            return _change(self.value, self.unit, self.of, digits)
        if digits is None:
            return _against(self.value, self.unit, self.bounds)
        return _signed(self.value, self.unit, 0, digits)

    def agrees(self, text: str) -> bool:
        """Whether the number in ``text`` meets exactly the bounds that the value meets."""
        return self.change or _agrees(text, self.value, self.unit, self.bounds)


def format_column(figures: Sequence[Figure | None]) -> list[str | None]:
    """Format the numbers of a column with one precision for each group: ``€57.00`` beside ``€75.77``.

    Numbers in thousands, millions and billions have a precision of their own, and so has a number that needs more than
    two decimals, because it is small or because of its bounds. Durations stay as they are. None stays None.
    """
    texts = [None if figure is None else figure.text() for figure in figures]
    most: dict[tuple[str, str], int] = {}
    for figure, text in zip(figures, texts, strict=True):
        if figure is not None and text is not None and (found := _digits(text, figure.unit)) is not None:
            key = figure.group, found[1]
            if found[0] <= _MOST_SHARED:
                most[key] = max(most.get(key, 0), found[0])
    shown: list[str | None] = []
    for figure, text in zip(figures, texts, strict=True):
        if figure is None or text is None:
            shown.append(None)
            continue
        found = _digits(text, figure.unit)
        if found is not None and found[0] < most.get((figure.group, found[1]), 0):
            finer = figure.text(most[figure.group, found[1]])
            same_scale = (_digits(finer, figure.unit) or (0, ""))[1] == found[1]
            text = finer if same_scale and figure.agrees(finer) else text
        shown.append(_in_locale(text, figure.unit))
    return shown


def _digits(text: str, unit: Unit) -> tuple[int, str] | None:
    """How many decimals a number is shown with, and its scale (``k``, ``M``, ``B`` or ""); None for durations and other
    numbers that cannot be compared by it."""
    found = _PLAIN.search(text)
    if unit.kind == "duration" or found is None or "<" in text:
        return None
    return len(found[1] or ""), found[2] or ""


def _change(change: float, unit: Unit, of: float | None, digits: int | None) -> str:
    """The text of :func:`format_change` in English, or with exactly ``digits`` decimals."""
    if change == 0:
        return "="
    size = abs(change)
    step = None if of is None or digits is not None else _finest(of, unit)
    arrow = "▲" if change > 0 else "▼"
    if step is None or _extreme(size):
        return f"{arrow} {_size(size, unit, digits)}"
    own = _step(_size(size, unit, None))
    if own is not None and own < step * 0.999:
        scale = 100 if unit.kind == "percent" else 1
        rounded = round12(floor(nudged(size * scale / step) + 0.5) * step / scale)
        if rounded == 0:
            return f"{arrow} <{_size(round12(step / scale), unit, None)}"
        size = rounded
    return f"{arrow} {_size(size, unit, None)}"


def _size(size: float, unit: Unit, digits: int | None) -> str:
    """The size of a change; of a percentage in percentage points."""
    if unit.kind != "percent":
        return _text(size, unit, 0, digits)
    points = size * 100
    if _extreme(size):
        return f"{all_digits(size, 2)} pt"
    if digits is not None:
        return f"{fixed(points, digits)} pt"
    return f"{trimmed(fixed(points, _decimals(points, 1, below=0.1)), 1)} pt"


def _finest(of: float, unit: Unit) -> float | None:
    """The finest step of a change of a value: two digits finer than the value is shown with. None for durations."""
    step = None if unit.kind == "duration" else _step(_signed(of, unit, 0, None))
    return None if step is None else step / 100


def _step(text: str) -> float | None:
    """What the last digit of a number counts: 0.1 of ``12.3``, 100 of ``12.3k``."""
    found = _PLAIN.search(text)
    if found is None:
        return None
    scale = next((size for size, suffix in _SCALES if suffix == found[2]), 1.0)
    return float(scale * 10.0 ** -len(found[1] or ""))


def _in_locale(text: str, unit: Unit) -> str:
    """A number in English as it is written in the locale of the current context."""
    style = current()
    if style is None:
        return text
    return style.numbers(text) if unit.kind == "duration" else style.figure(text)


def holds(value: float, op: str, limit: Limit) -> bool:
    """Whether ``value op limit``. ``between`` takes a pair of inclusive ends. Raises ValueError for other operators."""
    if isinstance(limit, tuple):
        if op != "between":
            raise ValueError(f"{op} takes one number")
        return limit[0] <= value <= limit[1]
    if op == ">=":
        return value >= limit
    if op == ">":
        return value > limit
    if op == "<=":
        return value <= limit
    if op == "<":
        return value < limit
    if op == "==":
        return value == limit
    raise ValueError(f"{op} is not a comparison with one number")


def _signed(value: float, unit: Unit, finer: int, digits: int | None) -> str:
    return ("-" if value < 0 else "") + _text(abs(value), unit, finer, digits)


def _text(size: float, unit: Unit, finer: int, digits: int | None) -> str:
    """Format a number that is not negative, with ``finer`` more digits than usual or exactly ``digits`` decimals."""
    if _extreme(size):
        return _exact(size, unit)
    if unit.kind == "percent":
        points = size * 100
        if digits is not None:
            return f"{fixed(points, digits)}%"
        return f"{trimmed(fixed(points, _decimals(points, 1, below=1) + finer), 1)}%"
    if unit.kind == "duration":
        return elapsed(size * unit.seconds, finer, digits, unit.seconds)
    if unit.kind == "currency":
        return _prefix(unit) + _money(size, finer, digits)
    return _count(size, finer, digits)


def _extreme(size: float) -> bool:
    """Whether ``size`` is so large or small that multiplying it may overflow."""
    return size != 0 and not 1e-100 < size < 1e100


def _prefix(unit: Unit) -> str:
    """The prefix of an amount of money: ``$``, or a code and a space."""
    return f"{unit.symbol} " if unit.symbol.isalpha() else unit.symbol


def _decimals(size: float, usual: int, *, below: float) -> int:
    """The usual number of decimals; for a number less than ``below``, enough to show two significant digits."""
    return usual if size >= below or size == 0 else max(usual, 1 - magnitude(size))


def _count(size: float, finer: int, digits: int | None) -> str:
    """``44``, ``2.5``, ``1,234``, ``12.4k``: two decimals below 10,000, three significant digits from there on."""
    if digits is not None:
        return _scaled_to(size, digits) if size >= 1e4 else fixed(size, digits)
    text = fixed(size, _decimals(size, 2, below=0.1) + finer)
    return _scaled(size, finer) if _read(text) >= 1e4 else trimmed(text)


def _money(size: float, finer: int, digits: int | None) -> str:
    """``9.50``, ``950``, ``12.4k``: two decimals below 100 unless whole, none below 1,000, then three digits."""
    if digits is not None:
        return _scaled_to(size, digits) if size >= 1e3 else fixed(size, digits)
    cents = _decimals(size, 2, below=0.1) + finer
    text = fixed(size, cents if size < 100 else 0 if finer == 0 else finer + 1)
    if _read(text) >= 1e3:
        return _scaled(size, finer)
    return trimmed(text, 0 if _read(text).is_integer() else 2)


def _scaled(size: float, finer: int) -> str:
    """``12.4k``, ``1.24M``, ``1,230B``: three significant digits and ``finer`` more, without trailing zeros."""
    rounded = float(f"{nudged(size):.{2 + finer}e}")
    scale, suffix = _scale_of(rounded)
    return trimmed(fixed(size / scale, max(0, 2 + finer - magnitude(rounded / scale)))) + suffix


def _scaled_to(size: float, digits: int) -> str:
    """``12.40k``: exactly ``digits`` decimals. 999.96k with one decimal is 1.0M."""
    scale, suffix = _scale_of(size)
    rounded = _read(fixed(size / scale, digits)) * scale
    scale, suffix = _scale_of(max(rounded, size))
    return fixed(size / scale, digits) + suffix


def _scale_of(size: float) -> tuple[float, str]:
    """The largest of thousand, million and billion that does not exceed ``size``; at least thousand."""
    return next((scale for scale in _SCALES if size >= scale[0]), _SCALES[-1])


def _read(text: str) -> float:
    return float(text.replace(",", ""))


def _exact(value: float, unit: Unit) -> str:
    """All digits of ``value``; a duration is shown in its own unit."""
    sign = "-" if value < 0 else ""
    whole, point, fraction = all_digits(abs(value), 2 if unit.kind == "percent" else 0).partition(".")
    number = f"{int(whole):,}{point}{fraction}"
    if unit.kind == "percent":
        return f"{sign}{number}%"
    if unit.kind == "duration":
        return f"{sign}{number} {unit.short}"
    return sign + (_prefix(unit) if unit.kind == "currency" else "") + number
