"""Checks the names and references of a whole plan, without computing."""

from kpi.plan.checks.check import check
from kpi.plan.checks.checked import Checked
from kpi.plan.checks.date_columns import date_columns

__all__ = ["Checked", "check", "date_columns"]
