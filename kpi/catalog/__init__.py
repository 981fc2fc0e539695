"""Templates of whole plans, and the catalog of KPIs. Both are data files; the code only reads them."""

from kpi.catalog.templates import FIRST, template_names, template_text

__all__ = ["FIRST", "template_names", "template_text"]
