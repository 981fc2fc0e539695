"""``@frozen`` does what ``@dataclass(frozen=True)`` does, and ``lazy_pattern`` what ``re.compile`` does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import pytest

from kpi.frozen import frozen
from kpi.lazy_pattern import lazy_pattern


@frozen
class Point:
    """With ``frozen``."""

    x: float
    y: float = 0.0
    at: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True)
class PlainPoint:
    """The same as a dataclass."""

    x: float
    y: float = 0.0
    at: int = field(default=0, compare=False, kw_only=True)


@frozen
class Other(Point):
    """Of another class."""


@frozen(kw_only=True)
class Named:
    """One field, and an equality of its own."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name.lower() == other.name.lower()


@frozen
class Empty:
    """No field."""


def test_frozen_compares_hashes_and_shows_as_a_dataclass_does() -> None:
    nan = float("nan")
    for first, second in [((1, 2), (1, 2)), ((1, 2), (1, 3)), ((1,), (1.0, 0)), ((nan,), (nan,))]:
        ours, theirs = Point(*first) == Point(*second, at=7), PlainPoint(*first) == PlainPoint(*second, at=7)
        assert ours == theirs
        assert (hash(Point(*first)) == hash(Point(*second))) == (hash(PlainPoint(*first)) == hash(PlainPoint(*second)))
    assert repr(Point(1, at=7)) == repr(PlainPoint(1, at=7)).replace("PlainPoint", "Point")
    assert Point(1) != Other(1)
    assert Point(1) != (1, 0.0)
    assert replace(Point(1, at=7), y=2) == Point(1, 2)
    assert Empty() == Empty()
    assert len({Empty(), Empty()}) == 1


def test_frozen_keeps_the_methods_of_the_class() -> None:
    assert Named(name="A") == Named(name="a")
    assert hash(Named(name="A")) == hash(Named(name="A"))
    with pytest.raises(TypeError):
        Named("A")  # type: ignore[misc]


def test_a_lazy_pattern_is_compiled_when_it_is_used() -> None:
    number = lazy_pattern(r"(\d+)x", re.IGNORECASE)
    assert number.pattern == r"(\d+)x"
    found = number.fullmatch("12X")
    assert found is not None
    assert found[1] == "12"
    assert number.sub("-", "1x2") == "-2"
    broken = lazy_pattern("(")
    with pytest.raises(re.error):
        broken.match("")
