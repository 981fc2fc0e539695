"""Drafts a first plan from data files: how they are read, what their columns mean, and which KPIs they suggest."""

from kpi.drafting.draft import Draft, draft, draft_sources

__all__ = ["Draft", "draft", "draft_sources"]
