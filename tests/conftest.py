"""What the surroundings may not change about what is printed: colour, debugging, being run by a service."""

from __future__ import annotations

import os
import tempfile

for _name in ("NO_COLOR", "FORCE_COLOR", "KPI_DEBUG", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
    os.environ.pop(_name, None)

# Tests hold what the code computes, not what an earlier run remembered.
os.environ["KPI_NO_CACHE"] = "1"

# Nor do they write to the user's own folders.
_state = tempfile.TemporaryDirectory(prefix="kpi-state-")
os.environ["KPI_STATE_DIR"] = _state.name
