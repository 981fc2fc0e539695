"""What the HTML pages have in common: templates that escape every text, and a policy that names style and script by
their hashes, so that nothing else may load or run."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kpi.render.sanitize import one_line

if TYPE_CHECKING:
    from jinja2 import Environment


def asset(package: str, name: str) -> str:
    """The text of a file of a package."""
    return (files(package) / name).read_text(encoding="utf-8")


def policy_hash(text: str) -> str:
    """The hash by which a content security policy names a style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def templates(package: str) -> Environment:
    """The templates in a package. Texts are escaped, on one line and without characters that nobody sees."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        return value if isinstance(value, Markup) or not isinstance(value, str) else one_line(value)

    return Environment(
        loader=FunctionLoader(lambda name: asset(package, name)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        auto_reload=False,
    )
