"""No output, of whatever command in whatever format, does anything but show text: hostile names, data, files, authors
and arguments neither steer a terminal, nor command a CI server, nor become a formula or markup."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
from ci.runners import obeyed
from security.hostile import PAYLOADS, check, each, formulas, plan, quoted, repository, rows, steering

from kpi.cli.app import COMMANDS, run
from kpi.errors import did_you_mean
from kpi.render.sanitize import json_text, visible, visible_lines

COUNT = len(PAYLOADS)
FORMATS = ("text", "json", "github", "gitlab", "sarif", "junit")
RUNS = [
    *each(FORMATS, "lint"),
    *each(FORMATS, "lint", "--data"),
    ("text", ("lint", "--fix", "--dry-run")),
    *each(("table", "json", "csv", "markdown"), "status"),
    *each(("table", "json", "csv", "markdown"), "status", "--periods", "3"),
    *each(("table", "json", "csv", "markdown"), "status", "--split", "part"),
    *[run_ for by in ("owner", "level", "tag") for run_ in each(("table", "markdown"), "status", "--by", by)],
    *[run_ for number in range(COUNT) for run_ in each(("text", "json"), "show", f"k{number}")],
    ("text", ("show", "k1", "--sql")),
    *each(("text", "json", "markdown", "svg"), "goals"),
    *each(("text", "json", "markdown", "svg"), "goals", "--framework", "bsc"),
    *each(("text", "json"), "sources"),
    *each(("text", "json", "markdown"), "diff", "HEAD~1"),
    *each(("text", "json", "markdown"), "diff", "HEAD~1", "--values"),
    *each(("text", "markdown", "json", "html"), "review"),
    *each(("text", "json"), "log", "k0"),
    *each(("text", "json"), "blame", "k0"),
    *each(("text", "json"), "list"),
    *each(("text", "json"), "evidence"),
    *each(("text", "json"), "explain", "k0"),
    *each(("text", "json"), "doctor"),
    ("csv", ("export", "csv")),
    ("json", ("export", "json")),
    ("text", ("share", "--dry-run")),
    *each(("markdown", "json"), "rule", "S101"),
    ("json", ("schema",)),
]
# What reads nothing of others, or is not for reading: init and catalog are given only a name, lsp and mcp are tested as
# conversations (the answers of mcp are the JSON of other commands), the page of dashboard in a browser (tests/browser),
# import with sheets of its own (tests/importing), and edits by what they write (tests/editing).
NOT_RUN = {"init", "import", "lsp", "dashboard", "catalog", "add", "set", "rename", "undo", "skill", "mcp"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("hostile") / "shop").root


def ran(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    return code, *capfd.readouterr()


@pytest.mark.parametrize(
    ("format_", "arguments"), RUNS, ids=lambda value: " ".join(value) if value != str(value) else ""
)
def test_text_of_others_is_only_shown(
    hostile: Path,
    format_: str,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(hostile)
    code, out, err = ran(capsys, *arguments)
    assert "internal error" not in err
    assert code in (0, 1, 2)
    assert out or code == 2, err
    check("" if arguments[0] == "rule" else format_, out, err)


def test_every_command_is_among_them() -> None:
    assert {arguments[0] for _, arguments in RUNS} | NOT_RUN | {"record"} == set(COMMANDS)


@pytest.mark.parametrize("colour", ["1", ""])
def test_in_colour_too(
    hostile: Path, colour: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile)
    monkeypatch.setenv("FORCE_COLOR", colour)
    for arguments in (("status",), ("lint", "--format", "text"), ("show", "k1"), ("diff", "HEAD~1"), ("log", "k0")):
        _, out, err = ran(capsys, *arguments)
        assert ("\x1b[" in out) is bool(colour)
        plain = [re.sub(r"\x1b\[[\d;]*m", "", text) for text in (out, err)]  # our own colours, and nothing else
        check("text", *plain)


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_an_argument_is_repeated_harmlessly(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = text.replace("\x00", "")  # with which no argument can be given
    Path("kpi.yaml").write_text("version: 1\nkpis:\n  a: {name: A, values: {2026-01: 3}}\n", encoding="utf-8")
    for arguments in (
        ("show", text), ("log", text), ("blame", text), ("record", text, "3"), ("record", "a", text), ("rule", text),
        ("sources", text), ("status", "--kpi", text), ("status", "--owner", text), ("status", "--fail-on", text),
        ("goals", "--framework", text), ("goals", "--cycle", text), ("status", "--split", text),
        ("status", "--as-of", text), ("status", "--format", text), ("diff", text),
        ("diff", "--fail-on", text), ("lint", "--select", text), ("lint", "--diff", text), ("lint", "--baseline", text),
        ("lint", text), ("-f", text, "status"), ("-f", text, "lint", "--format", "junit"), (text,), (f"--{text}",),
        ("init", "--template", text), ("init", "-f", f"{text}/no/kpi.yaml"),
        ("review", "--as-of", text), ("review", "--format", text), ("review", "--record", text, text),
        ("review", "--record", "a", "x", "--by", text, "--until", text),
        ("review", "--record", "a", text, "--by", text, "--until", "2099-01-01", "--expect", text),
    ):  # fmt: skip
        code, out, err = ran(capsys, *arguments)
        assert "internal error" not in err, arguments
        assert code == 2, (arguments, out, err)
        check("junit" if "junit" in arguments else "text", out, err)


NAMES = [
    "a\n::error::pwned", "\x1b]8;;http://evil.example\x1b\\", "\u202egnp", f"a{PAYLOADS['hidden']}", "##[error]pwned",
    "=1+1", os.fsdecode(b"caf\xe9"), "<img src=x onerror=y>", "@everyone",
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="such files cannot be there")
@pytest.mark.parametrize("name", NAMES, ids=[f"{number}" for number in range(len(NAMES))])
def test_names_of_files_are_only_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / f"{name} folder".replace("/", "")
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    stem = name.replace("/", "").replace("\x00", "")
    file = folder / f"{stem}.kpi.yaml"
    (folder / f"{stem}.csv").write_text("day,amount,part\n2026-03-02,x,a\n2026-03-03,1,b\n", encoding="utf-8")
    file.write_text(
        "version: 1\nas_of: 2026-03-31\nsources:\n  s: {path: '*.csv', date: day}\n  t: {path: none-*.csv}\n"
        "kpis:\n  a: {name: effective, formula: sum(s.amount), what: 3}\n",
        encoding="utf-8",
    )
    whole = folder / f"whole{stem}.kpi.yaml"
    whole.write_text(file.read_text(encoding="utf-8").replace(", what: 3", ""), encoding="utf-8")
    missing = folder / f"{stem} missing.kpi.yaml"
    where = [path.relative_to(tmp_path).as_posix() for path in (file, whole, missing)]
    for path in where:
        for format_, arguments in (
            *each(FORMATS, "lint", f"./{path}"),
            *each(FORMATS, "lint", f"./{path}", "--data"),
            *each(("table", "json", "csv", "markdown"), "-f", f"./{path}", "status", "--periods", "2"),
            *each(("text", "json"), "-f", f"./{path}", "sources"),
            *each(("text", "json"), "-f", f"./{path}", "show", "a"),
            ("text", ("-f", f"./{path}", "record", "a", "3")),
            ("text", ("lint", f"./{path}", "--write-baseline", "--baseline", f"./{path}.json")),
        ):
            _, out, err = ran(capsys, *arguments)
            assert "internal error" not in err, arguments
            check(format_, out, err)


def test_nothing_of_it_reaches_a_file_of_a_ci_server(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step summary is the only file of the runner that kpi itself writes."""
    monkeypatch.chdir(hostile)
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
        (tmp_path / name).touch()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ran(capsys, "lint")
    summary = (tmp_path / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert summary
    check("markdown", summary, "")
    assert {path.name for path in tmp_path.iterdir() if path.is_file() and path.stat().st_size} == {
        "GITHUB_STEP_SUMMARY"
    }


def test_json_gives_programs_the_text_as_it_is(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile)
    _, out, _ = ran(capsys, "status", "--format", "json")
    assert json.loads(out)["title"] == PAYLOADS["command"]
    text = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000), *range(0xE0000, 0xE0200)]))
    assert json.loads(json_text({"text": text})) == {"text": text}
    assert json.loads(json_text("\udcff")) == "\ufffd"


