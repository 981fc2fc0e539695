# ruff: noqa: T201
"""The steps: each a function from the service to the exit code."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from kpi.ci.host import AccessDeniedError, Host, StepError
from kpi.ci.running import EXIT_ERROR, EXIT_FINDINGS, EXIT_OK, Done, kpi
from kpi.ci.settings import choice, flag, setting
from kpi.ci.text import cut, folded, small
from kpi.ci.writing import read, remove, write

NOTHING = "<!-- no changes -->\n"  # begins a comparison that has nothing to tell
COULD_NOT = "kpi diff could not compare the definitions"


def lint(host: Host) -> int:
    """Findings; on a pull request only those on what it changes."""
    if not flag("KPI_LINT"):
        return host.finish(EXIT_OK)
    options = ["--fail-on", setting("KPI_FAIL_ON", "warning")]
    if baseline := setting("KPI_BASELINE"):
        options += ["--baseline", baseline]
    if flag("KPI_CHANGED_ONLY"):
        try:
            base = host.base()
        except StepError as error:
            base = None
            host.tell("warning", f"all findings are shown, not only those on what changed: {error}")
        options += ["--diff", base] if base else []
    return host.finish(host.lint(options))


def diff(host: Host) -> int:
    """The comparison with the base, with values as far as there is data, left as Markdown for ``comment``."""
    remove(page())
    if not flag("KPI_DIFF"):
        return host.finish(EXIT_OK)
    try:
        base = host.base()
    except StepError as error:
        return _not_compared(host, str(error))
    if base is None:
        print("kpi diff: this run is of no pull request, so there is nothing to compare with")
        return host.finish(EXIT_OK)
    classes = setting("KPI_FAIL_ON_DIFF")
    plain = kpi("diff", base, "--format", "json", *(["--fail-on", classes] if classes else []))
    if plain.code == EXIT_ERROR:
        return _not_compared(host, plain.err)
    changes, code = len(json.loads(plain.out)["changes"]), plain.code
    with_values = changes > 0 and _data() != "none"
    shown = kpi("diff", base, "--format", "markdown", *(["--values"] if with_values else []))
    text = shown.out or kpi("diff", base, "--format", "markdown").out
    if shown.code == EXIT_ERROR:
        text = f"> **Not all values could be computed.**\n\n{folded(shown.err)}\n\n{text}"
        code = _values_missing(host, "kpi diff could not compute all values", shown, code)
    write(page(), text if changes else NOTHING + text)
    host.quote(text)
    return host.finish(code, changes=changes)


def _not_compared(host: Host, reasons: str) -> int:
    """A comparison that fails says so everywhere: it is not to read as one without changes."""
    host.quote(reasons)
    host.tell("error", COULD_NOT)
    write(page(), f"### {COULD_NOT}\n\n{folded(reasons)}\n")
    return host.finish(EXIT_ERROR)


def comment(host: Host) -> int:
    """The comparison as the one comment of this plan on the pull request; where that may not be, as a summary."""
    text = read(page())
    if text is None:
        return EXIT_OK
    if not flag("KPI_COMMENT") or host.number() is None:
        host.keep("diff", text)
        return EXIT_OK
    plan = hashlib.sha256(setting("KPI_FILE").encode()).hexdigest()[:12]  # a repository may have several
    marker = f"<!-- kpi diff {plan} -->"
    body = f"{marker}\n{cut(text, host.limit - 200).rstrip()}\n\n{small(f'As of {host.commit()[:9]}.')}"
    try:
        # A pull request that changes no definition gets no comment; but an earlier one is not left to be wrong.
        print(_say_once(host, marker, body, worth_saying=not text.startswith(NOTHING)))
    except StepError as error:
        host.keep("diff", text)
        if isinstance(error, AccessDeniedError) and host.is_foreign():
            host.tell(
                "notice", "a pull request from a fork gets no comment: the comparison is in the summary of this run"
            )
        else:
            host.tell("warning", f"the comparison is in the summary of this run; it got no comment: {error}")
    return EXIT_OK


def _say_once(host: Host, marker: str, body: str, *, worth_saying: bool) -> str:
    """Writes the comment so that there is one and no second one; what was done."""
    mine = host.comments(marker)
    if not mine:
        if not worth_saying:
            return "kpi diff: no definition changed, so there is no comment"
        host.create(body)
        mine = host.comments(marker)
        if len(mine) < 2:
            return "kpi diff: wrote the comment"
        # Another run was as quick as this one. Both keep the older comment.
    if mine[0].body.strip() != body:
        host.update(mine[0].id, body)
    for other in mine[1:]:
        with suppress(AccessDeniedError):  # the other run may have taken it away itself
            host.delete(other.id)
    return "kpi diff: the comment is up to date"


def status(host: Host) -> int:
    """The status table as a summary."""
    host.drop("status")
    if not flag("KPI_STATUS") or _data() == "none":
        return host.finish(EXIT_OK)
    statuses = setting("KPI_FAIL_ON_STATUS")
    done = kpi("status", "--format", "markdown", *(["--fail-on", statuses] if statuses else []))
    text, code = done.out, done.code
    if code == EXIT_ERROR:
        message = "kpi status could not compute all KPIs" if text else "kpi status could not compute the KPIs"
        text = f"{text or '# Status'}\n\n> **{message[0].upper()}{message[1:]}.**\n\n{folded(done.err)}"
        # Without any table the plan itself is at fault; and what is not known may be what the run is to fail on.
        if done.out and not statuses:
            code = _values_missing(host, message, done, EXIT_OK)
        else:
            host.quote(done.err)
            host.tell("error", message)
    host.keep("status", text)
    return host.finish(code)


def verdict(host: Host) -> int:
    """The worst exit code of the steps before it."""
    worst = EXIT_OK
    for name in ("lint", "diff", "status"):
        code = setting(f"KPI_{name.upper()}_CODE")
        if not code.isdecimal():
            raise StepError(f"kpi {name} did not come to its end")
        if int(code):
            meaning = "has findings" if int(code) == EXIT_FINDINGS else "could not do its work"
            host.tell("error", f"kpi {name} {meaning} (exit code {code})")
        worst = max(worst, int(code))
    return worst


def page() -> Path:
    """Where ``diff`` leaves the comparison. In GitLab it is an artifact, in the folder of the job."""
    return Path(os.environ.get("RUNNER_TEMP", "."), "kpi-diff.md")


def _data() -> str:
    """Whether the data is at hand: as far as it is, it has to be, or it is not."""
    return choice("KPI_DATA", "auto", "required", "none")


def _values_missing(host: Host, message: str, done: Done, code: int) -> int:
    """Says what was not computed. The exit code: ``code``, but 2 where the data has to be there."""
    required = _data() == "required"
    host.quote(done.err)
    host.tell("error" if required else "warning", message)
    return EXIT_ERROR if required else code
