"""Servers on this machine: one for files, and one that speaks as much of S3 as reading needs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


@dataclass
class Served:
    """What a server has: ``files`` by path, ``redirects`` from path to URL; and the ``asked`` of it, each with its
    status. ``tagged``: it says which content of a file this is."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    tagged: bool = True
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if "list-type" in query:
            return self._answer(200, _listing(self.served.files, parts.path, query))
        path = unquote(parts.path)
        if path in self.served.redirects:
            return self._answer(302, b"", {"Location": self.served.redirects[path]})
        content = self.served.files.get(path)
        if content is None:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        tag = f'"{hashlib.md5(content).hexdigest()}"'
        headers = {"Last-Modified": "Sun, 31 May 2026 10:00:00 GMT"} if "/bucket/" in path else {}
        if self.served.tagged:
            headers["ETag"] = tag
            if self.headers.get("If-None-Match") == tag:
                return self._answer(304, b"", headers)
        return self._answer(200, content, headers)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] = {}) -> None:
        self.served.asked.append((self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _listing(files: Mapping[str, bytes], bucket: str, query: Mapping[str, list[str]]) -> bytes:
    start = bucket.rstrip("/") + "/"
    prefix = start + query.get("prefix", [""])[0]
    found = "".join(
        f"<Contents><Key>{escape(path.removeprefix(start))}</Key><Size>{len(content)}</Size>"
        f"<LastModified>2026-05-31T10:00:00.000Z</LastModified><ETag>&quot;{len(content)}&quot;</ETag></Contents>"
        for path, content in sorted(files.items())
        if path.startswith(prefix)
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[Served]:
    """A server for these files on a free port of this machine."""
    served = Served(dict(files))
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
