"""``kpi share``: what is sent, what has changed, and that no address is shown. All receivers are on this machine."""

from __future__ import annotations

import builtins
import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from security.hostile import PAYLOADS, quoted
from share.receivers import Mail, Web

from kpi.cli.app import run

PLAN = """\
version: 1
title: Shop <b>
as_of: 2026-03-31
kpis:
  sales: {name: "Sales @everyone <i>", unit: EUR, owner: ana@example.com, values: {2026-02: 50, 2026-03: SALES},
    target: at least 45, when_red: Call *five* customers.}
  nps: {name: Recommendation, unit: points, owner: ben, values: {2026-02: 40, 2026-03: 44}, target: at least 42}
"""
SECRET = "s3cr3t-t0ken"


@pytest.fixture(autouse=True)
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPI_STATE_DIR", str(tmp_path / "state"))
    write(tmp_path, "43")
    return tmp_path


def write(folder: Path, sales: str) -> None:
    (folder / "kpi.yaml").write_text(PLAN.replace("SALES", sales), encoding="utf-8")


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as one:
        yield one


def json_of(web: Web) -> str:
    return f"json://ana:{SECRET}@127.0.0.1:{web.port}/{SECRET}?token={SECRET}"


def test_the_first_summary_has_every_kpi_the_worst_first(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["share", "--to", json_of(web)]) == 0
    (posted,) = web.posted
    assert posted["title"] == "Shop <b> · 31 March 2026: 1 red, 1 green"
    assert posted["message"].splitlines() == [
        "Red:",
        "- ✖ Sales @ everyone <i>: red · €43 · ▼ €7 worse · target ≥ €45 · ana",
        "  When red: Call *five* customers.",
        "",
        "Green:",
        "- ● Recommendation: green · 44 · ▲ 4 better · target ≥ 42 · ben",
    ]
    assert capsys.readouterr() == ("", "Sent to JSON.\n")


def test_what_has_changed_comes_first(web: Web, plan: Path) -> None:
    assert run(["share", "--to", json_of(web)]) == 0
    write(plan, "47")
    assert run(["share", "--to", json_of(web)]) == 0
    lines = web.posted[1]["message"].splitlines()
    assert lines[0] == "Changed since 31 Mar 2026:"
    assert lines[1].startswith("- ● Sales @ everyone <i>: green (was red) · €47")
    assert web.posted[1]["message"].count("Sales") == 1
    (plan / "kpi.yaml").write_text(PLAN[: PLAN.index("  nps")].replace("SALES", "47"), encoding="utf-8")
    assert run(["share", "--to", json_of(web)]) == 0
    assert web.posted[2]["message"].splitlines()[0] == "No longer in the plan: Recommendation"


