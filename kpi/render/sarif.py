"""Findings as SARIF 2.1.0, for GitHub's code scanning and others."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from kpi import __version__
from kpi.diagnostics import ERRORS, Diagnostic
from kpi.lint.registry import RULES
from kpi.lint.rule_docs import page, section
from kpi.render.findings import FindingsView, fingerprints, in_order
from kpi.render.output import Page
from kpi.render.sanitize import json_text, visible, visible_lines

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render_sarif(view: FindingsView, _: Page) -> str:
    """Return one run, with a description of every rule that found something.

    Regions are on one line, because GitHub shows an alert on a pull request only if all its lines are in the diff.
    """
    ordered = in_order(view.findings)
    codes = sorted({found.code for found in ordered})
    results = [
        _result(found, codes.index(found.code), fingerprint)
        for found, fingerprint in zip(ordered, fingerprints(ordered), strict=True)
    ]
    driver = {
        "name": "kpi",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, Any]:
    for rule in RULES:
        if rule.code == code:
            text = page(rule)
            why = f"{section(text, 'Why it matters')}\n\nHow to fix: {section(text, 'How to fix')}"
            return _described(code, rule.name, rule.summary, section(text, "What it flags"), why, text, rule.severity)
    short = f"A mistake in the file: {ERRORS[code].replace('-', ' ')}."
    full = "The file is not valid, so nothing can be computed from it."
    help_ = "Each finding says what was found, what was expected and, where known, how to fix it."
    return _described(code, ERRORS[code], short, full, help_, f"{full}\n\n{help_}", "error")


def _described(code: str, name: str, short: str, full: str, help_: str, markdown: str, severity: str) -> dict[str, Any]:
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": short},
        "fullDescription": {"text": full},
        "help": {"text": help_, "markdown": markdown},
        "defaultConfiguration": {"level": LEVELS[severity]},
    }


def _result(found: Diagnostic, index: int, fingerprint: str) -> dict[str, Any]:
    place = found.location
    region = {"startLine": place.line, "startColumn": place.column}
    if place.end_line == place.line and place.end_column > place.column:
        region |= {"endLine": place.line, "endColumn": place.end_column}
    message = found.message if found.hint is None else f"{found.message}\nhelp: {found.hint}"
    return {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": LEVELS[found.severity],
        "message": {"text": visible_lines(message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(place.file),
                    "region": region,
                },
                "logicalLocations": [{"fullyQualifiedName": visible(found.subject)}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint[:32]}:1"},
    }


def _artifact(file: str) -> dict[str, str]:
    """Return the location of a file: relative to the root of the repository, unless its path is absolute."""
    quoted = quote(os.fsencode(file))  # the exact bytes, also of a name that is not UTF-8
    if file.startswith("/"):
        return {"uri": f"file://{quoted}"}
    return {"uri": quoted, "uriBaseId": "%SRCROOT%"}
