"""Which files ``kpi lint`` reviews, how reports name them, and what a baseline knows: the same from every folder."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from diff.repository import Repository

from kpi.cli.app import run

MAIN = """\
version: 1
lint: {select: [S101, A101, L]}
include: [teams/*.kpi.yaml]
goals:
  growth: {name: Robust growth, owner: ana@acme.example}
measures:
  revenue: "1"
"""
TEAM = """\
kpis:
  sales:  # kpi: ignore S999
    name: Effective sales
    goal: growth
    formula: revenue
"""
FROM_THE_ROOT = ["github", "gitlab", "sarif", "junit"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "repository")
    made.put("shop/kpi.yaml", MAIN)
    made.put("shop/teams/sales.kpi.yaml", TEAM)
    (made.root / "shop/teams/deep").mkdir()
    made.commit("First")
    monkeypatch.chdir(made.root)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return made


def folders(shop: Repository) -> list[Path]:
    return [shop.root, shop.root / "shop", shop.root / "shop/teams/deep", shop.root.parent]


def output(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 1) -> str:
    assert run(["lint", *arguments]) == code
    return capsys.readouterr().out


def listed(text: str, field: str = "file") -> set[str]:
    return {str(one[field]) for one in json.loads(text)["findings"]}


@pytest.mark.parametrize("format_", FROM_THE_ROOT)
def test_reports_for_services_are_the_same_from_every_folder(
    shop: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    # An id that is taken, because its message names a file as well.
    shop.put("shop/teams/sales.kpi.yaml", TEAM + "  revenue: {name: Revenue}\n")
    found = set()
    for folder in folders(shop):
        monkeypatch.chdir(folder)
        found.add(output(capsys, str(shop.root / "shop/kpi.yaml"), "--format", format_))
    monkeypatch.chdir(shop.root / "shop/teams")
    found.add(output(capsys, "--format", format_))
    (text,) = found
    assert "shop/kpi.yaml" in text
    assert "shop/teams/sales.kpi.yaml" in text
    assert str(shop.root) not in text


def test_without_git_reports_start_at_the_folder_of_the_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop/deep").mkdir(parents=True)
    (tmp_path / "shop/kpi.yaml").write_text(MAIN.replace("include: [teams/*.kpi.yaml]\n", ""), encoding="utf-8")
    for folder in ("shop", "shop/deep", "."):
        monkeypatch.chdir(tmp_path / folder)
        report = json.loads(output(capsys, str(tmp_path / "shop/kpi.yaml"), "--format", "gitlab"))
        assert {one["location"]["path"] for one in report} == {"kpi.yaml"}


def test_a_file_that_cannot_be_read_is_named_from_the_root_too(
    shop: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.root / "shop")
    report = json.loads(output(capsys, "gone.kpi.yaml", "--format", "gitlab", code=2))
    assert [one["location"]["path"] for one in report] == ["shop/gone.kpi.yaml"]


@pytest.mark.parametrize("glob", ["shop/teams/*", "teams/*", "sales.kpi.yaml", "shop/teams/sales.kpi.yaml"])
def test_per_file_ignores_does_not_depend_on_the_folder(
    shop: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, glob: str
) -> None:
    ignores = f'lint: {{select: [S101], per_file_ignores: {{"{glob}": [S]}}}}'
    shop.put("shop/kpi.yaml", MAIN.replace("lint: {select: [S101, A101, L]}", ignores))
    for folder in folders(shop):
        monkeypatch.chdir(folder)
        text = output(capsys, str(shop.root / "shop/kpi.yaml"), "--format", "json")
        assert listed(text, "subject") == {"goals.growth.name"}


def test_an_included_file_is_reviewed_with_its_plan(
    shop: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = output(capsys, "shop", "--format", "json")
    assert listed(whole) == {"shop/kpi.yaml", "shop/teams/sales.kpi.yaml"}
    assert "E0" not in whole
    for asked in (["shop/teams/sales.kpi.yaml"], ["shop/teams"], ["shop/teams/sales.kpi.yaml", "shop/kpi.yaml"]):
        assert output(capsys, *asked, "--format", "json") == whole
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEAM.replace("Effective", "Good").encode())))
    piped = output(capsys, "-", "--stdin-filename", "shop/teams/sales.kpi.yaml", "--format", "json")
    assert listed(piped, "subject") == listed(whole, "subject") - {"kpis.sales.name"}


def test_a_file_that_no_plan_includes_is_a_plan(shop: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    shop.put("shop/other.kpi.yaml", TEAM)
    assert "E012" in output(capsys, "shop/other.kpi.yaml", "--format", "json")


def test_kpi_yml_is_found_where_there_is_no_kpi_yaml(
    shop: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.root / "shop/kpi.yaml").rename(shop.root / "shop/kpi.yml")
    monkeypatch.chdir(shop.root / "shop/teams")
    assert "file=shop/kpi.yml" in output(capsys, "--format", "github")
    assert run(["list"]) == 0
    assert "Effective sales" in capsys.readouterr().out
    shop.put("shop/kpi.yaml", "version: 1\n")
    assert run(["list"]) == 0
    assert "Effective sales" not in capsys.readouterr().out


def test_standard_input_that_is_not_utf_8_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, code in (("version: 1\ntitle: Größe\n".encode("latin-1"), 1), ("version: 1\n".encode("utf-16"), 0)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        text = output(capsys, "-", "--format", "json", code=code)
        assert [one["code"] for one in json.loads(text)["findings"]] == ["E006"] * code


def baselined(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[list[str], str]:
    """The codes that a baseline leaves, and what is said beside them."""
    run(["lint", *arguments, "--format", "json"])
    printed = capsys.readouterr()
    return [one["code"] for one in json.loads(printed.out)["findings"]], printed.err


def test_a_baseline_says_that_findings_are_gone_only_where_it_looked(
    shop: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put("web/kpi.yaml", MAIN.replace("include: [teams/*.kpi.yaml]\n", ""))
    shop.put("web/more.kpi.yaml", "version: 1\n")
    baseline = str(shop.root / "kpi-baseline.json")
    assert run(["lint", "shop", "web", "--write-baseline"]) == 0
    monkeypatch.chdir(shop.root / "web")
    for arguments in (
        [str(shop.root)], ["kpi.yaml"], ["../shop"], ["../shop", "--select", "S101"], ["kpi.yaml", "--ignore", "S"],
        ["../shop", "--diff", "HEAD"],
    ):  # fmt: skip
        capsys.readouterr()
        assert baselined(capsys, *arguments, "--baseline", baseline) == ([], "")
    # The same subject in another plan is another finding.
    shop.put("web/more.kpi.yaml", "version: 1\nlint: {select: [S101]}\ngoals: {growth: {name: Robust}}\n")
    assert baselined(capsys, "more.kpi.yaml", "--baseline", baseline)[0] == ["S101"]
    shop.put("web/kpi.yaml", "version: 1\n")
    for arguments, gone in ((["../shop"], 0), (["kpi.yaml"], 1), ([".."], 1), ([".", "--select", "A"], 0)):
        assert (f"no longer exist: {gone}" if gone else "") in baselined(capsys, *arguments, "--baseline", baseline)[1]
    shop.put("web/kpi.yaml", "version: 1\nkips: x\n")  # what cannot be read may still have them
    assert "no longer" not in baselined(capsys, "kpi.yaml", "--baseline", baseline)[1]


def test_a_baseline_keeps_what_a_run_did_not_look_for(shop: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    shop.put("web/kpi.yaml", MAIN.replace("include: [teams/*.kpi.yaml]\n", ""))
    path = shop.root / "kpi-baseline.json"
    assert run(["lint", "shop", "web", "--write-baseline"]) == 0
    before = path.read_text(encoding="utf-8")
    for arguments in (["shop"], ["web", "--select", "S101"], ["shop", "--select", "L"]):
        assert run(["lint", *arguments, "--write-baseline"]) == 0
        assert path.read_text(encoding="utf-8") == before
    (shop.root / "web/kpi.yaml").unlink()
    assert run(["lint", "shop", "--write-baseline"]) == 0
    assert {one["plan"] for one in json.loads(path.read_text(encoding="utf-8"))["findings"]} == {"shop/kpi.yaml"}
    assert run(["lint", "shop", "--write-baseline", "--diff", "HEAD"]) == 2
    assert "leave out --diff" in capsys.readouterr().err


def test_a_suppression_that_was_removed_is_seen_on_a_branch(
    shop: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.put("shop/kpi.yaml", MAIN.replace("acme.example}", "acme.example}  # kpi: ignore S101 -- the board's words"))
    shop.commit("Second")
    assert json.loads(output(capsys, "shop", "--diff", "HEAD", "--format", "json", code=0))["findings"] == []
    shop.put("shop/kpi.yaml", MAIN)
    assert listed(output(capsys, "shop", "--diff", "HEAD", "--format", "json"), "subject") == {"goals.growth.name"}
