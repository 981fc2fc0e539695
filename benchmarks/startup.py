"""How long a person waits for a command, as ratios to the least that could do the same work.

Nothing is remembered from one `kpi status` to the next.

    python benchmarks/startup.py [--turns 15] [--json FILE]
"""

from __future__ import annotations

import sys
from functools import partial

from racing import KPI, REPOSITORY, Run, in_turn, installed, parser, ratio, report, run

PLAN = "examples/ecommerce/kpi.yaml"
BARE = """
import duckdb
print(duckdb.sql("select count(*), sum(net_amount) from read_csv('examples/ecommerce/data/orders-*.csv')").fetchall())
"""
PYTHON = sys.executable

# What is measured, what it is measured against, and the highest ratio that is still good (None: only shown).
RACES: list[tuple[str, list[str], str, list[str], float | None]] = [
    ("kpi status", [*KPI, "-f", PLAN, "status", "--no-cache"], "import duckdb, one query", [PYTHON, "-c", BARE], 1.6),
    ("kpi lint", [*KPI, "-f", PLAN, "lint"], "yamllint", [PYTHON, "-m", "yamllint", "-d", "relaxed", PLAN], 1.6),
    ("kpi --help", [*KPI, "--help"], "import typer", [PYTHON, "-c", "import typer"], None),
]


def measure(turns: int) -> dict[str, list[Run]]:
    """The runs of every command."""
    commands = {
        name: command for ours, mine, theirs, other, _ in RACES for name, command in ((ours, mine), (theirs, other))
    }
    with installed() as environment:
        ways = {name: partial(run, each, REPOSITORY, environment) for name, each in commands.items()}
        return in_turn(ways, turns)


def main() -> int:
    asked = parser(__doc__, turns=15).parse_args()
    runs = measure(asked.turns)
    return report([ratio(ours, runs[ours], theirs, runs[theirs], limit) for ours, _, theirs, _, limit in RACES], asked)


if __name__ == "__main__":
    sys.exit(main())
