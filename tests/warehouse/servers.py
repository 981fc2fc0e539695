"""A PostgreSQL server of the tests' own: on loopback, on a free port, in a folder that goes away with it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "canary-7Qx/4@w!"


def binaries() -> Path:
    """Where initdb and pg_ctl are, or a skip that says why there is no server."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    found = shutil.which("initdb")
    for folder in (*candidates, *([Path(found).parent] if found else [])):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("PostgreSQL is not installed: no initdb in PATH or /usr/lib/postgresql (apt-get install postgresql)")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def as_user(command: Sequence[str]) -> list[str]:
    """The command as somebody who is not root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={user()}", f"--regid={group()}", "--clear-groups", *command]


def user() -> int:
    return pwd.getpwnam("postgres").pw_uid if has_postgres() else 65534


def group() -> int:
    return pwd.getpwnam("postgres").pw_gid if has_postgres() else 65534


def has_postgres() -> bool:
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return False
    return True


def run(command: Sequence[str]) -> None:
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(as_user(command), capture_output=True, encoding="utf-8", cwd="/", env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


class Server:
    """A running server. ``url`` leads to its database ``kpi`` as a user who may do everything."""

    def __init__(self, tools: Path, folder: Path) -> None:
        self.tools = tools
        self.data = folder / "data"
        self.port = free_port()
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            os.chown(folder, user(), group())
            os.chown(secret, user(), group())
        options = ["--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        run([str(tools / "initdb"), f"--pgdata={self.data}", "--username=keeper", *options])
        self.folder = folder

    def start(self) -> None:
        settings = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories= -c fsync=off"
        log = self.folder / "log"
        run([str(self.tools / "pg_ctl"), "start", "-w", f"--pgdata={self.data}", f"--log={log}", "-o", settings])

    def stop(self) -> None:
        run([str(self.tools / "pg_ctl"), "stop", "-w", "-m", "immediate", f"--pgdata={self.data}"])

    def url(self, *, user: str = "keeper", password: str = PASSWORD, database: str = "postgres", more: str = "") -> str:
        from urllib.parse import quote

        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}{more}"


@contextmanager
def postgres() -> Iterator[Server]:
    """A server for as long as the block lasts."""
    tools = binaries()
    with tempfile.TemporaryDirectory(prefix="kpi-pg-") as folder:
        server = Server(tools, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def spark_cluster(executors: int = 2) -> Iterator[str]:
    """The address of a standalone Spark cluster on loopback with as many executors, each a process of its own."""
    pyspark = pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'kpi-as-code[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none in PATH")
    port = free_port()
    home = Path(pyspark.__file__).parent
    with tempfile.TemporaryDirectory(prefix="kpi-spark-") as folder:
        environment = os.environ | {
            "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": folder,
            "SPARK_DAEMON_MEMORY": "256m",
        }  # fmt: skip
        start = [str(home / "bin" / "spark-class"), "org.apache.spark.deploy."]
        master = [start[0], start[1] + "master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
        worker = [start[0], start[1] + "worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "1",
                  "--memory", "700m", f"spark://127.0.0.1:{port}"]  # fmt: skip
        with (Path(folder) / "log").open("w") as log:
            running = [subprocess.Popen(command, env=environment, stdout=log, stderr=log)
                       for command in (master, *[worker] * executors)]  # fmt: skip
            try:
                yield f"spark://127.0.0.1:{port}?spark.executor.memory=512m&spark.cores.max={executors}"
            finally:
                for process in reversed(running):
                    process.terminate()
                for process in running:
                    process.wait(30)
