"""Names and references of a whole plan, without computing."""

from kpi.checking.check import check
from kpi.checking.checked import Checked

__all__ = ["Checked", "check"]
