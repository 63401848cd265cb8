"""Real ClickHouse servers, started on loopback and killed at will."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.leaving_out import leave_out

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store import clickhouse_target
from tunnel_monitor.store.clickhouse_http import Server
from tunnel_monitor.store.clickhouse_target import Node, Target
from tunnel_monitor.store.environment import PASSWORD, USER

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "clickhouse-server"
DATABASE = "tunnels"
CLUSTER = "pair"
DEADLINE_S = 60
CREDENTIALS = {USER: "monitor", PASSWORD: "secret"}

CONFIG = """<?xml version="1.0"?>
<yandex>
  <logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
  <http_port>{http}</http_port><tcp_port>{tcp}</tcp_port>
  <interserver_http_port>{interserver}</interserver_http_port>
  <listen_host>127.0.0.1</listen_host>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path>
  <user_files_path>{folder}/files/</user_files_path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <mark_cache_size>16777216</mark_cache_size><timezone>UTC</timezone>
  <remote_servers><{cluster}>{shards}</{cluster}></remote_servers>
</yandex>
"""
SHARD = (
    "<shard><replica><host>127.0.0.1</host><port>{tcp}</port>"
    "<user>monitor</user><password>secret</password></replica></shard>"
)
USERS = """<?xml version="1.0"?>
<yandex>
  <profiles><default><max_memory_usage>500000000</max_memory_usage></default></profiles>
  <users>
    <monitor><password>secret</password><networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota></monitor>
  </users>
  <quotas><default></default></quotas>
</yandex>
"""


@dataclass
class Running:
    """A server that can be killed and started again where it was.

    Attributes:
        node: where it answers.
        words: that start it.
        folder: what it tells goes there.
    """

    node: Node
    words: list[str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "told").open("ab") as told:
            self.process = subprocess.Popen(
                self.words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=told, stderr=told
            )
        self._wait()

    def kill(self) -> None:
        """By SIGKILL: it has no chance to finish anything."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """It answers nobody, and forgets nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _wait(self) -> None:
        deadline = time.monotonic() + DEADLINE_S
        server = Server(self.node, target_of(self.node))
        while True:
            with suppress(StoreFailed):
                assert server.ask("SELECT 1") == b"1\n"
                return
            assert self.process is not None
            assert self.process.poll() is None, self._told()
            assert time.monotonic() < deadline, self._told()
            time.sleep(0.05)

    def _told(self) -> str:
        """What it complained of; Debian's does so in a file of its own."""
        files = (self.folder / name for name in ("told", "errors"))
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())


def target_of(*nodes: Node, database: str = DATABASE) -> Target:
    """A database of some servers, as an operator would name it."""
    written = f"clickhouse://{','.join(node.authority for node in nodes)}/{database}"
    return clickhouse_target.parse(written, environment=CREDENTIALS)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with ExitStack() as opened:
        each = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        return [opened.enter_context(one).getsockname()[1] for one in each]


def program() -> str:
    """Where Debian's server is; newer systems have no package of it."""
    found = shutil.which(PROGRAM, path="/usr/sbin:/usr/bin")
    return found or leave_out(f"needs {PROGRAM}, a package of Debian 12 and Ubuntu 24.04")


@contextmanager
def of_debian(folder: Path, count: int = 2) -> Iterator[list[Running]]:
    """Servers as Debian has them, from 2018, which know each other as shards of one cluster."""
    server = program()
    each = iter(free_ports(3 * count))  # at once: what is given back may be given again
    ports = list(zip(each, each, each, strict=True))
    shards = "".join(SHARD.format(tcp=tcp) for _, tcp, _ in ports)
    servers = []
    for place, (http, tcp, interserver) in enumerate(ports):
        own = folder / f"server{place}"
        own.mkdir()
        filled = CONFIG.format(
            folder=own, http=http, tcp=tcp, interserver=interserver, shards=shards, cluster=CLUSTER
        )
        (own / "config.xml").write_text(filled)
        (own / "users.xml").write_text(USERS)
        words = [server, f"--config-file={own}/config.xml"]
        servers.append(Running(Node("127.0.0.1", http), words, own))
    with running(servers):
        yield servers


@contextmanager
def current(folder: Path) -> Iterator[list[Running]]:
    """The engine of today, one server."""
    (port,) = free_ports(1)
    own = folder / "current"
    own.mkdir()
    words = [sys.executable, "-m", "tests.store.chdb_server", str(port), str(own)]
    server = Running(Node("127.0.0.1", port), words, own)
    with running([server]):
        yield [server]


@contextmanager
def running(servers: list[Running]) -> Iterator[None]:
    try:
        for server in servers:
            server.start()
        yield
    finally:
        for server in servers:
            server.kill()
