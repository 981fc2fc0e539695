# ruff: noqa: T201
"""GitHub Actions."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

from kpi.ci.host import AccessDeniedError, Comment, StepError
from kpi.ci.running import EXIT_OK, git, here, kpi, merge_base
from kpi.ci.settings import setting
from kpi.ci.text import cut

SUMMARY_LIMIT = 1024 * 1024 - 4096  # bytes; GitHub discards a step summary that is larger than 1 MiB


class GitHub:
    """The runner of GitHub Actions and the API of GitHub."""

    limit = 65_536

    def __init__(self) -> None:
        if setting("GITHUB_EVENT_NAME") == "pull_request_target":
            raise StepError(
                "pull_request_target runs code of a pull request with write access to this repository: use pull_request"
            )
        path = setting("GITHUB_EVENT_PATH")
        self.event: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        self.pull: dict[str, Any] = self.event.get("pull_request") or {}

    def base(self) -> str | None:
        if group := self.event.get("merge_group"):
            return here(str(group["base_sha"]))
        if not self.pull:
            return None
        about = (git("cat-file", "commit", "HEAD") or "").partition("\n\n")[0]
        parents = re.findall(r"(?m)^parent ([0-9a-f]+)$", about)
        if len(parents) == 2 and parents[1] == self.commit():
            # The merge commit that GitHub creates for a pull request. Its first parent is the current base, which may
            # be newer than the one in the event.
            return here(parents[0])
        return merge_base(str(self.pull["base"]["sha"]))

    def lint(self, options: list[str]) -> int:
        done = kpi("lint", "--format", "github", *options)
        print(done.out, end="", flush=True)  # workflow commands, which create annotations
        self.quote(done.err)
        return done.code

    @staticmethod
    def tell(level: str, message: str) -> None:
        for sign in "%\r\n":
            message = message.replace(sign, f"%{ord(sign):02X}")
        print(f"::{level} title=kpi::{message}", flush=True)

    def quote(self, text: str) -> None:
        if text.strip():
            word = secrets.token_hex(16)  # the quoted text cannot contain it and so cannot end the quotation
            print(f"::stop-commands::{word}\n{text.rstrip()}\n::{word}::", flush=True)

    def keep(self, name: str, text: str) -> None:
        if path := setting("GITHUB_STEP_SUMMARY"):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(cut(f"\n{text}\n", SUMMARY_LIMIT - file.tell()))
        else:
            self.quote(f"kpi {name}:\n{text}")

    def drop(self, name: str) -> None:
        """The summary of a step is initially empty."""

    def finish(self, code: int, **outputs: object) -> int:
        """Save the exit code for the step ``verdict`` and return 0, so that the steps in between run in any case."""
        path = setting("GITHUB_OUTPUT")
        if not path:
            return code
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in {"code": code, **outputs}.items())
        return EXIT_OK

    def number(self) -> int | None:
        return int(self.pull["number"]) if self.pull else None

    def is_foreign(self) -> bool:
        source = self.pull["head"].get("repo") or {}  # None if the fork was deleted
        return bool(source.get("full_name") != self.pull["base"]["repo"]["full_name"])

    def commit(self) -> str:
        return str(self.pull["head"]["sha"])

    def comments(self, marker: str) -> list[Comment]:
        from kpi.ci.api import PAGE, pages

        me = self._me()
        url = self._url(f"issues/{self.number()}/comments")
        found = pages(lambda page: self._call("GET", f"{url}?per_page={PAGE}&page={page}"))
        mine = [one for one in found if (one.get("user") or {}).get("login") == me]
        return sorted(Comment(one["id"], one["body"]) for one in mine if (one.get("body") or "").startswith(marker))

    def create(self, body: str) -> None:
        self._call("POST", self._url(f"issues/{self.number()}/comments"), {"body": body})

    def update(self, id_: int, body: str) -> None:
        self._call("PATCH", self._url(f"issues/comments/{id_}"), {"body": body})

    def delete(self, id_: int) -> None:
        self._call("DELETE", self._url(f"issues/comments/{id_}"))

    def _me(self) -> str:
        """The owner of the token. For the token of a workflow, only the GraphQL API returns it."""
        try:
            answer = self._call("POST", setting("GITHUB_GRAPHQL_URL"), {"query": "{viewer{login}}"})
            return str(answer["data"]["viewer"]["login"])
        except (StepError, KeyError, TypeError):
            return "github-actions[bot]"

    def _url(self, rest: str) -> str:
        return f"{setting('GITHUB_API_URL')}/repos/{setting('GITHUB_REPOSITORY')}/{rest}"

    def _call(self, method: str, url: str, content: object = None) -> Any:
        token = setting("KPI_TOKEN")
        if not token:
            raise AccessDeniedError("the input token is empty")
        from kpi.ci.api import call  # imported late: only one step uses the network

        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        return call(method, url, {**headers, "Authorization": f"Bearer {token}"}, content)
