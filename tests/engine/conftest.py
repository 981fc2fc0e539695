"""What the tests of the computing room share."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.support import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty plan in a folder of its own; 30 June 2026 counts as over."""
    return Project(tmp_path)
