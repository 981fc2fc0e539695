"""Markdown with untrusted text, within the size limits of the services."""

from __future__ import annotations

import html

LONGEST = 4000  # characters of the error output of kpi
# Including the slash: GitLab executes a line of a comment that begins with a slash as a command.
_ENTITIES = str.maketrans({sign: f"&#{ord(sign)};" for sign in "&<>\"'/@#`*_~![]()|\\"})


def folded(output: str) -> str:
    """The error output of kpi as a collapsed section, escaped so that neither Markdown nor a service interprets it."""
    text = output.strip()
    if len(text) > LONGEST:
        text = text[:LONGEST] + "…"
    return f"<details><summary>Output of kpi</summary>\n\n<pre>\n{text.translate(_ENTITIES)}\n</pre>\n\n</details>"


def small(text: str) -> str:
    """A line in small type."""
    return f"<sub>{html.escape(text)}</sub>"


def cut(text: str, most: int) -> str:
    """``text``, cut after a whole line so that it has at most ``most`` bytes, with a note that it was cut."""
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
    return f"{shown}\n\n… truncated because it is too long.\n"
