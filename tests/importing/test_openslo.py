"""OpenSLO: objectives become targets, and counts that are there are computed as plain Python does."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import kpi
from kpi.errors import KpiError
from kpi.importing import Imported, Settings, import_files
from kpi.plan.model import Target

REAL = Path(__file__).parents[3] / "shared" / "data" / "definitions"

V1 = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: home-page, displayName: Home page}
spec:
  description: Answers of the home page.
  service: shop
  indicatorRef: answers
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - {displayName: Internal, target: 0.995}
    - {displayName: Contract, targetPercent: 99}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: answers}
spec:
  ratioMetric:
    counter: true
    bad: {metricSource: {type: Prometheus, spec: {query: 'bad{a="b"}', password: secret}}}
    total: {metricSource: {type: Prometheus, spec: {query: total}}}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: page}
"""

V2 = """
apiVersion: openslo.com/v2alpha
kind: SLO
metadata: {name: search}
spec:
  service: shop
  sli:
    metadata: {name: latency}
    spec:
      thresholdMetric: {dataSourceSpec: {type: redshift}, spec: {query: select x}}
  timeWindow: [{duration: 1Q, calendar: {startTime: 2022-01-01 12:00:00, timeZone: Europe/Berlin}}]
  budgetingMethod: Occurrences
  objectives: [{op: lte, value: 500, target: 0.99}]
"""


def imported(folder: Path, text: str, **options: Any) -> Imported:
    (folder / "slo.yaml").write_text(text, encoding="utf-8")
    return import_files("openslo", [folder / "slo.yaml"], Settings(**options), folder / "kpi.yaml")


def share(found: Imported, id_: str) -> object:
    target = found.plan.kpis[id_].target
    assert isinstance(target, Target)
    assert target.op == ">="
    return target.value


def test_objectives_of_v1_are_targets_and_queries_are_kept_as_comments(tmp_path: Path) -> None:
    found = imported(tmp_path, V1)
    assert [kpi.name for kpi in found.plan.kpis.values()] == ["Home page: Internal", "Home page: Contract"]
    assert (share(found, "home_page_internal"), share(found, "home_page_contract")) == (0.995, 0.99)
    assert 'Bad, in Prometheus: bad{a="b"}' in found.text
    assert "secret" not in found.text
    (refused,) = found.refused
    assert (refused.origin.line, refused.reason) == (19, "a query of Prometheus is not computed here")
    assert "answers.csv" in str(refused.workaround)


def test_v2alpha_with_a_threshold_and_a_window_of_the_calendar(tmp_path: Path) -> None:
    found = imported(tmp_path, V2)
    (only,) = found.plan.kpis.values()
    assert (only.every, only.window, only.tags) == ("quarter", None, ("shop",))
    assert found.plan.calendar.timezone == "Europe/Berlin"
    assert "# Good: a value at most 500" in found.text


def test_counts_are_computed_over_the_window(tmp_path: Path) -> None:
    days = [(date(2026, 1, 1) + timedelta(days=i), i % 4, 50 + i) for i in range(60)]
    (tmp_path / "answers.csv").write_text(
        "date,bad,total\n" + "".join(f"{day},{bad},{all_}\n" for day, bad, all_ in days)
    )
    found = imported(tmp_path, V1, data=tmp_path)
    assert found.refused == ()
    (tmp_path / "kpi.yaml").write_text(found.text)
    last = days[-1][0]
    within = [(bad, all_) for day, bad, all_ in days if day > last - timedelta(days=28)]
    expected = 1 - sum(bad for bad, _ in within) / sum(all_ for _, all_ in within)
    assert kpi.load(tmp_path / "kpi.yaml").status(as_of=last)["home_page_internal"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("duration: 28d", "duration: 1m", '"1m" is less than a day'),
        ("target: 0.995", "target: 99.5", "99.5 is no target"),
        ("{displayName: Internal, target: 0.995}", "{displayName: Internal}", "it has no target"),
        ("indicatorRef: answers", "indicatorRef: other", "there is no SLI other in these files"),
        ("service: shop", "service: shop\n  mood: good", "an SLO has no such key"),
        ("kind: AlertPolicy", "kind: Horse", "OpenSLO has no kind Horse"),
        ("openslo/v1\nkind: AlertPolicy", "v9\nkind: AlertPolicy", '"v9" is no version of OpenSLO'),
        ("28d, isRolling: true", "5M, isRolling: false", "there is no period of 5 months"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, before: str, after: str, reason: str) -> None:
    assert before in V1
    found = imported(tmp_path, V1.replace(before, after))
    assert found.plan.kpis
    assert any(reason in str(one.reason) and one.origin.line and one.workaround for one in found.refused)


BROKEN = "apiVersion: openslo/v1\nkind: SLO\nspec: "


@pytest.mark.parametrize(
    "text",
    ["", "a", "[]", f"{BROKEN}[x]", "kind: SLO", f"{BROKEN}{{objectives: [1, {{target: [x]}}], timeWindow: 3}}"],
)
def test_broken_files_are_errors_without_a_traceback(tmp_path: Path, text: str) -> None:
    with pytest.raises(KpiError):
        imported(tmp_path, text)


@pytest.mark.skipif(not REAL.exists(), reason="the shared data is not here")
def test_real_objectives(tmp_path: Path) -> None:
    files = [REAL / "openslo", REAL / "sloth" / "openslo-getting-started.yml"]
    found = import_files("openslo", files, Settings(), tmp_path / "kpi.yaml")
    assert [share(found, id_) for id_ in found.plan.kpis] == [0.99, 0.99, 0.995, 0.99, 0.9995, 0.999]
