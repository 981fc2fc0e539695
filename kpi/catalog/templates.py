"""Templates of plans."""

from __future__ import annotations

from pathlib import Path

_TEMPLATES = Path(__file__).parent / "template_files"
FIRST = "first"  # the template that `kpi init` uses by default


def template_names() -> tuple[str, ...]:
    """The names of all templates except the default one, in alphabetical order."""
    return tuple(sorted(path.stem for path in _TEMPLATES.glob("*.yaml") if path.stem != FIRST))


def template_text(name: str) -> str:
    """The text of a template, with placeholders for dates such as ``<YEAR_END>`` and ``<MONTH-1>``. Raises KeyError."""
    if name != FIRST and name not in template_names():
        raise KeyError(name)
    return (_TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8")
