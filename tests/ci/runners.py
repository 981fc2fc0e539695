"""Runs the steps of the action and the jobs of the template with bash, as the services do, without a container.

Only what reaches for the network to install things is played: ``python3 -m venv`` and ``pip`` leave the Python and the
kpi of these tests in place of new ones.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ci.expressions import holds, resolved
from helpers.transcripts import REPOSITORY

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
PYTHON = shlex.quote(sys.executable)
# As with an installed program, no module of the current folder is imported.
PLAY_KPI = f'#!/bin/sh\nPYTHONSAFEPATH=1 PYTHONPATH={shlex.quote(str(REPOSITORY))} exec {PYTHON} -m kpi "$@"\n'
PLAY_KPI_CI = f'#!/bin/sh\nexec {PYTHON} -I {shlex.quote(str(REPOSITORY / "ci"))} "$@"\n'
PLAY_PIP = '#!/bin/sh\nprintf "%s\\n" "$*" >> "$PLAYED"\n'
PLAY_PYTHON = f"""#!/bin/sh
case "$3" in
venv) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && cp "${{0%/*}}/kpi" "$4/bin/kpi" ;;
pip) printf "%s\\n" "$*" >> "$PLAYED" ;;
*) exec {PYTHON} "$@" ;;
esac
"""


class Run(NamedTuple):
    """What a run left behind. ``commands`` are the workflow commands that GitHub's runner obeys."""

    code: int
    log: str
    commands: list[str]
    summary: str
    outputs: dict[str, str]
    installed: str

    def annotations(self, kind: str) -> list[str]:
        """The messages of the commands of one kind."""
        return [command.partition("::")[2] for command in self.commands if command.split()[0] == kind]


def programs(folder: Path, **scripts: str) -> Path:
    """A folder with programs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in scripts.items():
        path = folder / name.replace("_", "-")
        path.write_text(script)
        path.chmod(0o755)
    return folder


def surroundings(bin_: Path, scratch: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a job: nothing of this machine's but what a program cannot run without."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "PLAYED": str(scratch / "played"), "CI": "true"}
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return {**kept, **own, **git, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **extra}


def obeyed(log: str) -> list[str]:
    """The workflow commands in a log: ``::name properties::message`` at the beginning of a line, unless they are
    stopped, and also ``##[name]message`` anywhere in one."""
    found: list[str] = []
    stopped = None
    for line in log.splitlines():
        command = re.match(r"\s*::(.*)", line)
        if stopped is not None:
            stopped = None if line.strip() == f"::{stopped}::" else stopped
        elif command and command[1].startswith("stop-commands::"):
            stopped = command[1].removeprefix("stop-commands::")
        elif command:
            found.append(command[1])
        elif old := re.search(r"##\[(.*)", line):
            found.append(old[1])
    assert stopped is None, "commands were never listened to again"
    return found


def run_action(
    work_tree: Path,
    scratch: Path,
    event: Mapping[str, Any],
    environment: Mapping[str, str],
    *,
    inputs: Mapping[str, str] | None = None,
    kpi: str = PLAY_KPI,
) -> Run:
    """The composite action in action.yml, with the workflow's ``inputs``, after ``work_tree`` was checked out."""
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
    context: dict[str, Any] = {"github": {"token": environment.get("token", "")}, "steps": {}}
    defaults = {name: resolved(about["default"], context) for name, about in action["inputs"].items()}
    assert set(inputs or {}) <= set(defaults)
    context["inputs"] = {**defaults, **(inputs or {})}
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "event.json").write_text(json.dumps(event))
    own = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(scratch / "event.json"),
        "GITHUB_WORKSPACE": str(work_tree),
        "GITHUB_ACTION_PATH": str(REPOSITORY),
        "RUNNER_TEMP": str(scratch / "temp"),
    }
    (scratch / "temp").mkdir(exist_ok=True)
    bin_ = programs(scratch / "bin", python3=PLAY_PYTHON, kpi=kpi)
    job = surroundings(bin_, scratch, own | dict(environment))
    job.pop("token", None)
    log, summary, code = "", "", 0
    for number, step in enumerate(action["runs"]["steps"]):
        if "if" in step and resolved(step["if"], context) != "true":
            continue
        assert step["shell"] == "bash"  # also: a step with "uses" must have been skipped
        script = scratch / f"step-{number}.sh"
        script.write_text(step["run"])
        files = {"GITHUB_OUTPUT": scratch / f"out-{number}", "GITHUB_STEP_SUMMARY": scratch / f"summary-{number}"}
        for path in files.values():
            path.write_text("")
        given = {name: resolved(value, context) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=work_tree,
            env={**job, **given, **{name: str(path) for name, path in files.items()}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
        )
        log += done.stdout
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        context["steps"][step.get("id", "")] = {"outputs": outputs}
        size = files["GITHUB_STEP_SUMMARY"].stat().st_size
        assert size < 1024 * 1024, f"the runner drops a summary of {size} bytes"
        summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        code = done.returncode
        if code:
            break
    result = {name: resolved(about["value"], context) for name, about in action["outputs"].items()}
    played = scratch / "played"
    return Run(code, log, obeyed(log), summary, result, played.read_text() if played.exists() else "")


def run_job(
    name: str, work_tree: Path, scratch: Path, variables: Mapping[str, str], *, kpi: str = PLAY_KPI
) -> Run | None:
    """A job of the GitLab template; None when its rules leave it out."""
    template = yaml.safe_load((REPOSITORY / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
    job = {**template[template[name]["extends"]], **template[name]}
    known = {**template["variables"], **variables}
    if not any(holds(rule["if"], known) for rule in job["rules"]):
        return None
    bin_ = programs(scratch / "bin", pip=PLAY_PIP, kpi=kpi, kpi_ci=PLAY_KPI_CI)
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join([*job["before_script"], *job["script"]])],
        cwd=work_tree,
        env=surroundings(bin_, scratch, {"GITLAB_CI": "true"} | known),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )
    kept = [*job["artifacts"].get("paths", []), *job["artifacts"].get("reports", {}).values()]
    artifacts = {path: (work_tree / path).read_text(encoding="utf-8") for path in kept if (work_tree / path).exists()}
    return Run(done.returncode, done.stdout, [], "", artifacts, (scratch / "played").read_text())
