"""Texts that attack whatever shows them, a repository full of them, and what no output may do with them.

What is dangerous is said here a second time, independently of the program: by Unicode's own categories, by what
GitHub's runner obeys, by what a spreadsheet computes.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from ci.runners import obeyed
from diff.repository import Repository

TAG = "".join(chr(0xE0000 + ord(character)) for character in "hidden")

# What a text begins with matters, so each stands alone in some field.
PAYLOADS = {
    "colour": "\x1b[31mred\x1b[0m",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "title": "\x1b]0;owned\x07 \x9b2J \x90q\x9c \x08\x7f\x00",
    "bidi": "abc\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "hidden": f"a\u200bb\ufeffc\u2060d\u00ade\u3164f{TAG}\ufff9g\ufffe",
    "lines": "one\u2028two\u2029three\x85four\rfive\nsix\x0bseven",
    "command": "::error file=kpi.yaml::pwned",
    "old command": "x ##[error]pwned ##[set-env name=PATH]x ##vso[task.setvariable variable=a]b",
    "next line": "x\n::error::pwned\r\n  ::set-output name=code::0\n##[error]pwned %0A::error::pwned",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "formulas": 'a;=1+1;\t+2; "-3";\u200b@SUM(A1)',
    "hidden formula": "\ufeff=1+1",
    "wide formula": "＠SUM(A1)",
    "mark": "@everyone see #123 and https://evil.example www.evil.example | a | `b` ~~c~~ <img src=x onerror=y>",
    "fence": "```\n<script>alert(1)</script>\n```\n</details></pre>",
    "shell": "${{ github.token }} $(touch pwned) `touch pwned`",
}


def quoted(text: str) -> str:
    """A YAML scalar that is this very text."""
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in text) + '"'


def plan(*, target: str = "at least 5") -> str:
    """A plan with each payload in every text that a plan may hold: those of one KPI, of its goal and of a source."""
    lines = ["version: 1", "as_of: 2026-03-31", f"title: {quoted(PAYLOADS['command'])}", "sources:"]
    lines.append("  orders: {path: data/orders.csv, date: day, owner: " + quoted(PAYLOADS["command"]) + "}")
    # As the file itself reads in an excerpt: beside a suppression that lint --fix takes out, and so shows.
    raw = f"{PAYLOADS['bidi']} a\u200bb\u00ad{TAG} ##[error]pwned".replace("\u061c", "")
    lines += ["goals:", "  raw:", "    name: Raw", "    why: |", f"      ::error::pwned {raw}"]
    lines += [f"      ::error::{raw}", "    owner: ana # kpi: ignore S101", f"    level: effective {raw}"]
    for number, text in enumerate(PAYLOADS.values()):
        lines += [
            f"  g{number}:",
            f"    name: {quoted(text)}",
            f"    owner: {quoted(text)}",
            f"    level: {quoted(text)}",
            f"    why: {quoted(text)}",
            f"    questions: [{quoted(text)}]",
        ]
    lines.append("kpis:")
    for number, text in enumerate(PAYLOADS.values()):
        source = "formula: sum(orders.amount)" if number % 2 else "values: {2026-02: 3, 2026-03: 4}"
        lines += [
            f"  k{number}:",
            f"    name: {quoted(text)}",
            f"    goal: g{number}",
            f"    owner: {quoted(text)}",
            f"    question: {quoted(text)}",
            "    every: month",
            f"    {source}",
            f"    target: {target}",
            f"    when_red: {quoted(text)}",
            f"    tags: [{quoted(text)}]",
            f"    notes: {{2026-03: {quoted(text)}}}",
        ]
    return "\n".join(lines) + "\n"


def rows() -> str:
    """The data: every payload as a value of a column, and in the header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["day", "amount", "part", *(re.sub(r"[\r\n\x00]", "", text) for text in PAYLOADS.values())])
    for text in PAYLOADS.values():
        writer.writerow(["2026-03-02", "1", text.replace("\x00", ""), *("x" for _ in PAYLOADS)])
    return out.getvalue()


def decisions() -> str:
    """A decision about each KPI with each payload, every second of them due in March 2026."""
    return "".join(
        f"- {{date: 2026-02-02, kpi: k{number}, value: {quoted(text)}, decided: {quoted(text)}, by: {quoted(text)}, "
        f"expect: {quoted(text)}, until: 2026-0{3 + number % 2}-15}}\n"
        for number, text in enumerate(PAYLOADS.values())
    )


