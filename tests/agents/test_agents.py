"""``kpi skill`` and ``kpi mcp``: an agent gets from one sentence to a plan with right numbers in a few calls."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from kpi.agents.answers import Answers
from kpi.agents.server import make_server
from kpi.agents.skill import skill_text
from kpi.cli.app import run

ROWS = [
    ("2026-04-03", "ada", 20.0, "paid"), ("2026-04-20", "ben", 30.0, "returned"), ("2026-05-02", "ada", 25.0, "paid"),
    ("2026-05-09", "cem", 41.0, "paid"), ("2026-05-30", "dan", 12.0, "returned"), ("2026-06-05", "ada", 33.0, "paid"),
    ("2026-06-11", "eve", 18.0, "paid"), ("2026-06-12", "fay", 27.0, "paid"), ("2026-06-29", "ben", 9.0, "returned"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    lines = ["Ordered On,customer,amount,status", *(",".join(map(str, row)) for row in ROWS)]
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


class Agent:
    """A client that counts its calls."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.calls = 0

    async def ask(self, tool: str, **arguments: Any) -> Any:
        """The answer of a tool as data, or the message of its error."""
        self.calls += 1
        result = await self._client.call_tool(tool, arguments)
        text = "".join(getattr(part, "text", "") for part in result.content)
        return text if result.is_error else json.loads(text)


def talk(script: Callable[[Agent], Awaitable[None]], file: str = "kpi.yaml") -> None:
    async def conversation() -> None:
        async with Client(make_server(Answers(Path(file), ()))) as client:
            await script(Agent(client))

    asyncio.run(conversation())


# What an agent writes after the page of kpi skill and "At most one order in ten should come back by the end of 2026".
FIRST = """\
version: 1
title: Shop
as_of: 2026-06-30
sources:
  orders: {path: orders.csv, date: ordered_on, owner: ana@example.com}
goals:
  fit:
    name: Customers keep nine of ten orders
    owner: ana@example.com
    due: 2026-12-31
    why: A return costs more than the order earned.
    questions: [How many orders come back?]
    review: {every: month}
kpis:
  return_rate:
    name: Return rate
    goal: fit
    question: How many orders come back?
    owner: ben@example.com
    indicator: lagging
    kind: direct
    unit: "%"
    every: month
    formula: count(orders[state == "returned"]) / count(orders)
    baseline: 50%
    target: at most 10% by 2026-12-31
    when_red: Call the customers of the last five returns.
"""


def test_from_one_sentence_to_a_clean_plan_with_right_numbers_in_at_most_six_calls(folder: Path) -> None:
    async def script(agent: Agent) -> None:
        text = FIRST
        while findings := [
            one for one in (await agent.ask("lint", text=text))["findings"] if one["severity"] != "info"
        ]:
            assert agent.calls < 5, findings
            (first,) = findings
            assert (first["code"], first["line"]) == ("E043", 24)
            (better,) = re.findall(r'did you mean "(\w+)"', first["hint"])
            text = text.replace("state ==", f"{better} ==")
        (kpi,) = (await agent.ask("status", text=text))["kpis"]
        june = [status for day, _, _, status in ROWS if day.startswith("2026-06")]
        assert kpi["value"] == june.count("returned") / len(june)
        assert kpi["period"]["label"] == "2026-06"
        assert not (folder / "kpi.yaml").exists()  # no tool writes
        (folder / "kpi.yaml").write_text(text, encoding="utf-8")
        shown = await agent.ask("show", kpi="Return rate")
        assert shown["kpi"]["value"] == kpi["value"]
        assert shown["sources"][0]["rows"] == len(ROWS)
        assert agent.calls <= 6

    talk(script)


