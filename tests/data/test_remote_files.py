"""Files elsewhere: fetched only from hosts that the command allows, and then read as files of the project are."""

from __future__ import annotations

import builtins
import json
import socket
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from helpers.servers import Served, serving

import kpi
from kpi.cli.app import run as run_kpi
from kpi.data import fetching, remote_files
from kpi.data.addresses import AddressError, address, may_follow
from kpi.data.remote_files import fetched
from kpi.errors import KpiError
from kpi.plan.model import RemoteAccess

PARTS = {
    "o-1.csv": b"day,region,n\n2026-05-01,N,0.1\n2026-05-02,S,0.2\n",
    "o-2.csv": "day,region,n\n2026-05-03,Österreich,1234567.891\n2026-05-04,N,3.3\n".encode(),
}
Run = Callable[..., tuple[int, str]]
FORMULAS = ["sum(o.n)", "avg(o.n)", "count_distinct(o.region)", 'sum(o.n[contains(filename, "o-2")])']
EXPECTED = [1234571.491, 308642.87275, 3, 1234571.191]


@pytest.fixture
def server() -> Iterator[Served]:
    files = {f"/{name}": content for name, content in PARTS.items()}
    files |= {f"/bucket/in/{name}": content for name, content in PARTS.items()}
    files["/bucket/in/deeper/o-3.csv"] = files["/bucket/in/.o-4.csv"] = files["/bucket/other.csv"] = b"day,region,n\n"
    with serving(files) as served:
        yield served


