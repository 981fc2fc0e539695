"""Writes examples/notebook/kpi.ipynb: runs the cells below in order and keeps what they show, as Jupyter does.

python docs/make_notebook.py            writes it again
python docs/make_notebook.py --check    only says whether it is still right
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from generated import write_or_check

NOTEBOOK = Path(__file__).parent.parent / "examples" / "notebook" / "kpi.ipynb"
Cell = dict[str, Any]

# Cells are separated by lines of "---"; those that begin with ">>>" are code.
SOURCE = """\
# KPIs in a notebook

`kpi.load` reads a plan; the project that it returns answers what the command line answers.
---
>>>import kpi

project = kpi.load("../ecommerce")
project.title
---
The status of all KPIs, as `kpi status` shows it:
---
>>>project.status()
---
One value, in the scale of the KPI (a fraction where the unit is %):
---
>>>project.status()["return_rate"]
---
The same as a typed data frame, and the KPIs that are off:
---
>>>frame = project.frame()
off = frame["status"].isin(["red", "yellow"])
frame.loc[off, ["name", "value", "target", "status", "owner"]]
---
The history of a KPI, one row per period:
---
>>>history = project.history("revenue", periods=6)
history[["period", "value"]]
---
Another day:
---
>>>from datetime import date

project.status(as_of=date(2025, 12, 31))["revenue"]
---
What `kpi lint` says, here nothing:
---
>>>project.lint()
---
A plan that is not valid raises an exception with the errors, each with its place:
---
>>>from pathlib import Path
from tempfile import TemporaryDirectory

with TemporaryDirectory() as folder:
    plan = Path(folder, "kpi.yaml")
    plan.write_text("version: 1\\nkpis:\\n  sales: {name: Sales, formula: sum(orders.amount)}\\n")
    try:
        kpi.load(plan)
    except kpi.PlanError as invalid:
        for one in invalid.diagnostics:
            print(f"line {one.location.line}, column {one.location.column}: {one.message}")
"""
CELLS = SOURCE.rstrip("\n").split("\n---\n")


def notebook() -> str:
    """The notebook with what its cells show."""
    cells: list[Cell] = []
    names: dict[str, Any] = {}
    count = 0
    for number, text in enumerate(CELLS, 1):
        source = text.removeprefix(">>>")
        cell: Cell = {"id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
        if source == text:
            cells.append({"cell_type": "markdown", **cell})
            continue
        count += 1
        shown = _run(source, names, count)
        cells.append({"cell_type": "code", "execution_count": count, **cell, "outputs": shown})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _run(source: str, names: dict[str, Any], count: int) -> list[Cell]:
    """Run a cell, and return what it prints and the value of its last line."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    outputs: list[Cell] = []
    if printed.getvalue():
        outputs.append(
            {"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(keepends=True)}
        )
    if value is not None:
        data = {"text/plain": repr(value).splitlines(keepends=True)}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = value._repr_html_().splitlines(keepends=True)
        outputs.append({"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": data})
    return outputs


def main() -> int:
    os.chdir(NOTEBOOK.parent)
    return write_or_check(NOTEBOOK, notebook())


if __name__ == "__main__":
    sys.exit(main())