def test_every_character_of_unicode_is_shown_or_replaced() -> None:
    for code in range(0x110000):
        shown = visible(chr(code))
        assert len(shown) == 1
        # Signs of Arabic and other scripts that stand before a number are of the same category, and are seen.
        if code not in (
            *range(0x600, 0x606),
            0x6DD,
            0x70F,
            0x890,
            0x891,
            0x8E2,
            0x110BD,
            0x110CD,
            *range(0x13430, 0x13440),
        ):
            assert not steering(shown.replace("\n", "\r")), hex(code)
    assert visible("قيمة ا\u200cب 👩\u200d💻 ❤\ufe0f e\u0301 日本") == "قيمة ا\u200cب 👩\u200d💻 ❤\ufe0f e\u0301 日本"


@pytest.mark.parametrize(
    "text", ["::error::x", "  ::error::x", "a\n::error::x", "##[error]x", "a ##vso[task.x]y", ":::x"]
)
def test_no_line_is_a_command_to_a_ci_server(text: str) -> None:
    assert not obeyed(visible_lines(text))
    assert len(visible_lines(text)) == len(text)


@pytest.mark.parametrize(
    "cell", ["=1", " =1", "a;=1", 'a;"=1', "a;'=1".replace("'", ""), "a;\t+1", "\ufeff=1", "\u200b-1+1", "a; @x", "|=1"]
)
def test_no_cell_is_a_formula_whatever_the_delimiter(
    cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kpi.yaml").write_text(
        f"version: 1\nas_of: 2026-03-31\nkpis:\n  a: {{name: {quoted(cell)}, values: {{2026-02: -3}}}}\n",
        encoding="utf-8",
    )
    _, out, _ = ran(capsys, "-f", str(tmp_path / "kpi.yaml"), "status", "--format", "csv")
    assert not formulas(out)
    assert ",-3," in out, "a number is no formula"


