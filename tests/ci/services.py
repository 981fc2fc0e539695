"""The APIs of GitHub and GitLab as far as the steps use them, on 127.0.0.1, and what was asked of them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-for-tests"


class Api:
    """Comments on one pull request. ``refused`` gives the answer to a method that is not allowed."""

    kind: str
    place: str  # the path of the comments, below the server's own
    one: str  # the path of one comment, as a pattern with a group for its id
    changing: str  # the method that replaces a comment
    longest: int  # characters of a comment

    def __init__(self, me: str = "me") -> None:
        self.me = me
        self.comments: dict[int, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.refused: dict[str, int] = {}
        self.url = ""
        self.rivals: list[str] = []  # comments of a run that is as quick as the one under test

    def add(self, body: str, author: str | None = None) -> int:
        """A comment; its id."""
        id_ = 100 + len(self.comments)
        self.comments[id_] = {"id": id_, "body": body, **self.author(author or self.me)}
        return id_

    def author(self, name: str) -> dict[str, Any]:
        raise NotImplementedError

    def is_known(self, headers: Any) -> bool:
        raise NotImplementedError

    def who(self, method: str, path: str) -> Any:
        """The answer to the question whose the token is; None where this is another question."""
        raise NotImplementedError

    def asked(self, *methods: str) -> list[tuple[str, str]]:
        """The requests of these methods."""
        return [(method, path) for method, path in self.requests if method in methods]

    def answer(self, method: str, target: str, headers: Any, content: Any) -> tuple[int, Any]:
        """Status and JSON of the answer to one request."""
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        self.requests.append((method, path))
        if not self.is_known(headers):
            return 401, {"message": "Bad credentials"}
        if (name := self.who(method, path)) is not None:
            return self.refused.get("who", 200), name
        if method in self.refused:
            return self.refused[method], {"message": "Resource not accessible by integration"}
        if len((content or {}).get("body", "")) > self.longest:
            return 422, {"message": "Body is too long"}
        if path == self.place and method == "GET":
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, list(self.comments.values())[size * (page - 1) : size * page]
        if path == self.place and method == "POST":
            while self.rivals:
                self.add(content["body"].split("\n")[0] + "\n" + self.rivals.pop())
            return 201, self.comments[self.add(content["body"])]
        found = re.fullmatch(self.one, path)
        if found is None or int(found[1]) not in self.comments:
            return 404, {"message": "Not Found"}
        if method == "DELETE":
            del self.comments[int(found[1])]
            return 204, None
        if method != self.changing:
            return 405, None
        self.comments[int(found[1])]["body"] = content["body"]
        return 200, self.comments[int(found[1])]


class GitHubApi(Api):
    """GitHub's."""

    place = "/repos/acme/shop/issues/7/comments"
    one = r"/repos/acme/shop/issues/comments/(\d+)"
    changing = "PATCH"
    longest = 65_536

    def author(self, name: str) -> dict[str, Any]:
        return {"user": {"login": name}}

    def is_known(self, headers: Any) -> bool:
        return bool(headers["Authorization"] == f"Bearer {TOKEN}")

    def who(self, method: str, path: str) -> Any:
        return {"data": {"viewer": {"login": self.me}}} if (method, path) == ("POST", "/graphql") else None


class GitLabApi(Api):
    """GitLab's."""

    place = "/projects/42/merge_requests/7/notes"
    one = rf"{place}/(\d+)"
    changing = "PUT"
    longest = 1_000_000

    def author(self, name: str) -> dict[str, Any]:
        return {"author": {"id": len(name), "username": name}, "system": False}

    def is_known(self, headers: Any) -> bool:
        return bool(headers["PRIVATE-TOKEN"] == TOKEN)

    def who(self, method: str, path: str) -> Any:
        return {"id": len(self.me)} if (method, path) == ("GET", "/user") else None


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """``api``, answering at ``api.url``."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            content = json.loads(self.rfile.read(length)) if length else None
            status, answer = api.answer(self.command, self.path, self.headers, content)
            body = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", f"{api.url}/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        api.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
