"""What an entry of the catalog is: a KPI for tables that many people have, and these tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

# The fields of work, by the names of their files; the order is that of the documentation.
FIELDS = {
    "startups": "Start-ups",
    "ecommerce": "E-commerce",
    "finance": "Finance",
    "marketing": "Marketing",
    "saas": "SaaS",
    "sales": "Sales",
    "mobile": "Mobile apps",
    "hr": "HR",
    "support": "Customer support",
    "operations": "Operations and manufacturing",
    "software": "Software delivery",
    "product": "Product",
    "education": "Education",
    "health": "Health care",
    "public": "Public services",
}
FieldName = Literal[
    "startups", "ecommerce", "finance", "marketing", "saas", "sales", "mobile", "hr", "support", "operations",
    "software", "product", "education", "health", "public",
]  # fmt: skip
MONEY = "money"  # the unit that becomes a currency in a plan
_ID = "^[a-z][a-z0-9_]*$"
_COLUMN = re.compile(r"(text|number|boolean|date|timestamp)( or empty)?(?: (\d+) to (\d+))?")


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Id = Annotated[str, Field(pattern=_ID)]
Sentence = Annotated[str, Field(pattern=r"^[A-Z0-9\"].*[.?]$")]
Sentences = Annotated[tuple[Sentence, ...], BeforeValidator(_listed), Field(min_length=1)]


class Entry(BaseModel):
    """A frozen mapping of the catalog's files, in which unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Entry):
    """A column of a table. ``values`` are the texts that formulas distinguish, ``low`` and ``high`` the range of a
    number such as a score."""

    type: Literal["text", "number", "boolean", "date", "timestamp"]
    may_be_empty: bool = False
    values: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        """Read the short forms: ``date or empty``, ``number 1 to 5``, and a list of texts."""
        if isinstance(value, list):
            return {"type": "text", "values": value}
        if not isinstance(value, str):
            return value
        found = _COLUMN.fullmatch(value)
        if found is None:
            raise ValueError(f'"{value}" is not a type of a column')
        return {"type": found[1], "may_be_empty": found[2] is not None, "low": found[3], "high": found[4]}

    @property
    def words(self) -> str:
        """The type as the catalog shows it."""
        if self.values:
            return "text: " + ", ".join(self.values)
        span = "" if self.low is None else f" from {self.low} to {self.high}"
        return self.type + span + (", may be empty" if self.may_be_empty else "")


class CatalogSource(Entry):
    """A table that formulas of the catalog are written for.

    ``columns`` are those that a user's file has to have where a formula uses them; ``computed`` are row expressions
    over them, as in a plan.
    """

    id: Id
    about: Sentence
    date: str | None = None
    from_: str | None = Field(None, alias="from")
    until: str | None = None
    columns: Mapping[str, Column]
    computed: Mapping[str, str] = {}
    no_rows: Literal["zero"] | None = None

    @property
    def time_columns(self) -> tuple[str, ...]:
        """The columns that say when a row happened or lasted."""
        return tuple(name for name in (self.date, self.from_, self.until) if name is not None)


class CatalogKpi(Entry):
    """A ready-made KPI.

    ``unit`` is that of a plan, or :data:`MONEY`. ``direction`` is what is better: up, down, or a range in between.
    ``viewpoint`` says for whom it is leading or lagging. ``guardrails`` and ``leads`` are ids of the catalog.
    ``definition`` is the source of the definition.
    """

    id: Id
    field: FieldName
    also: tuple[FieldName, ...] = ()
    name: str
    other_names: tuple[str, ...] = ()
    sentence: Sentence
    formula: str
    unit: str
    direction: Literal["up", "down", "range"]
    every: Literal["day", "week", "month", "quarter", "year"]
    window: str | None = None
    indicator: Literal["leading", "lagging"]
    viewpoint: str
    proxy_of: str | None = None
    guardrails: tuple[Id, ...] = Field(min_length=1)
    leads: tuple[Id, ...] = ()
    questions: Sentences
    misleads: Sentences
    users: tuple[str, ...] = Field(min_length=1)
    definition: Sentence

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields of work in which it is used, its own first."""
        return (self.field, *self.also)


class Catalog(Entry):
    """All tables and KPIs, by id."""

    sources: Mapping[str, CatalogSource]
    kpis: Mapping[str, CatalogKpi]

    @model_validator(mode="after")
    def _links(self) -> Catalog:
        for kpi in self.kpis.values():
            unknown = [id_ for id_ in (*kpi.guardrails, *kpi.leads) if id_ not in self.kpis or id_ == kpi.id]
            if unknown:
                raise ValueError(f"{kpi.id} names {', '.join(unknown)}, which is no other KPI of the catalog")
        return self
