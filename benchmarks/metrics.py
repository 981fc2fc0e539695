"""The example of a shop: `kpi status` against a short pandas script, and against dbt MetricFlow for the same metrics.

pandas reads one of the eight files and groups it by month. MetricFlow computes nine of the ten KPIs, the monthly ones,
over the same files and for the same 13 months, by one `mf query` over a project (metricflow/) that is parsed already;
its look for a newer version is cut off, so that it waits for no network. All numbers that are had twice must agree.
`kpi status` is measured as it computes everything anew, and as it remembers an unchanged project.

MetricFlow needs an environment of its own. The first run makes it (about 240 MB, in benchmarks/.venv-metricflow);
where that cannot be done, the rest is measured.

    python benchmarks/metrics.py [--turns 9] [--metricflow ENVIRONMENT] [--json FILE]
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from racing import KPI, REPOSITORY, in_turn, installed, parser, ratio, report, run

EXAMPLE = REPOSITORY / "examples" / "ecommerce"
PROJECT = Path(__file__).with_name("metricflow")
ENVIRONMENT = Path(__file__).with_name(".venv-metricflow")
# dbt-core 1.12 fetches a part of itself from elsewhere than the package index while it is installed.
NEEDED = ["dbt-core>=1.11,<1.12", "dbt-metricflow>=0.15", "dbt-duckdb>=1.10", f"duckdb=={version('duckdb')}"]
NOTHING_REMEMBERED, REMEMBERED, PANDAS, METRICFLOW = "kpi status --no-cache", "kpi status, again", "pandas", "mf query"
LIMITS = {PANDAS: 1.0, METRICFLOW: 0.125}
SCRIPT = """
import pandas as pd
orders = pd.read_csv("data/orders-2025.csv", parse_dates=["ordered_on"])
paid = orders[orders.status == "paid"]
print(paid.groupby(paid.ordered_on.dt.month).net_amount.sum().to_string())
"""
METRICS = [
    "revenue",
    "visits",
    "conversion_rate",
    "average_order_value",
    "customer_lifetime_value",
    "gross_margin_rate",
    "annual_purchase_frequency",
    "repurchase_rate",
    "return_rate",
]
QUERY = ["query", "--quiet", "--metrics", ",".join(METRICS), "--group-by", "metric_time__month"]
QUERY += ["--start-time", "2025-06-01", "--end-time", "2026-06-30", "--csv", "found.csv"]
# MetricFlow asks the package index for a newer version of itself: this address refuses the connection at once.
UNCONNECTED = {"DO_NOT_TRACK": "1", "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}

Values = dict[tuple[str, str], float]


def metricflow(environment: Path) -> Path | None:
    """The folder of MetricFlow's programs, made if it is not there and is to be ours; None, and it is said why, when
    it cannot be had."""
    programs = environment / "bin"
    if not (programs / "mf").exists() and environment == ENVIRONMENT:
        print("MetricFlow is being installed; this is done once.", file=sys.stderr)
        made = [[sys.executable, "-m", "venv", "--clear", environment], [programs / "pip", "install", "-q", *NEEDED]]
        for command in made:
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                break
    if (programs / "mf").exists():
        return programs
    print(f"MetricFlow cannot be had in {environment.name}: what is left is measured.", file=sys.stderr)
    return None


def ours(printed: str) -> Values:
    """What `kpi status --format json` printed: values by KPI and first day of the month."""
    return {
        (kpi["id"], period["start"]): period["value"]
        for kpi in json.loads(printed)["kpis"]
        for period in [*kpi["history"], {**kpi["period"], "value": kpi["value"]}]
    }


def of_pandas(printed: str) -> Values:
    rows = (line.split() for line in printed.splitlines()[1:])
    return {("revenue", f"2025-{int(month):02}-01"): float(value) for month, value in rows}


def of_metricflow(path: Path) -> Values:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(name, row["metric_time__month"][:10]): float(row[name]) for row in rows for name in METRICS}


def compared(found: Values, other: Values) -> int:
    """How many values are in both. Raises ValueError for the first that differ."""
    both = found.keys() & other.keys()
    for key in sorted(both):
        if abs(found[key] - other[key]) > 1e-9 * max(1.0, abs(other[key])):
            raise ValueError(f"{key}: kpi status says {found[key]}, the other {other[key]}")
    return len(both)


def prepared(folder: Path, programs: Path | None, environment: Mapping[str, str]) -> None:
    """The example and the project side by side; the latter is built, as it is when people ask it day by day."""
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    shutil.copytree(EXAMPLE / "data", folder / "data")
    shutil.copy(EXAMPLE / "kpi.yaml", folder)
    if programs:
        run([str(programs / "dbt"), "build", "--quiet"], folder, environment)


def main() -> int:
    options = parser(__doc__, turns=9)
    options.add_argument("--metricflow", type=Path, default=ENVIRONMENT, help="an environment that has MetricFlow")
    asked = options.parse_args()
    programs = metricflow(asked.metricflow.absolute())
    with TemporaryDirectory(ignore_cleanup_errors=True) as scratch, installed() as environment:
        folder = Path(scratch)
        theirs = {name: value for name, value in environment.items() if name != "PYTHONPATH"} | UNCONNECTED
        prepared(folder, programs, theirs)
        look = partial(run, folder=folder, environment=environment)
        ways = {
            NOTHING_REMEMBERED: partial(look, [*KPI, "status", "--no-cache"]),
            REMEMBERED: partial(look, [*KPI, "status"]),
            PANDAS: partial(look, [sys.executable, "-c", SCRIPT]),
        }
        if programs:
            ways[METRICFLOW] = partial(run, [str(programs / "mf"), *QUERY], folder, theirs)
        runs = in_turn(ways, asked.turns)
        values = ours(look([*KPI, "status", "--format", "json"]).printed)
        said = [f"{compared(values, of_pandas(runs[PANDAS][-1].printed))} values agree with pandas."]
        if programs:
            said += [f"{compared(values, of_metricflow(folder / 'found.csv'))} values agree with MetricFlow."]
    ratios = [
        ratio(mine, runs[mine], other, runs[other], LIMITS[other])
        for other in (PANDAS, METRICFLOW)
        if other in runs
        for mine in (NOTHING_REMEMBERED, REMEMBERED)
    ]
    return report(ratios, asked, said)


if __name__ == "__main__":
    sys.exit(main())
