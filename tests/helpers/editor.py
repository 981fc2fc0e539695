"""An editor, as far as the Language Server Protocol goes: it starts ``kpi lsp`` and speaks with it over pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any

REPOSITORY = Path(__file__).parents[2]
CURSOR = "|"
LONGEST = 60.0  # seconds to wait for an answer on a busy machine


def position(text: str, before: str) -> dict[str, int]:
    """Where the cursor is once the first ``before`` of a text has been typed, in UTF-16 as the protocol has it."""
    end = text.index(before) + len(before)
    line = text.count("\n", 0, end)
    start = text.rfind("\n", 0, end) + 1
    return {"line": line, "character": len(text[start:end].encode("utf-16-le")) // 2}


def span(text: str, part: str) -> dict[str, dict[str, int]]:
    """The range of the first ``part`` of a text, which may be given with context: ``before«part»after``."""
    before, mark, rest = part.partition("«")
    inner, _, after = rest.partition("»") if mark else ("", "", "")
    if not mark:
        before, inner, after = "", part, ""
    at = text.index(before + inner + after) + len(before)
    return {"start": position(text[:at] + "\0", text[:at]), "end": position(text, text[: at + len(inner)])}


class Editor:
    """One conversation. Used in ``with``, it ends the server if the test has not."""

    def __init__(self, folder: Path, *arguments: str, capabilities: dict[str, Any] | None = None) -> None:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kpi", "lsp", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=environment,
        )  # fmt: skip
        self.capabilities = capabilities or {}
        self.notices: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self._answers: Queue[dict[str, Any]] = Queue()
        self._waiting: list[dict[str, Any]] = []
        self._next = 0
        self._versions: dict[str, int] = {}
        Thread(target=self._listen, daemon=True).start()

    # Messages.

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            assert line.startswith(b"Content-Length: "), line  # nothing else may be printed
            length = int(line.split()[1])
            while stream.readline().strip():
                pass
            self._answers.put(json.loads(stream.read(length)))

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _receive(self, seconds: float = LONGEST) -> dict[str, Any]:
        message = self._answers.get(timeout=seconds)
        if "method" in message and "id" in message:  # a request of the server
            self.asked.append(message)
            self._send({"id": message["id"], "result": None})
        elif "method" in message:
            self.notices.append(message)
        else:
            self._waiting.append(message)
        return message

    def notify(self, method: str, params: Any = None) -> None:
        """Tell the server something."""
        self._send({"method": method, "params": params})

    def send(self, method: str, params: Any = None) -> int:
        """Ask the server something, and do not wait."""
        self._next += 1
        self._send({"id": self._next, "method": method, "params": params})
        return self._next

    def answer(self, id_: int) -> Any:
        """The answer to a question; fails for an error."""
        while True:
            for message in self._waiting:
                if message["id"] == id_:
                    assert "error" not in message, message["error"]
                    return message["result"]
            self._receive()

    def ask(self, method: str, params: Any = None) -> Any:
        """Ask, and wait for the answer."""
        return self.answer(self.send(method, params))

    def quiet(self, seconds: float) -> list[dict[str, Any]]:
        """What is said in so many seconds."""
        heard = []
        try:
            while True:
                heard.append(self._receive(seconds))
        except Empty:
            return heard

    # The conversation.

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, kind: type | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()

    def begin(self) -> Any:
        """Introduce each other. What the server says it can do."""
        params = {"processId": os.getpid(), "rootUri": self.folder.as_uri(), "capabilities": self.capabilities}
        result = self.ask("initialize", params)
        self.notify("initialized", {})
        return result

    def uri(self, name: str) -> str:
        """How the editor calls a file."""
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None) -> str:
        """Show a file; ``text`` instead of what is saved. The text."""
        content = (self.folder / name).read_text(encoding="utf-8") if text is None else text
        document = {"uri": self.uri(name), "languageId": "yaml", "version": 1, "text": content}
        self._versions[name] = 1
        self.notify("textDocument/didOpen", {"textDocument": document})
        return content

    def change(self, name: str, text: str) -> None:
        """Type."""
        self._versions[name] += 1
        document = {"uri": self.uri(name), "version": self._versions[name]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def close(self, name: str) -> None:
        """Close a file, what was typed forgotten."""
        self.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})

    def findings(self, name: str) -> list[dict[str, Any]]:
        """The next findings published for a file, in the version that the editor shows if it is open."""
        while True:
            for notice in self.notices:
                params = notice["params"]
                if notice["method"] == "textDocument/publishDiagnostics" and params["uri"] == self.uri(name):
                    self.notices.remove(notice)
                    if params.get("version") == self._versions.get(name):
                        return list(params["diagnostics"])
                    break
            else:
                self._receive()

    def at(self, question: str, name: str, text: str, before: str) -> Any:
        """Ask about the place in a file where ``before`` has just been typed."""
        params = {"textDocument": {"uri": self.uri(name)}, "position": position(text, before)}
        return self.ask(f"textDocument/{question}", params)

    def hover(self, name: str, text: str, before: str) -> str | None:
        """The hover text of a position, as Markdown; asked again while a value is still being computed."""
        while True:
            found = self.at("hover", name, text, before)
            shown = None if found is None else str(found["contents"]["value"])
            if shown is None or "still being computed" not in shown:
                return shown

    def offers(self, name: str, text: str, before: str) -> list[str]:
        """The labels of what can be typed at a place."""
        found = self.at("completion", name, text, before) or []
        return [one["label"] for one in sorted(found, key=lambda one: str(one["sortText"]))]

    def end(self) -> int:
        """Say goodbye. The exit code."""
        assert self.ask("shutdown") is None
        self.notify("exit")
        return self.process.wait(LONGEST)
