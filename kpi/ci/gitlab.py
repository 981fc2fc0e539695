# ruff: noqa: T201
"""GitLab CI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kpi.ci.host import AccessDeniedError, Comment
from kpi.ci.running import here, kpi
from kpi.ci.settings import setting
from kpi.ci.writing import remove, write

REPORT = "gl-code-quality-report.json"


class GitLab:
    """A job of GitLab CI and the API of GitLab."""

    limit = 900_000  # a note can have 1,000,000 characters

    def base(self) -> str | None:
        if self.number() is None:
            return None
        # The first variable is only set in a pipeline for merged results, whose base is the current target branch.
        target = setting("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")
        return here(target or setting("CI_MERGE_REQUEST_DIFF_BASE_SHA"))

    def lint(self, options: list[str]) -> int:
        # GitLab compares the report with that of the target branch, so it must contain all findings.
        report = kpi("lint", "--format", "gitlab", "--fail-on", "never")
        if report.out:
            write(Path(REPORT), report.out)
        else:
            remove(Path(REPORT))  # GitLab would use a committed file of that name
        done = kpi("lint", "--format", "text", *options)
        self.quote(done.out)
        self.quote(done.err)
        return done.code

    @staticmethod
    def tell(level: str, message: str) -> None:
        print(f"kpi: {level}: {message}", flush=True)

    def quote(self, text: str) -> None:
        if text.strip():
            print(text.rstrip(), flush=True)

    def keep(self, name: str, text: str) -> None:
        write(Path(f"kpi-{name}.md"), text + "\n")

    def drop(self, name: str) -> None:
        remove(Path(f"kpi-{name}.md"))

    def finish(self, code: int, **outputs: object) -> int:
        for name, value in outputs.items():
            print(f"{name}: {value}", flush=True)
        return code

    def number(self) -> int | None:
        return int(setting("CI_MERGE_REQUEST_IID", "0")) or None

    def is_foreign(self) -> bool:
        return setting("CI_MERGE_REQUEST_SOURCE_PROJECT_ID") != setting("CI_MERGE_REQUEST_PROJECT_ID")

    def commit(self) -> str:
        return setting("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or setting("CI_COMMIT_SHA")

    def comments(self, marker: str) -> list[Comment]:
        from kpi.ci.api import PAGE, pages

        me = self._call("GET", "user")["id"]
        found = pages(lambda page: self._call("GET", f"{self._notes()}?per_page={PAGE}&page={page}"))
        mine = [one for one in found if (one.get("author") or {}).get("id") == me]
        return sorted(Comment(one["id"], one["body"]) for one in mine if (one.get("body") or "").startswith(marker))

    def create(self, body: str) -> None:
        self._call("POST", self._notes(), {"body": body})

    def update(self, id_: int, body: str) -> None:
        self._call("PUT", f"{self._notes()}/{id_}", {"body": body})

    def delete(self, id_: int) -> None:
        self._call("DELETE", f"{self._notes()}/{id_}")

    def _notes(self) -> str:
        return f"projects/{setting('CI_MERGE_REQUEST_PROJECT_ID')}/merge_requests/{self.number()}/notes"

    def _call(self, method: str, path: str, content: object = None) -> Any:
        token = setting("KPI_GITLAB_TOKEN")
        if not token:
            raise AccessDeniedError("KPI_GITLAB_TOKEN is not set")
        from kpi.ci.api import call  # imported late: only one step uses the network

        return call(method, f"{setting('CI_API_V4_URL')}/{path}", {"PRIVATE-TOKEN": token}, content)
