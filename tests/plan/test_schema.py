"""The schema accepts what people write and explains every field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from kpi.lint.registry import file_model
from kpi.plan.loading.schema import json_schema

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json_schema(file_model())
PLANS = [
    REPOSITORY / "kpi.yaml.example",
    *sorted(REPOSITORY.glob("examples/*/*.yaml")),
]


class Core(yaml.SafeLoader):
    """YAML 1.2's core rules, as editors use them: dates and times of day stay text."""


Core.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(("timestamp", "bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def faults(text: str) -> list[str]:
    validator = jsonschema.Draft7Validator(SCHEMA)
    plan = yaml.load(text, Core)
    return [".".join(map(str, fault.absolute_path)) for fault in validator.iter_errors(plan)]


def test_it_is_a_draft_7_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def records(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "plan", schema
    yield from schema["definitions"].items()


def test_every_field_has_a_description_and_no_other_is_allowed() -> None:
    for name, record in records(SCHEMA):
        assert record["additionalProperties"] is False, name
        assert record["description"], name
        for field, value in record["properties"].items():
            assert len(value["description"]) > 5, f"{name}.{field}"


def test_internal_fields_are_not_in_the_schema() -> None:
    fields = {name: set(record["properties"]) for name, record in records(SCHEMA)}
    assert not {"folder", "root", "homes", "files"} & fields["plan"]
    assert not any("id" in names for names in fields.values())
    assert "from" in fields["Source"]
    assert not {"Target", "ScheduleEntry", "Reference", "Relative"} & set(fields)


def test_every_reference_leads_somewhere() -> None:
    import json
    import re

    named = set(re.findall(r'"#/definitions/(\w+)"', json.dumps(SCHEMA)))
    assert named == set(SCHEMA["definitions"])


@pytest.mark.parametrize("plan", PLANS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_plans_of_the_project_are_valid(plan: Path) -> None:
    assert faults(plan.read_text(encoding="utf-8")) == []


MINIMAL = "version: 1\nkpis:\n  nps:\n    name: Net promoter score\n    {field}\n"
SOURCE = "version: 1\nsources:\n  orders:\n    {field}\n"


@pytest.mark.parametrize(
    "field",
    [
        "target: at least 30% by 2026-12-31",
        "target: 50",
        "target: {2026-Q3: at least 24%, 2026: 0.3, FY2027-Q1: at least 26%}",
        "baseline: 22%",
        "baseline: 38",
        "values: {2026-Q1: 41, 2026-W27: 22%, 2026-06-30: 4 min}",
        "notes: {2026-03: Loyalty card launched}",
        "thresholds: {green: at least 29%, yellow: at least 25%}",
        "since: 2026-01-01",
        "unit: '%'",
        "owner:",
        "name: 2026",
    ],
)
def test_it_takes_what_a_kpi_may_say(field: str) -> None:
    assert faults(MINIMAL.format(field=field).replace("name: Net promoter score\n    name", "name")) == []


@pytest.mark.parametrize(
    ("field", "where"),
    [
        ("owners: ana", "kpis.nps"),
        ("every: fortnight", "kpis.nps.every"),
        ("since: last year", "kpis.nps.since"),
        ("tags: retention", "kpis.nps.tags"),
        ("target: [50]", "kpis.nps.target"),
        ("values: {June: 4}", "kpis.nps.values"),
        ("thresholds: {yellow: at least 3}", "kpis.nps.thresholds"),
        ("id: nps", "kpis.nps"),
    ],
)
def test_it_refuses_what_a_kpi_may_not_say(field: str, where: str) -> None:
    assert faults(MINIMAL.format(field=field)) == [where]


@pytest.mark.parametrize(
    "field", ["path: a.csv", "path: [a.csv, b.csv]", "query: select 1", "{path: a.csv, from: hired}"]
)
def test_it_takes_what_a_source_may_say(field: str) -> None:
    assert faults(SOURCE.format(field=field)) == []


@pytest.mark.parametrize("field", ["owner: ana", "{path: a.csv, query: select 1}"])
def test_a_source_is_read_from_exactly_one_place(field: str) -> None:
    assert faults(SOURCE.format(field=field)) == ["sources.orders"]


def test_ids_are_held_to_their_form() -> None:
    assert faults("version: 1\nkpis: {NPS: {name: N}}\n") == ["kpis"]
    assert faults("kpis: {nps: {name: N}}\n") == [""]
    assert faults("version: 2\n") == ["version"]
