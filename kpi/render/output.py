"""Every output format of every command, in one table.

To add a format, write a function ``(view, page) -> str`` in a file of this package and name it in :data:`FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from kpi.frozen import frozen


@frozen
class Page:
    """What a renderer needs to know besides the view. A renderer ignores the fields that its format has no use for.

    ``width`` is the number of columns and ``color`` whether to write ANSI codes. ``by`` is what the KPIs of a status
    table are grouped by, ``sql`` adds the statements that were run, and ``fail_on`` is the least severity that fails
    a test case of a JUnit report. ``encoding`` is that of a terminal or file that lacks signs, which are replaced once
    the text is laid out; None where there is no such need. ``wall`` makes a dashboard that is read across a room, and
    ``version`` one that follows its server, whose page that version is.
    """

    width: int = 80
    color: bool = False
    by: str = "goal"
    sql: bool = False
    fail_on: str = "warning"
    encoding: str | None = None
    wall: bool = False
    version: str | None = None


Renderer = Callable[[Any, Page], str]

# The type of a view -> the name of a format -> the module of this package and the function that writes it. Names, so
# that only the renderer that is used is imported.
FORMATS: dict[str, dict[str, str]] = {
    "StatusView": {
        "table": "status_table:render_status_table",
        "json": "status_json:render_status_json",
        "csv": "status_csv:render_status_csv",
        "markdown": "status_markdown:render_status_markdown",
    },
    "Matrix": {
        "table": "matrix_table:render_matrix_table",
        "json": "status_json:render_matrix_json",
        "csv": "status_csv:render_matrix_csv",
        "markdown": "status_markdown:render_matrix_markdown",
    },
    "ShowView": {"text": "show_text:render_show_text", "json": "show_json:render_show_json"},
    "GoalsView": {
        "text": "goals_text:render_goals_text",
        "json": "goals_json:render_goals_json",
        "markdown": "goals_markdown:render_goals_markdown",
        "svg": "strategy_map:render_strategy_map",
    },
    "SmartView": {
        "text": "smart:render_smart_text",
        "json": "smart:render_smart_json",
        "markdown": "smart:render_smart_markdown",
    },
    "DashboardView": {"html": "dashboard:render_dashboard"},
    "MistakeView": {"html": "dashboard:render_mistake"},
    "Digest": {"text": "digest:render_digest_text", "html": "digest:render_digest_html"},
    "EvidenceView": {"text": "evidence_text:render_evidence_text", "json": "evidence_json:render_evidence_json"},
    "ExplainView": {"text": "explain_text:render_explain_text", "json": "explain_json:render_explain_json"},
    "SourcesView": {"text": "sources_text:render_sources_text", "json": "sources_json:render_sources_json"},
    "Agenda": {
        "text": "review_text:render_review_text",
        "markdown": "review_markdown:render_review_markdown",
        "json": "review_json:render_review_json",
        "html": "review_page:render_review_html",
    },
    "Grid": {
        "text": "review_grid:render_grid_text",
        "markdown": "review_markdown:render_grid_markdown",
        "json": "review_json:render_grid_json",
        "html": "review_page:render_grid_html",
    },
    "Trailing": {
        "text": "review_grid:render_trailing_text",
        "markdown": "review_markdown:render_trailing_markdown",
        "json": "review_json:render_trailing_json",
        "html": "review_page:render_trailing_html",
    },
    "DiffView": {
        "text": "diff_text:render_diff_text",
        "json": "diff_json:render_diff_json",
        "markdown": "diff_markdown:render_diff_markdown",
    },
    "LogView": {"text": "log_text:render_log_text", "json": "log_json:render_log_json"},
    "BlameView": {"text": "log_text:render_blame_text", "json": "log_json:render_blame_json"},
    "FindingsView": {
        "text": "findings:render_findings_text",
        "concise": "findings:render_findings_concise",
        "json": "findings:render_findings_json",
        "github": "github:render_github",
        "gitlab": "gitlab:render_gitlab",
        "sarif": "sarif:render_sarif",
        "junit": "junit:render_junit",
    },
    "StatisticsView": {"text": "findings:render_statistics_text", "json": "findings:render_statistics_json"},
    "DoctorView": {"text": "doctor_text:render_doctor_text", "json": "doctor_json:render_doctor_json"},
    "ImportView": {"text": "import_text:render_import_text", "json": "import_json:render_import_json"},
    "KpiList": {"text": "list_text:render_list_text", "json": "list_json:render_list_json"},
    "CatalogView": {
        "text": "catalog_text:render_catalog_text",
        "json": "catalog_json:render_catalog_json",
        "markdown": "catalog_markdown:render_catalog_markdown",
    },
    "CatalogKpiView": {
        "text": "catalog_text:render_catalog_kpi_text",
        "json": "catalog_json:render_catalog_kpi_json",
        "markdown": "catalog_markdown:render_catalog_kpi_markdown",
    },
    "RulesView": {
        "text": "rules:render_rules_text",
        "markdown": "rules:render_rules_markdown",
        "json": "rules:render_rules_json",
    },
}

# The formats that people read in a terminal; programs read all others.
FOR_PEOPLE = frozenset({"table", "text", "concise"})
# Those and what people read elsewhere: numbers and dates in these are written in the locale of the file.
FOR_READERS = FOR_PEOPLE | {"markdown", "html", "svg"}

DEFAULT_PAGE = Page()


def renderer_of(view_type: type, format_: str) -> Renderer:
    """Import and return the renderer for a type of view. Raise KeyError where the format does not exist."""
    module, _, function = FORMATS[view_type.__name__][format_].partition(":")
    renderer: Renderer = getattr(import_module(f"kpi.render.{module}"), function)
    return renderer


def render(view: object, format_: str, page: Page = DEFAULT_PAGE) -> str:
    """Return ``view`` in the named format, without a line break at the end. Raise KeyError for an unknown format."""
    if format_ not in FOR_PEOPLE:
        return renderer_of(type(view), format_)(view, page)
    from kpi.render.fallback import written_in

    with written_in(page.encoding):
        return renderer_of(type(view), format_)(view, page)
