"""A PostgreSQL server and a Spark cluster of the tests' own: on loopback, on free ports, in folders that go away with
them."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from warehouse.processes import NotUpError, running, waited_for

PASSWORD = "canary-7Qx/4@w!"


def binaries() -> Path:
    """Where initdb and postgres are, or a skip that says why there is no server."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    found = shutil.which("initdb")
    for folder in (*candidates, *([Path(found).parent] if found else [])):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    pytest.skip("PostgreSQL is not installed: no initdb in PATH or /usr/lib/postgresql (apt-get install postgresql)")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def somebody() -> list[str]:
    """The begin of a command that is run as somebody who is not root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    uid, gid = ids()
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]


def ids() -> tuple[int, int]:
    """The user and the group that servers run as where the tests are run by root."""
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


class Server:
    """A PostgreSQL server. ``url`` leads to its database ``postgres`` as a user who may do everything."""

    def __init__(self, tools: Path, folder: Path) -> None:
        self.tools = tools
        self.folder = folder
        self.data = folder / "data"
        self.port = 0
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            os.chown(folder, *ids())
            os.chown(secret, *ids())
        done = subprocess.run(
            [
                *somebody(), str(tools / "initdb"), f"--pgdata={self.data}", "--username=keeper",
                "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
            ],
            capture_output=True, encoding="utf-8", cwd="/", env=os.environ | {"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def up(self) -> Iterator[None]:
        """The server running. Raises NotUpError, as where another process took the port meanwhile."""
        self.port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off"}
        command = [*somebody(), str(self.tools / "postgres"), "-D", str(self.data)]
        command += [f"--{key}={value}" for key, value in settings.items()]
        log = self.folder / "log"
        with running(command, log, end=signal.SIGQUIT) as process:
            waited_for(self._ready, process, log)
            yield

    def _ready(self) -> bool | None:
        """Whether this very server, and no other on its port, says that it is ready."""
        lines = (self.data / "postmaster.pid").read_text().splitlines()
        return True if len(lines) > 7 and lines[7].strip() == "ready" else None

    def url(self, *, user: str = "keeper", password: str = PASSWORD, database: str = "postgres", more: str = "") -> str:
        from urllib.parse import quote

        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}{more}"


@contextmanager
def postgres() -> Iterator[Server]:
    """A server for as long as the block lasts."""
    tools = binaries()
    with tempfile.TemporaryDirectory(prefix="kpi-pg-") as folder, ExitStack() as stack:
        server = Server(tools, Path(folder))
        for left in (2, 1, 0):
            try:
                stack.enter_context(server.up())
                break
            except NotUpError:
                if not left:
                    raise
        yield server


@contextmanager
def spark_cluster(executors: int = 2) -> Iterator[str]:
    """The address of a standalone Spark cluster on loopback with as many workers, all of them up, and each with room
    for one executor, a process of its own. All ports are those that the system gives."""
    pyspark = pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'kpi-as-code[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none in PATH")
    home = Path(pyspark.__file__).parent
    with tempfile.TemporaryDirectory(prefix="kpi-spark-") as folder, ExitStack() as stack:
        environment = {
            "SPARK_HOME": str(home), "SPARK_CONF_DIR": folder, "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": folder, "SPARK_DAEMON_MEMORY": "256m",
        }  # fmt: skip
        log = Path(folder) / "master.log"

        def said(pattern: str, times: int = 1) -> str | None:
            found = re.findall(pattern, log.read_text(encoding="utf-8", errors="replace"))
            return str(found[-1]) if len(found) >= times else None

        start = [str(home / "bin" / "spark-class"), "org.apache.spark.deploy."]
        local = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        master = stack.enter_context(
            running([start[0], start[1] + "master.Master", *local], log, environment=environment)
        )
        # Who asks before the master listens waits for twenty seconds before asking again.
        address = waited_for(lambda: said(r"Starting Spark master at (spark://127\.0\.0\.1:\d+)"), master, log)
        waited_for(lambda: said("New state: ALIVE"), master, log)
        worker = [start[0], start[1] + "worker.Worker", *local, "--cores", "1", "--memory", "700m", address]
        for number in range(executors):
            its_log = Path(folder) / f"worker-{number}.log"
            stack.enter_context(running(worker, its_log, environment=environment))
        waited_for(lambda: said("Registering worker ", executors), master, log)
        yield f"{address}?spark.executor.memory=512m&spark.cores.max={executors}"
