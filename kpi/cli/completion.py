"""What shells complete: the ids, fields and columns of the plan, branches, and the names of rules and of KPIs of the
catalog.

A shell asks at each press of Tab, so the ids are read from the YAML alone: neither the model nor an engine is loaded.
A plan that cannot be read completes nothing, in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kpi.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

Completions = list[tuple[str, str]]
Completer = Callable[[typer.Context, str], Completions]

LARGEST_PLAN = 10_000_000  # bytes
MOST_FILES = 200
SECTIONS = ("kpis", "measures", "goals", "sources")
DATED = ("target", "values", "notes")  # the fields of a KPI that may have a value for each period
PACKAGE = Path(__file__).parents[1]
_ID = lazy_pattern(r"[a-z][a-z0-9_]*")
_REVISION = lazy_pattern(r"[\w][\w./+@-]*")
_UNSAFE = lazy_pattern(r"[^\w .,%/-]+")  # what a shell, or the markup of the help, could give a meaning to


def _silent(find: Callable[[typer.Context, str], Iterator[tuple[str, str]]]) -> Completer:
    """A completer that offers what ``find`` yields and begins as typed; nothing if that fails."""

    def complete(ctx: typer.Context, incomplete: str) -> Completions:
        found: dict[str, str] = {}
        try:
            for name, help_ in find(ctx, incomplete):
                found.setdefault(name, _UNSAFE.sub(" ", help_).strip())
        except Exception:  # whatever is wrong with the file: the command that is being typed will say it
            return []
        return [(name, help_) for name, help_ in found.items() if name.startswith(incomplete)]

    return complete


def _plan_file(ctx: typer.Context) -> Path | None:
    """The file of ``-f``, else kpi.yaml in this folder or above, as :func:`kpi.plan.loading.find_plan` finds it; that
    is not imported, because the model would come with it."""
    given = ctx.params.get("file")
    if given is not None:
        return Path(given)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "kpi.yaml").is_file():
            return folder / "kpi.yaml"
        if (folder / ".git").exists() or folder == Path.home():
            break
    return None


def _roots(ctx: typer.Context) -> Iterator[MappingNode]:
    """The main file of the plan and those below its folder that it includes."""
    from yaml.nodes import MappingNode, ScalarNode, SequenceNode

    main = _plan_file(ctx)
    root = None if main is None else _root(main)
    if main is None or not isinstance(root, MappingNode):
        return
    yield root
    include = _entries(root).get("include")
    listed = include.value if isinstance(include, SequenceNode) else [include]
    folder, number = main.parent.resolve(), 0
    for one in listed:
        if not isinstance(one, ScalarNode) or Path(one.value).is_absolute():
            continue
        for path in sorted(folder.glob(one.value)):
            if number < MOST_FILES and path.resolve().is_relative_to(folder):
                number += 1
                if isinstance(more := _root(path), MappingNode):
                    yield more


def _root(path: Path) -> Node | None:
    from kpi.plan.yaml.nodes import compose

    if not path.is_file() or path.stat().st_size > LARGEST_PLAN:
        return None
    return compose(path.read_text(encoding="utf-8-sig"))


def _entries(node: Node | None) -> dict[str, Node]:
    from yaml.nodes import MappingNode, ScalarNode

    if not isinstance(node, MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, ScalarNode)}


def _ids(ctx: typer.Context, *sections: str) -> Iterator[tuple[str, str]]:
    for root in _roots(ctx):
        for section in sections:
            for id_, entry in _entries(_entries(root).get(section)).items():
                if _ID.fullmatch(id_):
                    name = _entries(entry).get("name")
                    yield id_, str(name.value) if name is not None and isinstance(name.value, str) else section[:-1]


def _owners(ctx: typer.Context, _: str) -> Iterator[tuple[str, str]]:
    for root in _roots(ctx):
        for section in ("kpis", "goals"):
            for entry in _entries(_entries(root).get(section)).values():
                owner = _entries(entry).get("owner")
                if owner is not None and isinstance(owner.value, str) and re.fullmatch(r"[\w.@+-]+", owner.value):
                    yield owner.value, "owner"


def _columns(ctx: typer.Context, _: str) -> Iterator[tuple[str, str]]:
    """The columns that can be known without computing. Needs the model, but no engine."""
    from kpi.data import check_plan
    from kpi.plan.loading import read_plan

    path = _plan_file(ctx)
    if path is None:
        return
    checked = check_plan(read_plan(path))
    for id_, source in checked.plan.sources.items():
        facts = checked.facts.get(id_)
        for name in (*(() if facts is None else facts.columns or ()), *source.computed):
            if name.isidentifier():
                yield name, id_


def _fields(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The fields of a KPI, and behind a point those of a field. Needs the model."""
    from kpi.plan.model import Kpi
    from kpi.plan.model.kpi import Thresholds

    outer, point, _ = incomplete.partition(".")
    if point:
        if outer == "thresholds":
            yield from ((f"thresholds.{name}", f"where {name} ends") for name in Thresholds.model_fields)
        elif outer in DATED:
            asked = str(ctx.params.get("kpi") or "")
            for root in _roots(ctx):
                for id_, entry in _entries(_entries(root).get("kpis")).items():
                    if id_ == asked:
                        yield from ((f"{outer}.{period}", "period") for period in _entries(_entries(entry).get(outer)))
        return
    for name, field in Kpi.model_fields.items():
        if name != "id":
            yield field.alias or name, (field.description or "").partition(". ")[0]


