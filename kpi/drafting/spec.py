"""A source of a draft, as it will stand in the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kpi.plan.yaml.round_trip import inline, scalar


@dataclass(frozen=True)
class SourceSpec:
    """What a draft says about a source; the fields are those of a source in a plan. ``comments`` stand above it."""

    id: str
    paths: tuple[str, ...]
    date: str | None = None
    from_: str | None = None
    until: str | None = None
    key: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, str] = field(default_factory=dict)
    where: str | None = None
    on_bad_rows: str | None = None
    comments: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """The entry as lines of a plan, indented by two."""
        yield from (f"  # {comment}" for comment in self.comments)
        yield f"  {self.id}:"
        yield f"    path: {inline(self.paths[0] if len(self.paths) == 1 else self.paths)}"
        for name, column in (("date", self.date), ("from", self.from_), ("until", self.until)):
            if column is not None:
                yield f"    {name}: {scalar(column)}"
        if self.key:
            yield f"    key: {inline(self.key)}"
        for name, entries in (("types", self.types), ("computed", self.computed)):
            if entries:
                yield f"    {name}:"
                yield from (f"      {scalar(key)}: {scalar(value)}" for key, value in entries.items())
        if self.read:
            yield f"    read: {{{', '.join(f'{key}: {_option(value)}' for key, value in self.read.items())}}}"
        if self.where:
            yield f"    where: {scalar(self.where)}"
        if self.on_bad_rows:
            yield f"    on_bad_rows: {self.on_bad_rows}"

    def with_hint(self, hint: str | None) -> SourceSpec | None:
        """This source with what a hint of the reader says to write, where that is an option of reading, a condition or
        a type; None for any other hint, and for one that is written already."""
        for pattern in (_READ, _WHERE, _TYPE):
            found = pattern.search(hint or "")
            if found is None:
                continue
            changed = self._with(found)
            if changed != self:
                return changed
        return None

    def _with(self, found: re.Match[str]) -> SourceSpec:
        if found.re is _WHERE:
            return self if self.where else replace(self, where=found[1])
        name, value = found[1], found[2].strip("'\"")
        if found.re is _READ:
            return self if name in self.read else replace(self, read={**self.read, name: value})
        return self if name in self.types else replace(self, types={**self.types, name: value})


_READ = re.compile(
    r"read: \{(delimiter|decimal|encoding|skip_rows|quote|escape|sheet|merged): ('[^']*'|\"[^\"]*\"|[^},]+)\}"
)
_WHERE = re.compile(r"where: (\w+ (?:!= \"[^\"]*\"|is not None))")
_TYPE = re.compile(r"types: \{(\w+): (\"[^\"]*\"|[^},]+)\}")


def _option(value: str) -> str:
    return value if value.startswith("[") else "''" if value == "" else scalar(value)


def plan_text(specs: Mapping[str, SourceSpec]) -> str:
    """A plan of these sources alone."""
    return "\n".join(["version: 1", "sources:", *(line for spec in specs.values() for line in spec.lines())]) + "\n"
