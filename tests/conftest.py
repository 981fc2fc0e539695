"""What the surroundings may not change: colour, debugging, being run by a service, and how fast the machine is."""

from __future__ import annotations

import os
import tempfile

from hypothesis import settings

for _name in ("NO_COLOR", "FORCE_COLOR", "KPI_DEBUG", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
    os.environ.pop(_name, None)

# Tests hold what the code computes, not what an earlier run remembered.
os.environ["KPI_NO_CACHE"] = "1"

# How long an example takes depends on what else the machine does.
settings.register_profile("kpi", deadline=None)
settings.load_profile("kpi")

# Nor do they write to the user's own folders.
_state = tempfile.TemporaryDirectory(prefix="kpi-state-")
os.environ["KPI_STATE_DIR"] = _state.name
