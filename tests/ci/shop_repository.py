"""A repository with a pull request, as a service has it, and clones of it as checkout actions make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from diff.repository import Repository

PLAN = """version: 1
title: Tea shop
as_of: 2026-06-30
sources:
  orders: {path: orders.csv, date: day, owner: ana@example.com}
goals:
  loyalty: {name: Half of all orders come from regulars, owner: ana@example.com, due: 2026-12-31}
kpis:
  revenue:
    name: Revenue
    goal: loyalty
    owner: ana@example.com
    unit: EUR
    every: month
    formula: sum(orders.amount)
    target: at least 100
    when_red: Call the five largest customers.
  orders_placed:
    name: Robust orders
    goal: loyalty
    owner: ben@example.com
    unit: orders
    every: month
    formula: count(orders)
    target: at least 2
"""
# A weasel word on a line that the pull request leaves alone, and one on a line that it changes.
OLD_FINDING = '"Robust" cannot be measured'
NEW_FINDING = '"Effective" cannot be measured'
LOOSENED = PLAN.replace("at least 100", "at least 50").replace("sum(orders.amount)", "sum(orders.amount) / 2")
VAGUE = LOOSENED.replace("name: Revenue", "name: Effective revenue")
DATA = "day,amount\n2026-05-03,40\n2026-05-20,55\n2026-06-02,60\n2026-06-18,70\n"


class PullRequest(NamedTuple):
    """The repository that serves it, and its commits."""

    origin: Repository
    base: str  # the base branch when the pull request was opened
    head: str
    merge: str  # GitHub's trial merge with the base branch as it is now, which has moved on since
    title: str

    def event(self, *, fork: bool = False) -> dict[str, Any]:
        """The payload of GitHub's event."""
        source = "stranger/shop" if fork else "acme/shop"
        return {
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "title": self.title,
                "body": self.title,
                "head": {"sha": self.head, "ref": self.title, "repo": {"full_name": source}},
                "base": {"sha": self.base, "ref": "main", "repo": {"full_name": "acme/shop"}},
            },
        }

    def github(self, url: str, **more: str) -> dict[str, str]:
        """The variables of GitHub's runner; ``token`` is what the workflow's token is."""
        return {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_BASE_REF": "main",
            "GITHUB_HEAD_REF": self.title,
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_API_URL": url,
            "GITHUB_GRAPHQL_URL": f"{url}/graphql",
            **more,
        }

    def gitlab(self, url: str, **more: str) -> dict[str, str]:
        """The variables of GitLab's runner, for a pipeline of a merge request."""
        return {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": self.head,
            "CI_COMMIT_MESSAGE": self.title,
            "CI_MERGE_REQUEST_TITLE": self.title,
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": self.title,
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.base,
            "CI_API_V4_URL": url,
            **more,
        }

    def checkout(self, folder: Path, commit: str | None = None, depth: int = 1) -> Path:
        """What a checkout action leaves: the last commits up to ``commit``, by default the trial merge."""
        clone = Repository(folder)
        clone.git("remote", "add", "origin", self.origin.root.as_uri())
        clone.git("fetch", "-q", "--no-tags", f"--depth={depth}", "origin", commit or self.merge)
        clone.git("checkout", "-q", "--detach", commit or self.merge)
        return folder


def pull_request(root: Path, changed: str = LOOSENED, *, title: str = "Smaller targets", **files: str) -> PullRequest:
    """A pull request that turns PLAN into ``changed``; the base branch got another commit after it was opened."""
    origin = Repository(root)
    origin.put("kpi.yaml", PLAN)
    origin.put("orders.csv", DATA)
    base = origin.commit("Begin")
    origin.git("checkout", "-q", "-b", "change")
    origin.put("kpi.yaml", changed)
    origin.write(**files)
    head = origin.commit(title)
    origin.git("checkout", "-q", "main")
    origin.put("kpi.yaml", PLAN.replace("at least 2\n", "at least 3\n"))
    origin.commit("Move on")
    origin.git("merge", "-q", "--no-ff", "-m", title, "change")
    merge = origin.git("rev-parse", "HEAD")
    origin.git("reset", "-q", "--hard", "HEAD^1")
    origin.git("update-ref", "refs/pull/7/merge", merge)
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return PullRequest(origin, base, head, merge, title)