def test_did_you_mean_says_something_new() -> None:
    assert did_you_mean("orders", ["orders"]) is None
    assert did_you_mean("orders", ["orders", "order"]) == 'did you mean "order"?'
    assert "U+200B ZERO WIDTH SPACE" in (did_you_mean("orders", ["orders\u200b"]) or "")
    assert "U+0435 CYRILLIC SMALL LETTER IE" in (did_you_mean("rеvenue", ["revenue"]) or "")
    assert "U+006F LATIN SMALL LETTER O" in (did_you_mean("Größe", ["Gro\u0308ße"]) or "")
    assert did_you_mean("Gröse", ["Größe"]) == 'did you mean "Größe"?'


def test_a_missing_file_is_not_what_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.CSV").write_text("day,amount\n2026-03-02,1\n", encoding="utf-8")
    (tmp_path / "visits.csv").symlink_to("nowhere.csv")
    (tmp_path / "none.kpi.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "kpi.yaml").write_text(
        "version: 1\nsources: {o: {path: orders.csv, date: day}, v: {path: visits.csv, date: day}}\n"
        "kpis:\n  a: {name: A, formula: sum(o.amount)}\n  b: {name: B, formula: sum(v.amount)}\n",
        encoding="utf-8",
    )
    _, out, err = ran(capsys, "status")
    assert 'did you mean "orders.CSV"' in " ".join((out + err).split())
    assert 'did you mean "visits.csv"' not in " ".join((out + err).split())
    _, _, err = ran(capsys, "-f", "none.kpi.yaml", "status")
    assert "did you mean" not in err


def test_the_payloads_are_as_dangerous_as_they_look() -> None:
    """So that the checks above cannot pass because nothing hostile arrived."""
    assert steering("".join(PAYLOADS.values())) >= {
        "U+001B",
        "U+202E",
        "U+200B",
        "U+FEFF",
        "U+061C",
        "U+E0068",
        "U+2028",
    }
    assert obeyed(PAYLOADS["next line"])
    assert formulas(PAYLOADS["formulas"])
    assert len(plan().splitlines()) > 16 * COUNT
    assert all(text[:3].strip("\x00\r\n") in rows() for text in PAYLOADS.values())