def test_answers_are_those_of_the_commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "kpi.yaml").write_text(FIRST.replace("state", "status"), encoding="utf-8")

    def printed(*arguments: str) -> Any:
        assert run([*arguments, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    async def script(agent: Agent) -> None:
        assert await agent.ask("list") == printed("list")
        assert await agent.ask("status") == printed("status", "--no-cache")
        assert await agent.ask("status", as_of="2026-05-31") == printed("status", "--as-of", "2026-05-31", "--no-cache")
        assert await agent.ask("show", kpi="return_rate") == printed("show", "return_rate", "--no-cache")
        assert await agent.ask("lint") == printed("lint", "--fail-on", "never")

    talk(script)


def test_what_changed_since_a_commit(folder: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main"]
    plan = folder / "kpi.yaml"
    plan.write_text(FIRST.replace("state", "status"), encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "First"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    plan.write_text(plan.read_text(encoding="utf-8").replace("at most 10%", "at most 20%"), encoding="utf-8")

    async def script(agent: Agent) -> None:
        found = await agent.ask("diff", revision="HEAD", values=True)
        assert [(one["subject"], one["field"]) for one in found["changes"]] == [("kpis.return_rate", "target")]
        assert "no-such-branch" in await agent.ask("diff", revision="no-such-branch")
        assert isinstance(await agent.ask("diff", revision="--output=x"), str)
        assert not (folder / "x").exists()

    talk(script)


def test_mistakes_are_answers_and_not_the_end(folder: Path) -> None:
    async def script(agent: Agent) -> None:
        assert "kpi.yaml: No such file" in await agent.ask("status")
        assert "kpi.yaml:24:" in await agent.ask("status", text=FIRST)
        (folder / "kpi.yaml").write_text(FIRST.replace("state", "status"), encoding="utf-8")
        assert 'there is no KPI "sales"' in await agent.ask("show", kpi="sales")
        assert "as_of: " in await agent.ask("status", as_of="yesterday")
        outside = FIRST.replace("path: orders.csv", "path: ../secret.csv")
        assert "leads out of the project" in await agent.ask("status", text=outside)
        assert len((await agent.ask("list"))["kpis"]) == 1

    talk(script)


def test_there_are_five_tools_that_only_read_and_take_no_path(folder: Path) -> None:
    async def conversation() -> None:
        async with Client(make_server(Answers(Path("kpi.yaml"), ()))) as client:
            tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["list", "status", "show", "lint", "diff"]
        for tool in tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is True
            assert tool.description
        names = {name for tool in tools for name in tool.input_schema.get("properties", {})}
        assert names == {"text", "as_of", "kpi", "revision", "values"}

    asyncio.run(conversation())


@pytest.mark.slow
def test_it_talks_over_standard_input_and_output(folder: Path) -> None:
    (folder / "kpi.yaml").write_text(FIRST.replace("state", "status"), encoding="utf-8")

    async def conversation() -> None:
        server = StdioServerParameters(command=sys.executable, args=["-m", "kpi", "mcp"], cwd=str(folder))
        async with Client(stdio_client(server), read_timeout_seconds=30) as client:
            agent = Agent(client)
            assert (await agent.ask("status"))["kpis"][0]["display"] == "25.0%"
            assert "there is no KPI" in await agent.ask("show", kpi="none")

    asyncio.run(asyncio.wait_for(conversation(), 60))


def test_the_plan_on_the_page_is_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["skill"]) == 0
    page = capsys.readouterr().out
    assert page == skill_text()
    (text,) = re.findall(r"```yaml\n(.+?)```", page, re.DOTALL)
    (tmp_path / "kpi.yaml").write_text(text, encoding="utf-8")
    data = tmp_path / "data"
    data.mkdir()
    (data / "orders-1.csv").write_text("ordered_at,status\n2026-06-01,paid\n", encoding="utf-8")
    assert run(["-f", str(tmp_path / "kpi.yaml"), "lint", "--fail-on", "warning"]) == 0


def test_every_command_that_the_page_names_exists() -> None:
    from kpi.cli.app import COMMANDS

    assert set(re.findall(r"`kpi (\w+)", skill_text())) - {"yaml"} <= COMMANDS.keys()
    assert len(skill_text()) < 6000  # a page
