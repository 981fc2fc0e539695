"""The wheel as users get it: small, complete, and working in an environment that has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).parents[2]
MOST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel: pip install -e '.[dev]'")
    folder = tmp_path_factory.mktemp("wheel")
    program = f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_is_small_and_holds_the_package_alone(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"kpi", "kpi_as_code"}
    ours = (path for path in (REPOSITORY / "kpi").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert {path.relative_to(REPOSITORY).as_posix() for path in ours} <= set(names)


def test_it_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    install = [scripts / "python", "-m", "pip", "install", "-q", "-c", REPOSITORY / "constraints.txt", wheel]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no packages can be installed here: {done.stderr.splitlines()[-1:]}")
    folder = tmp_path / "shop"
    folder.mkdir()
    kept = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMPDIR")
    environment = {name: value for name, value in os.environ.items() if name in kept} | {"KPI_NO_CACHE": "1"}

    def kpi(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [scripts / "kpi", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8")

    rows = [f"{number},2026-{1 + number % 4:02d}-15,{number}.50" for number in range(1, 25)]
    (folder / "orders.csv").write_text("\n".join(["order_id,ordered_on,amount", *rows, ""]), encoding="utf-8")
    made = kpi("init", "--from", "orders.csv")
    assert (made.returncode, (folder / "kpi.yaml").exists()) == (0, True), made.stderr
    for command, code in (("--version", (0,)), ("lint", (0, 1)), ("status", (0,)), ("schema", (0,))):
        done = kpi(command)
        assert done.returncode in code, done.stderr
        assert done.stdout or done.stderr == "no findings\n"
