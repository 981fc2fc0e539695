"""KPIs as code: definitions in YAML, reviewed by a linter, computed from plain files.

In Python: ``kpi.load("kpi.yaml")`` returns a project; see docs/python.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi.project import PlanError, Project, Status, load

__version__ = "0.1.0"
__all__ = ["PlanError", "Project", "Status", "__version__", "load"]


def __getattr__(name: str) -> Any:
    """Import the interface when it is first used: the command line does not need it."""
    if name in __all__:
        from kpi import project

        return getattr(project, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
