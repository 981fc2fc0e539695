"""Included files, and where a plan is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.errors import InputError
from kpi.plan.loading import ReadResult, find_plan, read_plan
from kpi.plan.loading.plan_files import project_root


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(folder: Path, files: dict[str, str]) -> ReadResult:
    write(folder, files)
    return read_plan(folder / "kpi.yaml", cwd=folder)


def found(result: ReadResult) -> list[tuple[str, str, int, int]]:
    return [(one.code, one.location.file, one.location.line, one.location.column) for one in result.diagnostics]


def test_files_are_read_in_order_and_each_once(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        {
            "kpi.yaml": "version: 1\ninclude: [teams/*.yaml, teams/b.yaml, '*.yaml']\nkpis: {z: {name: Z}}\n",
            "teams/b.yaml": "kpis: {b: {name: B}}\nsources: {s: {path: s.csv}}\n",
            "teams/a.yaml": "version: 1\nkpis: {a: {name: A}}\nmeasures: {m: count(s)}\n",
            "c.yaml": "",
        },
    )
    assert result.diagnostics == ()
    assert result.plan.files == ("kpi.yaml", "teams/a.yaml", "teams/b.yaml", "c.yaml")
    assert list(result.plan.kpis) == ["z", "a", "b"]
    assert result.plan.measures == {"m": "count(s)"}
    assert result.plan.include == ("teams/*.yaml", "teams/b.yaml", "*.yaml")
    assert result.plan.homes == {"s": tmp_path / "teams"}
    assert result.plan.folder == tmp_path
    assert result.texts["teams/b.yaml"].startswith("kpis: {b")
    assert result.whole


def test_the_calendar_of_the_main_file_holds_everywhere(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        {
            "kpi.yaml": "version: 1\ncalendar: {fiscal_year_starts: april}\ninclude: a.yaml\n",
            "a.yaml": "kpis: {a: {name: A, every: quarter, values: {FY2027-Q1: 5, 2026-Q1: 5}}}\n",
        },
    )
    assert found(result) == [("E022", "a.yaml", 1, 60)]
    assert result.plan.kpis["a"].values == {"FY2027-Q1": 5.0}


def test_the_mistakes_of_all_files_are_reported(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        {
            "kpi.yaml": "version: 1\ninclude: [a.yaml, b.yaml]\nkpis: {x: {nam: X}}\n",
            "a.yaml": "kpis:\n  a:\n    target: >= 5\n    name: A\n",
            "b.yaml": "version: 2\nkpis:\n  b: {name: B, every: never}\n",
        },
    )
    assert found(result) == [
        ("E012", "kpi.yaml", 3, 8),
        ("E010", "kpi.yaml", 3, 12),
        ("E002", "a.yaml", 3, 13),
        ("E025", "b.yaml", 1, 10),
        ("E014", "b.yaml", 3, 23),
    ]
    assert result.plan.kpis["a"].name == "A"


def test_an_id_may_stand_only_once_in_all_files(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        {
            "kpi.yaml": "version: 1\ninclude: a.yaml\nkpis: {nps: {name: X}}\ngoals: {nps: {name: G}}\n",
            "a.yaml": "kpis: {nps: {name: Y}}\nmeasures:\n  nps: count(x)\nsources: {nps: {path: x.csv}}\n",
        },
    )
    assert found(result) == [("E015", "a.yaml", 1, 8), ("E015", "a.yaml", 3, 3)]
    assert [one.message for one in result.diagnostics] == [
        'the id "nps" is already taken at kpi.yaml:3:8',
        'the id "nps" is already taken by the KPI at kpi.yaml:3:8',
    ]
    assert result.plan.kpis["nps"].name == "X"


def test_N1_measures_and_kpis_share_one_namespace_but_goals_and_sources_have_their_own(tmp_path: Path) -> None:
    text = "version: 1\n{}: {{a: {}}}\n{}: {{a: {}}}\n"
    entry = {"kpis": "{name: A}", "measures": "count(x)", "goals": "{name: A}", "sources": "{path: a.csv}"}
    for first, second, clash in [("measures", "kpis", True), ("kpis", "goals", False), ("measures", "sources", False)]:
        written = text.format(first, entry[first], second, entry[second])
        result = read_plan(tmp_path / "kpi.yaml", text=written)
        assert [one.code for one in result.diagnostics] == ["E015"] * clash


@pytest.mark.parametrize("field", ["title: x", "calendar: {}", "as_of: 2026-01-01", "include: x.yaml", "lint: {}"])
def test_what_only_the_main_file_may_say(field: str, tmp_path: Path) -> None:
    result = read(tmp_path, {"kpi.yaml": "version: 1\ninclude: a.yaml\n", "a.yaml": field + "\n"})
    assert found(result) == [("E016", "a.yaml", 1, 1)]


@pytest.mark.parametrize(
    ("include", "code"),
    [
        ("none.yaml", "E070"), ("teams", "E070"), ("'*.yml'", "E070"), ("'[a-'", "E070"), ("''", None),
        ("'a**'", "E070"), ("'**/**/**/x.yaml'", None), ("teams/../teams/x.yaml", None),
        ("../out.yaml", "E061"), ("../*.yaml", "E061"), ("'*/../../out.yaml'", "E061"), ("/etc/passwd", "E061"),
        ("'/**/*.yaml'", "E061"), ("link.yaml", "E061"), ("'teams/link/*.yaml'", "E061"), ("'l*.yaml'", "E061"),
        ('"a\\0b"', "E070"), ("'" + "a" * 5_000 + "'", "E070"),
    ],
)  # fmt: skip
def test_what_an_include_may_name(include: str, code: str | None, tmp_path: Path) -> None:
    project = tmp_path / "project"
    write(tmp_path, {"out.yaml": "", "outside/a.yaml": "", "project/teams/x.yaml": "kpis: {x: {name: X}}\n"})
    (project / "link.yaml").symlink_to(tmp_path / "out.yaml")
    (project / "teams" / "link").symlink_to(tmp_path / "outside")
    result = read(project, {"kpi.yaml": f"version: 1\ninclude: {include}\n"})
    assert [one.code for one in result.diagnostics] == ([code] if code else [])
    for one in result.diagnostics:
        assert (one.location.line, one.location.column) == (2, 10)
    assert result.whole is (code is None)


def test_stars_do_not_follow_links_to_folders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    result = read(tmp_path, {"kpi.yaml": "version: 1\ninclude: '**/x.yaml'\n", "a/x.yaml": ""})
    assert result.plan.files == ("kpi.yaml", "a/x.yaml")


def test_a_plan_may_include_from_the_whole_repository(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".git/HEAD": "",
            "shared.yaml": "goals: {g: {name: G}}\n",
            "team/kpi.yaml": "version: 1\ninclude: ../shared.yaml\n",
        },
    )
    result = read_plan(tmp_path / "team" / "kpi.yaml", cwd=tmp_path)
    assert result.diagnostics == ()
    assert result.plan.root == tmp_path
    assert result.plan.files == ("team/kpi.yaml", "shared.yaml")


def test_files_are_named_as_given_when_they_are_not_below_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"plan/kpi.yaml": "version: 1\ninclude: a/b.yaml\n", "plan/a/b.yaml": "", "here/x": ""})
    monkeypatch.chdir(tmp_path / "here")
    assert read_plan(Path("../plan/kpi.yaml")).plan.files == ("../plan/kpi.yaml", "../plan/a/b.yaml")
    absolute = tmp_path / "plan"
    assert read_plan(absolute / "kpi.yaml").plan.files == (f"{absolute}/kpi.yaml", f"{absolute}/a/b.yaml")
    monkeypatch.chdir(tmp_path)
    assert read_plan(Path("plan/kpi.yaml")).plan.files == ("plan/kpi.yaml", "plan/a/b.yaml")


def test_an_included_file_that_cannot_be_opened_is_E006(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpi.plan.loading import disk

    def refuse(path: Path) -> bytes:
        if path.name == "a.yaml":
            raise PermissionError(13, "Permission denied")
        return path.read_bytes()

    monkeypatch.setattr(disk, "read_bytes", refuse)
    result = read(tmp_path, {"kpi.yaml": "version: 1\ninclude: [a.yaml, b.yaml]\n", "a.yaml": "", "b.yaml": "x: y\n"})
    assert found(result) == [("E006", "kpi.yaml", 2, 11), ("E010", "b.yaml", 1, 1)]
    assert not result.whole


def test_all_files_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpi.plan.loading.plan.MAX_TOTAL", 100)
    big = "# " + "x" * 90 + "\n"
    result = read(tmp_path, {"kpi.yaml": "version: 1\ninclude: [a.yaml, b.yaml]\n", "a.yaml": "", "b.yaml": big})
    assert found(result) == [("E005", "kpi.yaml", 2, 19)]


def test_a_main_file_that_cannot_be_opened_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "kpi.yaml")
    assert caught.value.hint == "kpi init writes a first one"
    with pytest.raises(InputError, match="director") as caught:
        read_plan(tmp_path)
    assert caught.value.hint is None
    write(tmp_path, {"kpi.yaml": "", "shop.yaml": ""})
    for name, meant in (("kpi.yml", "kpi.yaml"), ("sohp.yaml", "shop.yaml"), (".", "kpi.yaml")):
        with pytest.raises(InputError) as caught:
            read_plan(tmp_path / name)
        assert caught.value.hint == f'did you mean "{tmp_path / meant}"?'
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "missing.yaml")
    assert caught.value.hint == "kpi init writes a first one"


def test_find_plan_looks_upwards_to_the_git_root(tmp_path: Path) -> None:
    write(tmp_path, {"kpi.yaml": "", "repo/.git/HEAD": "", "repo/a/b/c": "", "repo/d/kpi.yaml": "", "other/e": ""})
    assert find_plan(tmp_path / "repo" / "a" / "b") is None
    assert find_plan(tmp_path / "repo" / "d") == tmp_path / "repo" / "d" / "kpi.yaml"
    assert find_plan(tmp_path / "other") == tmp_path / "kpi.yaml"
    write(tmp_path, {"repo/kpi.yaml": ""})
    assert find_plan(tmp_path / "repo" / "a" / "b") == tmp_path / "repo" / "kpi.yaml"
    assert project_root(tmp_path / "repo" / "a" / "b") == tmp_path / "repo"
    assert project_root(tmp_path / "other") == tmp_path / "other"


def test_find_plan_does_not_look_above_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"kpi.yaml": "", "home/ana/work/x": ""})
    monkeypatch.setenv("HOME", str(tmp_path / "home" / "ana"))
    assert find_plan(tmp_path / "home" / "ana" / "work") is None
    write(tmp_path, {"home/ana/kpi.yaml": ""})
    assert find_plan(tmp_path / "home" / "ana" / "work") == tmp_path / "home" / "ana" / "kpi.yaml"


def test_a_git_worktree_has_a_file_for_a_root(tmp_path: Path) -> None:
    write(tmp_path, {"tree/.git": "gitdir: elsewhere", "tree/a/x": "", "kpi.yaml": ""})
    assert find_plan(tmp_path / "tree" / "a") is None
    assert project_root(tmp_path / "tree" / "a") == tmp_path / "tree"
