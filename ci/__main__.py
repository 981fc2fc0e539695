# ruff: noqa: INP001
"""``python ci STEP``: the steps of the action, run from the action's own folder without an installation."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kpi.ci.main import run

sys.exit(run(sys.argv[1:]))
