"""What only the main file may say: version, title, calendar, day, includes, and how the linter is set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, get_args

from yaml.nodes import Node, ScalarNode

from kpi.errors import TextError
from kpi.plan.loading.field_decoder import Binder, Reader, brief, choice, day, integer, text, text_or_texts, texts
from kpi.plan.model import CalendarSettings, LintSettings, WordOptions
from kpi.plan.model.lint import SeverityWord
from kpi.plan.yaml import yaml_pitfalls as traps
from kpi.plan.yaml.nodes import Entry
from kpi.plan.yaml.source_map import Path
from kpi.values import parse_month_name, parse_timezone, parse_weekday


def version(b: Binder, at: Path, key: ScalarNode, node: Node) -> int | None:
    """The version of the language; there is only 1."""
    value = text(b, at, key, node)
    if value is None or value.strip() == "1":
        return None if value is None else 1
    message = f'"{traps.shorten(value)}" is no version of this language that is known here'
    b.at("E025", message, (*at, "version"), node, "write version: 1")
    return None


def _word(parse: Callable[[str], object], code: str) -> Reader:
    def read(b: Binder, at: Path, key: ScalarNode, node: Node) -> str | None:
        value = text(b, at, key, node)
        if value is None:
            return None
        try:
            parse(brief(value))
        except TextError as mistake:
            b.inside(code, (*at, key.value), node, mistake)  # type: ignore[arg-type]
            return None
        return value.strip()

    return read


_CALENDAR: dict[str, Reader | None] = {
    "week_starts": _word(parse_weekday, "E014"),
    "fiscal_year_starts": _word(parse_month_name, "E014"),
    "timezone": _word(parse_timezone, "E014"),
}


def _calendar(b: Binder, at: Path, key: ScalarNode, node: Node) -> CalendarSettings | None:
    read = b.record((*at, key.value), node, _CALENDAR, "calendar")
    if read is None:
        return None
    values: dict[str, Any] = read[0]
    for name in ("week_starts", "fiscal_year_starts"):
        if name in values:
            values[name] = values[name].lower()
    return CalendarSettings(**values)


_WORDS: dict[str, Reader | None] = {"add": texts, "allow": texts}


def _words(b: Binder, at: Path, key: ScalarNode, node: Node) -> WordOptions | None:
    read = b.record((*at, key.value), node, _WORDS, key.value)
    return None if read is None else WordOptions(**read[0])


def _mapping_of(reader: Reader) -> Reader:
    """A mapping whose values ``reader`` reads."""

    def read(b: Binder, at: Path, key: ScalarNode, node: Node) -> Mapping[str, Any] | None:
        path = (*at, key.value)
        written = b.mapping(path, node, "a mapping")
        if written is None:
            return None
        found = {name: reader(b, path, *entry) for name, entry in written.items()}
        return {name: value for name, value in found.items() if value is not None}

    return read


_LINT: dict[str, Reader | None] = {
    "select": texts,
    "ignore": texts,
    "severity": _mapping_of(choice(*get_args(SeverityWord))),
    "per_file_ignores": _mapping_of(text_or_texts),
}
for _field in fields(LintSettings):
    if _field.name.startswith("m"):
        _LINT[_field.name] = integer(1)
    else:
        _LINT.setdefault(_field.name, _words)


def _lint(b: Binder, at: Path, key: ScalarNode, node: Node) -> LintSettings | None:
    read = b.record((*at, key.value), node, _LINT, "lint")
    return None if read is None else LintSettings(**read[0])


SECTIONS = ("sources", "measures", "goals", "kpis")
MAIN: dict[str, Reader | None] = {
    "version": version,
    "title": text,
    "calendar": _calendar,
    "as_of": day,
    "include": text_or_texts,
    "lint": _lint,
    **dict.fromkeys(SECTIONS),
}


def _main_only(b: Binder, at: Path, key: ScalarNode, node: Node) -> None:
    b.at(
        "E016", f'"{key.value}" is said once, in the main file, and not in a file that it includes', (*at, key.value),
        key, "move it to the main file",
    )  # fmt: skip


INCLUDED: dict[str, Reader | None] = {
    name: reader if name == "version" else None if name in SECTIONS else _main_only for name, reader in MAIN.items()
}


def read_header(b: Binder, root: Node, main: bool) -> tuple[dict[str, Any], dict[str, Entry]] | None:
    """The fields of a file outside its sections, and its sections as written."""
    return b.record((), root, MAIN if main else INCLUDED, "a plan")
