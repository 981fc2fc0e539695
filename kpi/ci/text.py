"""Markdown that holds what others wrote, within the bounds of the services."""

from __future__ import annotations

import html

LONGEST = 4000  # characters of what kpi said on standard error
# Also the slash: GitLab takes a line of a comment that begins with one for a command.
_ENTITIES = str.maketrans({sign: f"&#{ord(sign)};" for sign in "&<>\"'/@#`*_~![]()|\\"})


def folded(reasons: str) -> str:
    """What kpi said, folded away, with nothing in it that Markdown or a service would act upon."""
    said = reasons.strip()
    if len(said) > LONGEST:
        said = said[:LONGEST] + "…"
    return f"<details><summary>What kpi said</summary>\n\n<pre>\n{said.translate(_ENTITIES)}\n</pre>\n\n</details>"


def small(text: str) -> str:
    """A line in small type."""
    return f"<sub>{html.escape(text)}</sub>"


def cut(text: str, most: int) -> str:
    """As many whole lines of ``text`` as ``most`` bytes hold, with a word about what is missing."""
    if len(text.encode()) <= most:
        return text
    kept: list[str] = []
    room = most - 200
    for line in text.splitlines(keepends=True):
        room -= len(line.encode())
        if room < 0:
            break
        kept.append(line)
    shown = "".join(kept).rstrip()
    for opening, closing in (("<pre>", "\n</pre>"), ("<details>", "\n\n</details>")):
        shown += closing * (shown.count(opening) - shown.count(closing.strip()))
    return f"{shown}\n\n… cut here, because it is too long.\n"
