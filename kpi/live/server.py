"""Serves one page, and an event whenever there is a new one. The only importer of Starlette and uvicorn."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from types import FrameType

import anyio
import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from kpi.errors import UsageError

ALIVE = 15.0  # seconds between two lines without content, by which a closed connection is noticed
MOST_CONNECTIONS = 200
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",  # the rest is in the page
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Makes the page of a version.
Build = Callable[[str], str]


class Pages:
    """The page as it is now. ``version`` differs from those of all other pages, also of a server that ran before;
    ``fault`` is why no more pages can be made."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._server = secrets.token_hex(4)
        self._count = 1
        self._changed = anyio.Event()
        self.html = build(self.version)
        self.closed = False
        self.fault: Exception | None = None

    @property
    def version(self) -> str:
        """The version of the page."""
        return f"{self._server}-{self._count}"

    async def update(self) -> None:
        """Build the page again, and wake those who wait for it."""
        html = await anyio.to_thread.run_sync(self._build, f"{self._server}-{self._count + 1}")
        self.html, self._count = html, self._count + 1
        self._wake()

    def close(self) -> None:
        """End all streams of events."""
        self.closed = True
        self._wake()

    async def events(self) -> AsyncIterator[str]:
        """The versions from now on, as server-sent events, until the server ends."""
        sent = None
        while not self.closed:
            changed = self._changed
            if sent == self.version:
                with anyio.move_on_after(ALIVE):
                    await changed.wait()
                if not changed.is_set():
                    yield ":\n\n"
            else:
                sent = self.version
                yield f"retry: 1000\ndata: {sent}\n\n"

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()


def create_app(pages: Pages, changes: Callable[[], AsyncIterator[None]], hosts: Iterable[str]) -> Starlette:
    """The application: the page at ``/`` and its events at ``/events``, for requests to one of ``hosts`` only, so that
    no other site can read the page under a name of its own that leads here. ``changes`` yields when the page is to be
    built again."""

    async def page(_: Request) -> Response:
        return HTMLResponse(pages.html, headers=_HEADERS)

    async def events(_: Request) -> Response:
        return StreamingResponse(pages.events(), media_type="text/event-stream", headers=_HEADERS)

    async def follow() -> None:
        try:
            async for _ in changes():
                await pages.update()
        except Exception as fault:
            pages.fault = fault
            pages.close()

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(follow)
            yield
            tasks.cancel_scope.cancel()

    app = Starlette(
        routes=[Route("/", page, methods=["GET"]), Route("/events", events, methods=["GET"])],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises UsageError if the address cannot be used."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        hint = "another program uses it: name another port" if "in use" in (fault.strerror or "") else None
        raise UsageError(f"{host} port {port}: {fault.strerror or fault}", hint=hint) from None


def names_of(host: str) -> Sequence[str]:
    """The names under which a server that is bound to ``host`` may be asked: those of this machine."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return [*names, _in_url(host)]
    names += [socket.gethostname(), socket.getfqdn(), _in_url(host)]
    with contextlib.suppress(OSError):
        names += [_in_url(str(found[4][0])) for found in socket.getaddrinfo(socket.gethostname(), None)]
    return list(dict.fromkeys(names))


def address(listening: socket.socket) -> str:
    """The address of the page."""
    host, port = listening.getsockname()[:2]
    return f"http://{_in_url(host)}:{port}/"


def serve(app: Starlette, pages: Pages, listening: socket.socket) -> None:
    """Serve until Ctrl+C. Raises KeyboardInterrupt then, and whatever keeps a page from being made."""
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="on", log_level="error", access_log=False, server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
    )  # fmt: skip
    _Server(config, pages).run(sockets=[listening])
    if pages.fault is not None:
        raise pages.fault


class _Server(uvicorn.Server):
    """Ends the streams of events when it is to exit, since they would go on forever, and exits when they end."""

    def __init__(self, config: uvicorn.Config, pages: Pages) -> None:
        super().__init__(config)
        self._pages = pages

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._pages.close()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._pages.closed


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
