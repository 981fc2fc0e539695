"""The little of the services' expression languages that the action and the template use. Anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WHOLE = re.compile(r"\$\{\{(.*?)\}\}")
_TERM = r"'[^']*'|[a-z_][\w.-]*"
_EQUALITY = re.compile(rf"({_TERM})\s*(==|!=)\s*({_TERM})")
_RULE = re.compile(r'\$(\w+) == (?:"([^"]*)"|\$(\w+))')


def resolved(text: str, context: Mapping[str, Any]) -> str:
    """``text`` with each ``${{ … }}`` of GitHub replaced by its value."""
    return _WHOLE.sub(lambda found: _value(found[1].strip(), context), text)


def _value(expression: str, context: Mapping[str, Any]) -> str:
    if found := _EQUALITY.fullmatch(expression):
        same = _term(found[1], context) == _term(found[3], context)
        return str(same == (found[2] == "==")).lower()
    if re.fullmatch(_TERM, expression):
        return _term(expression, context)
    raise ValueError(f"not an expression that is known here: {expression!r}")


def _term(text: str, context: Mapping[str, Any]) -> str:
    if text.startswith("'"):
        return text[1:-1]
    value: Any = context
    for name in text.split("."):
        if value is context and name not in context:
            raise ValueError(f"there is no context {name!r}")
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    assert isinstance(value, str), text
    return value


def holds(rule: str, variables: Mapping[str, str]) -> bool:
    """Whether a condition of GitLab's ``rules`` is true."""
    found = _RULE.fullmatch(rule)
    assert found is not None, rule
    other = found[2] if found[2] is not None else variables.get(found[3])
    return variables.get(found[1]) == other
