# ruff: noqa: INP001
"""``python ci STEP``: the steps of the action, run from the action's own folder without an installation."""

import sys

from kpi_ci.main import run

sys.exit(run(sys.argv[1:]))
