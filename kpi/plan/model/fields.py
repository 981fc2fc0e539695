"""How a field of the model is declared: a default and the sentence that schema and editors show."""

from __future__ import annotations

from dataclasses import MISSING, field
from typing import Any


def described(description: str, default: Any = None, *, factory: Any = MISSING, **extra: Any) -> Any:
    """A dataclass field with the description (and further pydantic ``Field`` arguments) that the schema shows."""
    metadata = {"description": description, **extra}
    if factory is not MISSING:
        return field(default_factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)
