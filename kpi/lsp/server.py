"""Serves the Language Server Protocol."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from kpi import __version__
from kpi.diagnostics import Diagnostic, Edit, Location
from kpi.lsp.analysis import Analysis, Value, real
from kpi.lsp.completing import CompletionItem, CompletionKind, complete
from kpi.lsp.definitions import definitions
from kpi.lsp.hovering import describe_symbol, pages_at
from kpi.lsp.input import CheckedInput
from kpi.lsp.position_encoding import Lines, Units
from kpi.lsp.published import FileFindings, Published
from kpi.lsp.symbols import symbol_at
from kpi.lsp.values import Values, Worker
from kpi.lsp.workspace import Workspace

PAUSE = 0.2  # seconds without a keystroke before a plan is analysed
PATIENCE = 2.0  # seconds that a hover waits for a value; a later hover shows it
TRIGGERS = [".", "[", "(", " ", ","]
WATCHED = ["**/*.{yaml,yml}", "**/*.{csv,tsv,json,jsonl,ndjson,parquet,xlsx}"]
SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
KINDS: dict[CompletionKind, types.CompletionItemKind] = {
    "field": types.CompletionItemKind.Field,
    "section": types.CompletionItemKind.Module,
    "goal": types.CompletionItemKind.Reference,
    "kpi": types.CompletionItemKind.Variable,
    "measure": types.CompletionItemKind.Constant,
    "source": types.CompletionItemKind.Struct,
    "column": types.CompletionItemKind.Field,
    "function": types.CompletionItemKind.Function,
    "word": types.CompletionItemKind.Keyword,
    "rule": types.CompletionItemKind.EnumMember,
    "text": types.CompletionItemKind.Text,
}
Result = TypeVar("Result")


class Server(LanguageServer):
    """The session with one editor. Plans are analysed in one thread and values are computed in another, so that slow
    files do not block responses. ``patience`` is the time in seconds that a hover waits for a value."""

    def __init__(self, workspace: Workspace, patience: float = PATIENCE) -> None:
        super().__init__("kpi", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.plans = workspace
        self.patience = patience
        self.published = Published()
        self.values = Values()
        self.worker = Worker("kpi plans")
        self.uris: dict[Path, str] = {}
        self.shutdown_requested = False
        self._edition = 0
        self._touched: set[Path] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._review: asyncio.Task[None] | None = None

    @property
    def units(self) -> Units:
        """The encoding whose code units the editor counts in columns."""
        encoding = self.workspace.position_encoding
        return cast("Units", str(getattr(encoding, "value", encoding) or "utf-16"))

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` in the worker thread and return its result."""
        return await asyncio.wrap_future(self.worker.submit(work))

    # Open files.

    def write(self, uri: str, pause: float) -> None:
        """Store the current text of the editor, and analyse its plan after a pause."""
        path = path_of(uri)
        if path is not None:
            self.uris[real(path)] = uri
            self.plans.write(path, self.workspace.get_text_document(uri).source)
            self.look(path, pause)

    def close(self, uri: str) -> None:
        """Use the saved text of a file again."""
        path = path_of(uri)
        if path is not None:
            self.plans.close(path)
            self.look(path, 0)
            self.uris.pop(real(path), None)

    def look(self, path: Path | None, pause: float) -> None:
        """Review all plans after a pause, and send the findings in ``path`` even if they did not change."""
        self._edition += 1
        if path is not None:
            self._touched.add(real(path))
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(pause, self._start)

    def _start(self) -> None:
        self._review = asyncio.create_task(self._look())

    async def _look(self) -> None:
        edition, touched = self._edition, self._touched
        self._touched = set()
        try:
            analyses = await self.run(self.plans.review)
        except Exception as fault:
            self.log_error(fault)
            return
        if edition != self._edition:  # the texts have changed since; the next review is scheduled
            self._touched |= touched
            return
        for path, found_in_file in self.published.changes(analyses, touched).items():
            self.tell(path, found_in_file)

    def tell(self, path: Path, found_in_file: FileFindings) -> None:
        """Send the findings of a file to the editor."""
        uri = self.uris.get(path)
        version = None if uri is None else self.workspace.get_text_document(uri).version
        found = [diagnostic(one, found_in_file.lines, self.units) for one in found_in_file.findings]
        params = types.PublishDiagnosticsParams(uri or path.as_uri(), found, version)
        self.text_document_publish_diagnostics(params)

    def log_error(self, fault: Exception) -> None:
        """Write an internal error to the log of the editor."""
        message = f"kpi: internal error: {type(fault).__name__}: {fault}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    # Requests.

    async def at(self, uri: str, position: types.Position) -> tuple[Analysis, str, int] | None:
        """The plan, the file and the character offset of a request; None if the file does not belong to a plan."""
        path = path_of(uri)
        if path is None or real(path) not in self.plans.texts:
            return None
        analysis = await self.run(lambda: self.plans.analysis(path))
        file = None if analysis is None else analysis.files.get(real(path))
        if analysis is None or file is None:
            return None
        return analysis, file, analysis.lines(file).offset(position.line, position.character, self.units)

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """The description of a symbol, with the value of a KPI, and the pages of the rules with a finding there."""
        found = await self.at(params.text_document.uri, params.position)
        if found is None:
            return None
        analysis, file, offset = found
        lines = analysis.lines(file)
        symbol = symbol_at(analysis, file, offset)
        description = None
        if symbol is not None:
            value = await self.value(analysis, symbol.name) if symbol.kind == "kpi" else None
            description = describe_symbol(analysis, symbol, value)
        line, column = lines.place(offset)
        parts = [*([description] if description else []), *pages_at(analysis, file, line + 1, column + 1)]
        if not parts:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
        return types.Hover(content, None if symbol is None else range_of(symbol.place, lines, self.units))

    async def value(self, analysis: Analysis, kpi: str) -> Value | None:
        """The value of a KPI; None if it is not computed in time."""
        if kpi not in analysis.plan.kpis:
            return None
        asked = asyncio.wrap_future(self.values.ask(analysis, kpi))
        await asyncio.wait([asked], timeout=self.patience)
        try:
            return asked.result() if asked.done() else None
        except (CancelledError, asyncio.CancelledError):  # the plan has changed in the meantime
            return None

    async def definition(self, params: types.DefinitionParams) -> list[types.Location] | None:
        """The definitions of a symbol."""
        found = await self.at(params.text_document.uri, params.position)
        symbol = None if found is None else symbol_at(*found)
        if found is None or symbol is None:
            return None
        places = await self.run(lambda: definitions(found[0], symbol))
        return [
            types.Location(
                self.uris.get(real(one.path)) or one.path.as_uri(), range_of(one.place, one.lines, self.units)
            )
            for one in places
        ]

    async def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction] | None:
        """The fixes of the findings in a range, each as a quick fix."""
        found = await self.at(params.text_document.uri, params.range.start)
        if found is None:
            return None
        analysis, file, start = found
        lines = analysis.lines(file)
        end = lines.offset(params.range.end.line, params.range.end.character, self.units)
        actions = []
        for one in analysis.findings:
            place = one.location
            first = lines.start(place.line - 1) + place.column - 1
            last = lines.start(place.end_line - 1) + place.end_column - 1
            if place.file == file and first <= end and start <= last:
                actions += [code_action(one, edit, params.text_document.uri, lines, self.units) for edit in one.edits]
        return actions

    async def completion(self, params: types.CompletionParams) -> list[types.CompletionItem] | None:
        """The completions. They use the names of the last analysis, so that typing is not delayed."""
        path = path_of(params.text_document.uri)
        text = None if path is None else self.plans.texts.get(real(path))
        if path is None or text is None:
            return None
        known = self.plans.latest(path)
        if not known:
            analysis = await self.run(lambda: self.plans.analysis(path))
            known = () if analysis is None else (analysis,)
        if not known:
            return None
        position, lines = params.position, Lines(text)
        offset = lines.offset(position.line, position.character, self.units)
        items = complete(known, text, offset, included=real(known[0].main) != real(path))
        snippets = self._takes_snippets()
        return [completion_item(item, lines, offset, self.units, snippets) for item in items]

    def _takes_snippets(self) -> bool:
        asked = self.client_capabilities.text_document
        known = asked.completion.completion_item if asked and asked.completion else None
        return bool(known and known.snippet_support)

    def watch(self) -> None:
        """Ask the editor for notifications of changes of plans and data files, if it supports that."""
        known = self.client_capabilities.workspace
        if known and known.did_change_watched_files and known.did_change_watched_files.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            params = types.RegistrationParams([types.Registration("kpi-files", method, options)])
            self.client_register_capability(params)


