"""Ready-made plans and KPIs, kept as data. What is here is only what finds them."""

from __future__ import annotations

from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
FIRST = "first"  # what `kpi init` writes when no template is asked for


def template_names() -> tuple[str, ...]:
    """The names of all templates but the first one, in alphabetical order."""
    return tuple(sorted(path.stem for path in _TEMPLATES.glob("*.yaml") if path.stem != FIRST))


def template_text(name: str) -> str:
    """A template as it is kept: ``<YEAR_END>``, ``<MONTH-1>`` and the like stand for days. Raises KeyError."""
    if name != FIRST and name not in template_names():
        raise KeyError(name)
    return (_TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8")