@pytest.fixture(autouse=True)
def environment(server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{server.host}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")


def write_plan(*paths: str) -> None:
    kpis = {
        f"k{place}": {"name": f"K{place}", "every": "month", "formula": each} for place, each in enumerate(FORMULAS)
    }
    Path("kpi.yaml").write_text(
        "version: 1\nas_of: 2026-05-31\n"
        "sources:\n  o:\n    path:\n" + "".join(f"      - {path}\n" for path in paths) + "    date: day\n"
        f"kpis: {json.dumps(kpis)}\n",
        encoding="utf-8",
    )


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line, and gives its exit code and what it printed."""
    monkeypatch.setenv("COLUMNS", "400")

    def run(*arguments: str) -> tuple[int, str]:
        code = run_kpi(list(arguments))
        printed = capfd.readouterr()
        return code, printed.out + printed.err

    return run


def values(*hosts: str) -> list[float | None]:
    status = kpi.load(allow_remote=hosts).status()
    return [row.point.value for row in status.view.rows]


def test_numbers_do_not_depend_on_where_the_files_are(server: Served) -> None:
    for name, content in PARTS.items():
        Path(name).write_bytes(content)
    for hosts, paths in (
        ((), ["o-*.csv"]),
        ((server.host,), [f"http://{server.host}/{name}" for name in PARTS]),
        (("bucket",), ["s3://bucket/in/o-*.csv"]),
        ((server.host, "bucket"), [f"http://{server.host}/o-1.csv", "s3://bucket/in/o-2.csv"]),
        (("bucket",), ["o-1.csv", "s3://bucket/in/o-2.csv"]),
    ):
        write_plan(*paths)
        assert values(*hosts) == EXPECTED


def test_a_wildcard_finds_keys_as_it_finds_files(server: Served) -> None:
    def found(pattern: str) -> list[str]:
        access = RemoteAccess(frozenset({"bucket"}))
        return [access.names[path] for path in fetched(pattern, access)]

    in_ = "s3://bucket/in/"
    assert found(f"{in_}o-*.csv") == [f"{in_}o-1.csv", f"{in_}o-2.csv"]
    assert found(f"{in_}o-[2-9].csv") == [f"{in_}o-2.csv"]
    assert found(f"{in_}**/o-?.csv") == [f"{in_}deeper/o-3.csv", f"{in_}o-1.csv", f"{in_}o-2.csv"]
    assert found("s3://bucket/*.csv") == ["s3://bucket/other.csv"]
    assert found("s3://bucket/in/none-*.csv") == found("s3://bucket/none.csv") == []


@pytest.mark.parametrize("path", ["https://data.example.com/o.csv?key=hush", "s3://bucket/in/o-1.csv", "gs://b/o.csv"])
def test_nothing_is_fetched_unless_the_command_allows_the_host(
    server: Served, path: str, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection is opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    write_plan(path)
    host = path.split("/")[2]
    further = [["show", "k0"], ["sources"], ["lint", "--data"], ["explain", "k0"], ["export", "csv"]]
    for command in (["status"], *(further if path.startswith("https") else [])):
        code, said = run(*command)
        assert code in (1, 2), command
        assert f'kpi.yaml:6:9: "{path.partition("?")[0]}" is not in the project' in said
        assert f"add --allow-remote {host}" in said
        assert "hush" not in said.replace(path, "")
    code, said = run("status", "--allow-remote", f"other.{host}")
    assert f"add --allow-remote {host}" in said
    assert run("lint", "--fail-on", "error")[0] == 0
    assert server.asked == []


def test_lint_reads_nothing_from_elsewhere_without_data(server: Served, run: Run) -> None:
    write_plan(f"http://{server.host}/o-1.csv")
    code, said = run("lint", "--allow-remote", server.host)
    assert code == 2
    assert "--allow-remote needs --data" in said
    assert server.asked == []


def test_the_names_of_files_and_places_of_rows_are_those_of_the_addresses(server: Served, run: Run) -> None:
    server.files["/bad.csv"] = b"day,region,n\n2026-05-01,N,1\n2026-05-02,N,x\n"
    write_plan(f"http://{server.host}/bad.csv?key=hush")
    _, said = run("status", "--allow-remote", server.host)
    assert f"http://{server.host}/bad.csv:3" in said
    assert "hush" not in said
    assert "/tmp" not in said


@pytest.mark.parametrize(
    "target",
    ["https://example.com/o.csv", "file:///etc/passwd", "http://169.254.169.254/latest", "http://127.0.0.1:1/o.csv",
     "ftp://127.0.0.1/o.csv", "//localhost/o.csv", "http://me:pw@HOST/o-1.csv", "http://[x/"],
)  # fmt: skip
def test_a_redirect_to_elsewhere_is_refused(server: Served, target: str, run: Run) -> None:
    server.redirects["/moved.csv"] = target.replace("HOST", server.host)
    write_plan(f"http://{server.host}/moved.csv")
    code, said = run("status", "--allow-remote", server.host, "--allow-remote", "example.com")
    assert code == 2
    assert "which is not followed" in said
    assert [path for path, _ in server.asked] == ["/moved.csv"]


def test_a_redirect_on_the_same_host_is_followed_but_not_for_ever(server: Served) -> None:
    server.redirects = {"/a.csv": "/b.csv", "/b.csv": f"http://{server.host}/o-1.csv", "/loop.csv": "/loop.csv"}
    access = RemoteAccess(frozenset({server.host}))
    (path,) = fetched(f"http://{server.host}/a.csv", access)
    assert path.read_bytes() == PARTS["o-1.csv"]
    with pytest.raises(KpiError, match="redirects more than"):
        fetched(f"http://{server.host}/loop.csv", access)


@pytest.mark.parametrize("place", ["http", "s3"])
def test_a_file_is_fetched_again_only_if_it_may_have_changed(
    server: Served, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    access = RemoteAccess(frozenset({server.host, "bucket"}))
    url = f"http://{server.host}/o-1.csv" if place == "http" else "s3://bucket/in/o-1.csv"
    (path,) = fetched(url, access)
    asked = len(server.asked)
    assert fetched(url, access) == [path]
    assert len(server.asked) == asked
    monkeypatch.setattr(remote_files, "_FRESH_SECONDS", -1.0)
    before = path.stat()
    assert fetched(url, access) == [path]
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    server.files["/o-1.csv"] = server.files["/bucket/in/o-1.csv"] = b"day,region,n\n"
    assert fetched(url, access) == [path]
    assert path.read_bytes() == b"day,region,n\n"
    server.tagged = False
    server.files["/o-1.csv"] = server.files["/bucket/in/o-1.csv"] = b"day,region,m\n"
    assert fetched(url, access) == [path]
    assert path.read_bytes() == b"day,region,m\n"


def test_size_and_time_are_bounded(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 60)
    access = RemoteAccess(frozenset({server.host}))
    fetched(f"http://{server.host}/o-1.csv", access)
    with pytest.raises(KpiError, match="fetched at most"):  # both together
        fetched(f"http://{server.host}/o-2.csv", access)
    monkeypatch.setattr(fetching, "MOST_SECONDS", -1.0)
    with pytest.raises(KpiError, match="takes longer"):
        fetched(f"http://{server.host}/o-1.csv", RemoteAccess(frozenset({server.host})))


@pytest.mark.parametrize("path", ["http://HOST/none.csv", "s3://bucket/none.csv", "s3://bucket/none-*.csv"])
def test_a_file_that_is_not_there_is_missing(server: Served, path: str, run: Run) -> None:
    path = path.replace("HOST", server.host)
    write_plan(path)
    _, said = run("status", "--allow-remote", server.host, "--allow-remote", "bucket")
    assert f'there is no file "{path}"' in said


def test_a_server_that_is_not_there_is_an_error_with_its_place(server: Served, run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    write_plan(f"http://{host}/o.csv")
    code, said = run("status", "--allow-remote", host)
    assert code == 2
    assert f'kpi.yaml:6:9: "http://{host}/o.csv" cannot be fetched: {host} does not answer: Connection refused' in said


def test_a_bucket_that_refuses_says_nothing_of_credentials(
    server: Served, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    server.files.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    write_plan("s3://bucket/in/o-1.csv")
    _, said = run("status", "--allow-remote", "bucket")
    assert "s3 does not answer or refuses; check the bucket, and AWS_ACCESS_KEY_ID" in said
    assert "hush" not in said


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "obstore":
            raise ModuleNotFoundError("No module named 'obstore'", name="obstore")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    write_plan("s3://bucket/in/o-1.csv")
    _, said = run("status", "--allow-remote", "bucket")
    assert "kpi.yaml:6:9: s3:// needs obstore, which is not installed; pip install 'kpi-as-code[remote]'" in said


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("ftp://example.com/o.csv", "is an address that is not read"),
        ("file:///etc/passwd", "is an address that is not read"),
        ("http://example.com/o.csv", "is not encrypted"),
        ("https://me:hush@example.com/o.csv", "has a user name or password"),
        ("https://example.com/o-*.csv", "has a wildcard"),
        ("https://example.com:port/o.csv", "is not an address"),
    ],
)
def test_what_is_never_fetched_is_an_error_of_the_plan(path: str, said: str, run: Run) -> None:
    with pytest.raises(AddressError, match=said) as caught:
        address(path)
    assert "hush" not in caught.value.message
    write_plan(path)
    code, output = run("lint", "--fail-on", "error")
    assert code == 1
    assert "kpi.yaml:6:9: error: E061" in output


def test_a_sheet_is_read_as_its_export() -> None:
    base = "https://docs.google.com/spreadsheets/d/1AbC_d-E"
    export = f"{base}/export?format=csv"
    assert address(f"{base}/edit#gid=12").url == f"{export}&gid=12"
    assert address(f"{base}/edit?gid=12#gid=12").url == f"{export}&gid=12"
    assert address(f"{base}/edit?usp=sharing").url == export
    assert address(base).url == export
    assert address(f"{base}/edit#gid=12").name == f"{base}/edit#gid=12"
    assert address(f"{base}/export?format=xlsx").url == f"{base}/export?format=xlsx"


def test_only_exports_of_sheets_are_followed_to_another_host() -> None:
    sheet, kept = (
        "https://docs.google.com/spreadsheets/d/1/export",
        "https://doc-0s-sheets.googleusercontent.com/export/x",
    )
    assert may_follow(sheet, kept)
    assert not may_follow("https://example.com/x", kept)
    for other in (
        "https://accounts.google.com/login", "https://evilgoogleusercontent.com/x", kept.replace("https", "http"),
        "https://x.googleusercontent.com:8080/x", "https://me@doc.googleusercontent.com/x",
    ):  # fmt: skip
        assert not may_follow(sheet, other)


@pytest.mark.parametrize("host", ["https://example.com/o.csv", "me@example.com", " "])
def test_the_option_takes_a_host(host: str, run: Run) -> None:
    write_plan("https://example.com/o.csv")
    code, said = run("status", "--allow-remote", host)
    assert code == 2
    assert "takes a host or a bucket" in said


def test_results_from_elsewhere_are_not_cached(
    server: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    monkeypatch.delenv("KPI_NO_CACHE")
    monkeypatch.setenv("KPI_CACHE_DIR", str(tmp_path / "cache"))
    write_plan(f"http://{server.host}/o-1.csv")
    for total in (0.3, 5):
        code, said = run("status", "--format", "json", "--cache", "--allow-remote", server.host)
        assert code == 0
        assert json.loads(said)["kpis"][0]["value"] == total
        server.files["/o-1.csv"] = b"day,region,n\n2026-05-01,N,5\n"


def test_the_copies_are_deleted(server: Served) -> None:
    access = RemoteAccess(frozenset({server.host}))
    (path,) = fetched(f"http://{server.host}/o-1.csv", access)
    assert path.is_file()
    del access
    assert not path.exists()


def test_one_plan_may_not_use_what_another_was_allowed(server: Served) -> None:
    write_plan(f"http://{server.host}/o-1.csv")
    assert kpi.load(allow_remote=[server.host]).status()["k0"] == pytest.approx(0.3)
    status = kpi.load().status(as_of=date(2026, 5, 31))
    assert status["k0"] is None
    assert "--allow-remote" in status.problems[0]