def _values(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """What a field of a KPI may be set to, where there is a choice. Needs the model."""
    from kpi.values import EVERY

    sections = {"goal": "goals", "guardrails": "kpis", "leads": "kpis"}
    choices = {"indicator": ("leading", "lagging"), "kind": ("direct", "proxy"), "every": tuple(EVERY)}
    field = str(ctx.params.get("field") or "")
    if field in sections:
        yield from _ids(ctx, sections[field])
    elif field == "owner":
        yield from _owners(ctx, incomplete)
    else:
        yield from ((choice, field) for choice in choices.get(field, ()))


def _revisions(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The branches and tags of the repository; in a range, its end."""
    from kpi.diff.git import Repository

    start = max(incomplete.rfind("..") + 2, 0) if ".." in incomplete else 0
    if incomplete[start : start + 1] == ".":  # the third of "..."
        start += 1
    plan = _plan_file(ctx)
    for name, kind in Repository.around(Path.cwd() if plan is None else plan.absolute().parent).names():
        if _REVISION.fullmatch(name):
            yield incomplete[:start] + name, kind
    yield incomplete[:start] + "HEAD", "the last commit"


def _rules(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Codes of rules; in a list, of the last one. The file of a rule is named after its code and name."""
    before, comma, last = incomplete.rpartition(",")
    for path in sorted((PACKAGE / "lint" / "rules").glob("[a-z][0-9]*_*.py")):
        code, _, name = path.stem.partition("_")
        if code.upper().startswith(last):
            yield f"{before}{comma}{code.upper()}", name.replace("_", "-")


def _catalog(_: typer.Context, __: str) -> Iterator[tuple[str, str]]:
    for path in sorted((PACKAGE / "catalog" / "kpis").glob("*.yaml")):
        for found in re.finditer(
            r"(?m)^([a-z][a-z0-9_]*):\n(?:  .*\n)*?  name: (.*)$", path.read_text(encoding="utf-8")
        ):
            yield found[1], found[2]


def _templates(_: typer.Context, __: str) -> Iterator[tuple[str, str]]:
    from kpi.catalog.templates import template_names

    for name in template_names():
        yield name, "template"


kpi_ids = _silent(lambda ctx, _: _ids(ctx, "kpis"))
goal_ids = _silent(lambda ctx, _: _ids(ctx, "goals"))
source_ids = _silent(lambda ctx, _: _ids(ctx, "sources"))
entry_ids = _silent(lambda ctx, _: _ids(ctx, *SECTIONS))
owners = _silent(_owners)
column_names = _silent(_columns)
kpi_fields = _silent(_fields)
field_values = _silent(_values)
revisions = _silent(_revisions)
rule_codes = _silent(_rules)
catalog_ids = _silent(_catalog)
template_names = _silent(_templates)
