"""``kpi share``: the summary to chat and mail, what has changed since the last one first."""
