"""Numbers that follow their files: ``kpi status --watch`` and ``kpi dashboard --serve``."""
