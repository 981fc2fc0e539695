"""Data files from strangers: nothing they hold takes time or memory without bound, and what is wrong is said."""

from __future__ import annotations

import json
from datetime import date

from computing.support import Project
from effort import effort

from kpi.run.profile import survey

AS_OF = date(2026, 6, 30)


def test_the_time_for_objects_grows_with_their_keys_and_not_with_the_square_of_them(project: Project) -> None:
    def written(name: str, keys: int) -> None:
        rows = [{"day": "2026-06-03", **{f"k{key}": (row * key) % 97 for key in range(keys)}} for row in range(100)]
        (project.folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        project.source(name, path=f"{name}.jsonl")

    written("narrow", 100)
    written("wide", 500)
    checked = project.checked()
    survey(checked, AS_OF, ["narrow"])  # what is imported once is not counted
    _, short = effort(lambda: survey(checked, AS_OF, ["narrow"]))
    found, long = effort(lambda: survey(checked, AS_OF, ["wide"]))
    assert long < 12 * short
    columns = {column.name: column.examples for column in found["wide"].columns}
    assert len(columns) == 501
    for key in (0, 1, 10, 499):
        values = [(row * key) % 97 for row in range(100)]
        assert columns[f"k{key}"] == tuple(dict.fromkeys((min(values), max(values))))