def serve(workspace: Workspace, report: Callable[[str], object]) -> int:
    """Serve an editor over standard input and output until it disconnects.

    ``report`` is called with errors in its messages. Returns the exit code that the protocol requires.
    """
    gc.enable()  # disabled in short-lived commands
    server = make_server(workspace)
    # Other output of kpi or of a library must not be mixed with the messages.
    stdout = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server.start_io(stdin=cast("BinaryIO", CheckedInput(sys.stdin.buffer, report)), stdout=stdout)
    code = 0 if server.shutdown_requested else 1
    if server.values.worker.busy:  # a running query cannot be cancelled, and its result is not needed any more
        os._exit(code)
    return code


def make_server(workspace: Workspace, patience: float = PATIENCE) -> Server:
    """A server with all its handlers."""
    server = Server(workspace, patience)
    feature = server.feature

    @feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        server.watch()

    @feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        workspace.look_again()
        server.write(params.text_document.uri, 0)

    @feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.write(params.text_document.uri, PAUSE)

    @feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        workspace.look_again()
        server.look(path_of(params.text_document.uri), 0)

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        workspace.look_again()
        server.look(None, PAUSE)

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await server.hover(params)

    @feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> list[types.Location] | None:
        return await server.definition(params)

    @feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=TRIGGERS))
    async def completion(params: types.CompletionParams) -> list[types.CompletionItem] | None:
        return await server.completion(params)

    @feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix]))
    async def code_action_(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        return await server.code_actions(params)

    @feature(types.SHUTDOWN)
    def shutdown(params: None) -> None:
        server.shutdown_requested = True

    return server


def path_of(uri: str) -> Path | None:
    """The path of a URI; None if it is not that of a file."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return None if path is None else Path(path)


def range_of(place: Location, lines: Lines, units: Units) -> types.Range:
    """The range of a location in the positions of the editor."""
    return types.Range(
        types.Position(place.line - 1, lines.units_before(place.line - 1, place.column - 1, units)),
        types.Position(place.end_line - 1, lines.units_before(place.end_line - 1, place.end_column - 1, units)),
    )


def diagnostic(found: Diagnostic, lines: Lines, units: Units) -> types.Diagnostic:
    """A finding as a diagnostic of the protocol."""
    return types.Diagnostic(
        range=range_of(found.location, lines, units),
        message=found.message + (f"\n{found.hint}" if found.hint else ""),
        severity=SEVERITIES[found.severity],
        code=found.code,
        source=f"kpi {found.rule}",
    )


def code_action(found: Diagnostic, edit: Edit, uri: str, lines: Lines, units: Units) -> types.CodeAction:
    """A fix of a finding as a quick fix of the protocol."""
    change = types.TextEdit(range_of(edit.location, lines, units), edit.text)
    return types.CodeAction(
        title=f"Write {edit.text}",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(found, lines, units)],
        is_preferred=found.fixable or None,
        edit=types.WorkspaceEdit(changes={uri: [change]}),
    )


def completion_item(
    item: CompletionItem, lines: Lines, offset: int, units: Units, snippets: bool
) -> types.CompletionItem:
    """A completion as an item of the protocol."""
    line, column = lines.place(offset)
    start = max(0, column - item.typed)
    edit = types.Range(
        types.Position(line, lines.units_before(line, start, units)),
        types.Position(line, lines.units_before(line, column, units)),
    )
    cursor, _, rest = item.text.partition("$0")
    text = item.text if rest and snippets else cursor
    return types.CompletionItem(
        label=item.label,
        kind=KINDS[item.kind],
        detail=item.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, item.about) if item.about else None,
        sort_text=f"{item.rank:03}{item.label}",
        filter_text=item.label,
        text_edit=types.TextEdit(edit, text),
        insert_text_format=types.InsertTextFormat.Snippet if rest and snippets else types.InsertTextFormat.PlainText,
    )