def test_on_change_is_quiet_without_a_change_of_status(
    web: Web, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["share", "--to", json_of(web), "--on-change"]
    assert run(arguments) == 0
    write(plan, "44")  # another value, the same status
    assert run(arguments) == 0
    assert capsys.readouterr().err.endswith("Nothing to share: no status has changed since 31 Mar 2026.\n")
    assert len(web.posted) == 1
    write(plan, "46")
    assert run(arguments) == 0
    assert len(web.posted) == 2


def test_only_red_says_when_a_kpi_is_red_and_when_it_is_no_longer(
    web: Web, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["share", "--to", json_of(web), "--only", "red"]
    for sales in ("46", "43", "46", "46"):
        write(plan, sales)
        assert run(arguments) == 0
        if sales == "46" and not web.posted:
            assert run(["share", "--to", json_of(web)]) == 0  # so that there is something to compare with
    first, red, recovered = (one["message"] for one in web.posted)
    assert "Recommendation" in first
    assert "Recommendation" not in red + recovered
    assert "red (was green)" in red
    assert "green (was red)" in recovered
    assert capsys.readouterr().err.endswith("Nothing to share: no KPI has such a status.\n")


def test_mail_has_a_table_without_svg_and_every_text_is_text() -> None:
    with Mail() as mail:
        address = f"mailto://127.0.0.1:{mail.port}?from=kpi@example.com&to=team@example.com&mode=insecure"
        assert run(["share", "--to", address]) == 0
    (message,) = mail.received
    assert message["Subject"] == "Shop <b> · 31 March 2026: 1 red, 1 green"
    assert message["To"] is not None
    body = message.get_body(("html",))
    assert body is not None
    page = body.get_content()
    assert page.count("<table") == 1
    assert "Sales @everyone &lt;i&gt;" in page
    assert "✖ red" in page
    assert not {"<svg", "<style", "<script", "<i>"} & {
        tag for tag in ("<svg", "<style", "<script", "<i>") if tag in page
    }


def test_no_text_of_others_is_markup_of_a_mail(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["version: 1", "as_of: 2026-03-31", "kpis:"]
    for number, text in enumerate(PAYLOADS.values()):
        one = quoted(text)
        facts = f"name: {one}, owner: {one}, when_red: {one}"
        lines.append(f"  k{number}: {{{facts}, values: {{2026-03: 1}}, target: at least 2}}")
    (plan / "kpi.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert run(["share", "--dry-run", "--format", "html"]) == 0
    found: list[tuple[str, list[tuple[str, str | None]]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, attrs))  # type: ignore[method-assign]
    parser.feed(capsys.readouterr().out)
    assert {tag for tag, _ in found} == {"h2", "h3", "table", "tr", "th", "td", "b", "br"}
    styles = {value or "" for _, attrs in found for name, value in attrs if name == "style"}
    assert {name for _, attrs in found for name, _ in attrs} == {"style"}
    assert all(re.fullmatch(r"[a-z:;#0-9 -]+", style) for style in styles)


def test_a_chat_that_reads_markup_gets_none_of_others_and_nobody_is_notified(web: Web) -> None:
    assert run(["share", "--to", f"{json_of(web)}&format=markdown"]) == 0
    text = web.posted[0]["message"]
    assert r"Call \*five\* customers" in text
    assert "@everyone" not in text
    assert "@ everyone" in text


def test_a_card_of_teams_has_a_paragraph_for_each_line_no_picture_and_no_mention(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.workflows import NotifyWorkflows

    posted: list[dict[str, Any]] = []

    def send(self: Any, body: str, title: str = "", **_: Any) -> bool:
        posted.append(self.gen_payload(body=body, title=title))
        return True

    monkeypatch.setattr(NotifyWorkflows, "send", send)
    text = (
        PLAN.replace("SALES", "43").replace("<i>", "<at>boss</at>").replace("Shop <b>", "'Shop [x](https://e.example)'")
    )
    (plan / "kpi.yaml").write_text(text, encoding="utf-8")
    assert run(["share", "--to", f"workflows://127.0.0.1/{'a' * 32}/{SECRET}"]) == 0
    (attachment,) = posted[0]["attachments"]
    title, body = attachment["content"]["body"]
    assert title["type"] == body["type"] == "TextBlock"
    assert body["text"].split("\n\n")[:3] == [
        "Red:",
        r"✖ Sales @ everyone <at\>boss</at\>: red · €43 · ▼ €7 worse · target ≥ €45 · ana",
        r"When red: Call \*five\* customers\.",
    ]
    assert "\n" not in body["text"].replace("\n\n", "")
    assert "entities" not in attachment["content"]["msteams"]
    assert "](" not in title["text"]


def test_the_address_comes_from_the_environment(
    web: Web, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEAM_CHAT", json_of(web))
    assert run(["share", "--to", "env:TEAM_CHAT"]) == 0
    monkeypatch.setenv("KPI_SHARE_TO", json_of(web))
    assert run(["share"]) == 0
    assert len(web.posted) == 2
    monkeypatch.delenv("KPI_SHARE_TO")
    assert run(["share"]) == 2
    assert "the variable KPI_SHARE_TO is not set" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address",
    [
        f"json://ana:{SECRET}@127.0.0.1:9/{SECRET}",  # nothing listens there
        f"nosuch://{SECRET}",
        f"slack://{SECRET}",
        f"https://127.0.0.1/{SECRET}",
        SECRET,
        f"mailto://ana:{SECRET}@127.0.0.1:9?smtp=127.0.0.1",
    ],
)
def test_no_address_is_ever_shown(
    address: str, plan: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHAT", address)
    for arguments in (["--to", address], ["--to", "env:CHAT"], [address], ["--to", "env:" + SECRET, "--to", address]):
        assert run(["share", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("kpi: ") == 4
    # Only the last one repeats it, as the name of a variable, which the user wrote out.
    assert SECRET not in err.replace(f"env:{SECRET}", "")
    assert not list(plan.glob("state/**/*.json"))


def test_a_refusal_is_an_error_and_is_not_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    with Web(status=403) as refusing, Web() as web:
        assert run(["share", "--to", json_of(refusing), "--to", json_of(web), "--on-change"]) == 2
        assert len(web.posted) == 1
        err = capsys.readouterr().err
        assert "Sent to JSON." in err
        assert "kpi: --to number 1: JSON did not take the message" in err
        assert SECRET not in err
        assert run(["share", "--to", json_of(refusing), "--to", json_of(web), "--on-change"]) == 2
        assert (len(refusing.posted), len(web.posted)) == (2, 1)


def test_what_was_sent_is_remembered_without_the_address(web: Web, plan: Path) -> None:
    assert run(["share", "--to", json_of(web)]) == 0
    (file,) = plan.glob("state/*/shared-*.json")
    assert SECRET not in file.name + file.read_text(encoding="utf-8")
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o077 == 0
    named = plan / "last.json"
    assert run(["share", "--to", json_of(web), "--state", str(named)]) == 0
    assert json.loads(named.read_text(encoding="utf-8"))["kpis"]["nps"]["status"] == "green"


def test_a_dry_run_shows_the_message_and_sends_nothing(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form, sign in (("text", "- ✖ Sales"), ("html", "<table")):
        assert run(["share", "--dry-run", "--format", form]) == 0
        assert sign in capsys.readouterr().out
    assert not (plan / "state").exists()
    (plan / "last.json").write_text("[]", encoding="utf-8")
    assert run(["share", "--dry-run", "--state", "last.json"]) == 2
    assert "last.json is not a file of kpi share" in capsys.readouterr().err


def test_without_apprise_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "kpi.share.sending", raising=False)
    real = builtins.__import__

    def importing(name: str, *rest: Any) -> Any:
        if name == "apprise":
            raise ModuleNotFoundError("No module named 'apprise'", name="apprise")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)
    assert run(["share", "--to", "env:HOME"]) == 2
    assert 'pip install "kpi-as-code[share]"' in capsys.readouterr().err