def repository(root: Path) -> Repository:
    """Two commits by a hostile author, the second with another target."""
    made = Repository(root)
    made.put("data/orders.csv", rows())
    made.put("reviews.yaml", decisions())
    made.put("kpi.yaml", plan(target="at least 6"))
    made.git("config", "user.name", "x")
    for text, message in ((plan(target="at least 6"), "command"), (plan(), "colour")):
        made.put("kpi.yaml", text)
        made.git("add", "-A")
        author = f"{PAYLOADS['old command']} {PAYLOADS['colour']}{PAYLOADS['bidi']} <::error@x.example>"
        subject = PAYLOADS[message] + PAYLOADS["hidden"] + PAYLOADS["mark"]
        made.git("commit", "-q", "-m", subject.replace("\x00", ""), "--author", author)
    return made


def steering(text: str) -> set[str]:
    """The characters of a text that may steer a terminal, reorder it, or hide in it."""
    kept = "\n\u200c\u200d"
    bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") and c not in kept}
    return {f"U+{ord(c):04X}" for c in bad | (set(text) & set("\u3164\u034f\ufffe\uffff"))}


def formulas(text: str) -> list[str]:
    """What a spreadsheet takes for a formula in some cell, whichever delimiter it splits at."""
    cells = [cell for delimiter in ",;\t" for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
    return [
        cell
        for cell in cells
        if re.match(r"[\s\"\ufffd]*[=+@＝＋－＠-]", cell) and not re.fullmatch(r"-?[\d.,e+-]+", cell)
    ]


def markup(text: str) -> list[str]:
    """What Markdown, HTML, GitHub or GitLab act upon in a text that should be none of it."""
    bad = (
        r"<(?:img|script)", r"(?<!\w)@\w", r"(?<![&\\\w])#\d", r"https?://", r"www\.", r"(?m)^\s*```", r"(?m)^/\w",
        r"</pre>\s*</details>\s*</pre>",
    )  # fmt: skip
    found = [match[0] for pattern in bad for match in re.finditer(pattern, text)]
    tables = re.findall(r"(?m)(?:^\|.*\|$\n?)+", text)
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        found += [table] if len(widths) > 1 else []
    return found


def check(format_: str, out: str, err: str) -> None:
    """Fails where an output does anything but show text."""
    for text in (out, err):
        assert not steering(text)
        if format_ != "github":
            assert not obeyed(text)
    assert not obeyed(err)
    if not out:
        return
    if format_ in ("json", "sarif", "gitlab"):
        json.loads(out, parse_constant=lambda name: pytest_fail(name))
        out.encode()
    elif format_ == "junit":
        ET.fromstring(out)
    elif format_ == "svg":
        check_svg(out)
    elif format_ == "html":
        check_html(out)
    elif format_ == "csv":
        assert not formulas(out)
    elif format_ == "markdown":
        assert not markup(out)
    elif format_ == "github":
        commands = obeyed(out)
        assert len(commands) == len(out.splitlines())
        assert {command.split()[0] for command in commands} <= {"error", "warning", "notice"}
        assert not any(re.search(r"::.*::", command.partition("::")[0]) for command in commands)


def check_svg(out: str) -> None:
    """Fails where a picture has anything but shapes and text, or refers to anything outside of it."""
    for element in ET.fromstring(out).iter():
        kind = element.tag.rpartition("}")[2]
        assert kind in ("svg", "title", "defs", "marker", "path", "rect", "text", "g")
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "href" not in name
            assert re.fullmatch(r"url\(#\w+\)|[\w #.,-]*", value), value


def check_html(out: str) -> None:
    """Fails where a page has scripts, links or anything that loads, or more than its one policy and style."""
    found: list[tuple[str, dict[str, str | None]]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, dict(attrs)))

    Tags().feed(out)
    known = {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "section", "span", "p", "dl", "dt", "dd",
        "ul", "li", "br", "div", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert {tag for tag, _ in found} <= known
    assert sum(tag == "style" for tag, _ in found) == 1
    names = {name for _, attributes in found for name in attributes}
    assert names <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "aria-hidden", "aria-label", "role",
        "scope", "title",
    }  # fmt: skip
    policy = next(attributes["content"] for _, attributes in found if "http-equiv" in attributes)
    style = out.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def pytest_fail(name: str) -> object:
    """NaN and Infinity are no JSON."""
    raise AssertionError(name)


def each(formats: Iterable[str], *command: str) -> list[tuple[str, tuple[str, ...]]]:
    """A command in each of its formats."""
    return [(format_, (*command, "--format", format_)) for format_ in formats]
