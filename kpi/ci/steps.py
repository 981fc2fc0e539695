# ruff: noqa: T201
"""The steps. Each is a function that takes the CI service and returns the exit code."""

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

NO_CHANGES = "<!-- no changes -->\n"  # the first line of a comparison without changes
NOT_COMPARED = "kpi diff could not compare the definitions"


def lint(host: Host) -> int:
    """Run ``kpi lint``; on a pull request, only findings in what it changes fail."""
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
            host.tell("warning", f"showing all findings, not only those in changed entries: {error}")
        options += ["--diff", base] if base else []
    return host.finish(host.lint(options))


def diff(host: Host) -> int:
    """Compare with the base, with values if there is data, and save the result as Markdown for ``comment``."""
    remove(page())
    if not flag("KPI_DIFF"):
        return host.finish(EXIT_OK)
    try:
        base = host.base()
    except StepError as error:
        return _not_compared(host, str(error))
    if base is None:
        print("kpi diff: skipped, this run is not for a pull request")
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
    write(page(), text if changes else NO_CHANGES + text)
    host.quote(text)
    return host.finish(code, changes=changes)


def _not_compared(host: Host, reasons: str) -> int:
    """Report that the comparison failed, also in the comment, so that it is not mistaken for one without changes."""
    host.quote(reasons)
    host.tell("error", NOT_COMPARED)
    write(page(), f"### {NOT_COMPARED}\n\n{folded(reasons)}\n")
    return host.finish(EXIT_ERROR)


def comment(host: Host) -> int:
    """Write the comparison as the single comment of this plan on the pull request, else into the summary."""
    text = read(page())
    if text is None:
        return EXIT_OK
    if not flag("KPI_COMMENT") or host.number() is None:
        host.keep("diff", text)
        return EXIT_OK
    plan = hashlib.sha256(setting("KPI_FILE").encode()).hexdigest()[:12]  # a repository can have several plans
    marker = f"<!-- kpi diff {plan} -->"
    body = f"{marker}\n{cut(text, host.limit - 200).rstrip()}\n\n{small(f'As of {host.commit()[:9]}.')}"
    try:
        # A pull request that changes no definition gets no new comment, but an existing one is updated.
        print(_write_comment(host, marker, body, create=not text.startswith(NO_CHANGES)))
    except StepError as error:
        host.keep("diff", text)
        if isinstance(error, AccessDeniedError) and host.is_foreign():
            host.tell("notice", "pull requests from forks get no comment; the comparison is in the summary of this run")
        else:
            host.tell("warning", f"could not write the comment, so the comparison is in the summary: {error}")
    return EXIT_OK


def _write_comment(host: Host, marker: str, body: str, *, create: bool) -> str:
    """Create (if ``create``) or update the comment and delete duplicates. Returns a message about what was done."""
    mine = host.comments(marker)
    if not mine:
        if not create:
            return "kpi diff: no definition changed, no comment written"
        host.create(body)
        mine = host.comments(marker)
        if len(mine) < 2:
            return "kpi diff: comment created"
        # Another run created a comment at the same time. Both keep the older one.
    if mine[0].body.strip() != body:
        host.update(mine[0].id, body)
    for other in mine[1:]:
        with suppress(AccessDeniedError):  # the other run may have deleted it already
            host.delete(other.id)
    return "kpi diff: comment is up to date"


def status(host: Host) -> int:
    """Write the status table into the summary."""
    host.drop("status")
    if not flag("KPI_STATUS") or _data() == "none":
        return host.finish(EXIT_OK)
    statuses = setting("KPI_FAIL_ON_STATUS")
    done = kpi("status", "--format", "markdown", *(["--fail-on", statuses] if statuses else []))
    text, code = done.out, done.code
    if code == EXIT_ERROR:
        message = "kpi status could not compute all KPIs" if text else "kpi status could not compute the KPIs"
        text = f"{text or '# Status'}\n\n> **{message[0].upper()}{message[1:]}.**\n\n{folded(done.err)}"
        # Without a table the plan has errors. With KPI_FAIL_ON_STATUS, a status that is unknown must not pass.
        if done.out and not statuses:
            code = _values_missing(host, message, done, EXIT_OK)
        else:
            host.quote(done.err)
            host.tell("error", message)
    host.keep("status", text)
    return host.finish(code)


def verdict(host: Host) -> int:
    """The worst exit code of the previous steps."""
    worst = EXIT_OK
    for name in ("lint", "diff", "status"):
        code = setting(f"KPI_{name.upper()}_CODE")
        if not code.isdecimal():
            raise StepError(f"kpi {name} did not finish")
        if int(code):
            meaning = "has findings" if int(code) == EXIT_FINDINGS else "could not do its work"
            host.tell("error", f"kpi {name} {meaning} (exit code {code})")
        worst = max(worst, int(code))
    return worst


def page() -> Path:
    """The file in which ``diff`` saves the comparison. In GitLab it is an artifact in the folder of the job."""
    return Path(os.environ.get("RUNNER_TEMP", "."), "kpi-diff.md")


def _data() -> str:
    """Whether to use data: ``auto`` (as far as there is any), ``required`` or ``none``."""
    return choice("KPI_DATA", "auto", "required", "none")


def _values_missing(host: Host, message: str, done: Done, code: int) -> int:
    """Report what was not computed. Returns ``code``, or 2 if the data is required."""
    required = _data() == "required"
    host.quote(done.err)
    host.tell("error" if required else "warning", message)
    return EXIT_ERROR if required else code
