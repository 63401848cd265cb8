"""A monitor on every host of the lab, one database, and the page for all of them.

The database and what waits for it lie in memory that only their own processes can see, a tmpfs in
a mount namespace of theirs: it goes when they do, however that happens.
"""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from tunnel_monitor.errors import LabFailed
from tunnel_monitor.lab import launch, monitor
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.monitor import Monitor

SERVER: Final = "clickhouse-server"
FOLDER: Final = "/mnt"
PRIVATE: Final = (
    *("unshare", "--mount", "sh", "-c"),
    f'mount -t tmpfs -o mode=1777,size=512m none {FOLDER} && exec "$@"',
    "sh",
)
BEGIN: Final = (
    f'printf %s "$TM_CONFIG" >{FOLDER}/config.xml; printf %s "$TM_USERS" >{FOLDER}/users.xml; '
    f"exec {SERVER} --config-file={FOLDER}/config.xml"
)
CONFIG: Final = """<?xml version="1.0"?>
<yandex>
  <logger><level>none</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
  <listen_host>127.0.0.1</listen_host><http_port>{http}</http_port><tcp_port>{tcp}</tcp_port>
  <interserver_http_port>{interserver}</interserver_http_port>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path>
  <user_files_path>{folder}/files/</user_files_path><users_config>users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <mark_cache_size>16777216</mark_cache_size><timezone>UTC</timezone>
</yandex>
"""
USERS: Final = """<?xml version="1.0"?>
<yandex>
  <profiles><default><max_memory_usage>500000000</max_memory_usage></default></profiles>
  <users><{user}><password>{password}</password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></{user}></users>
  <quotas><default></default></quotas>
</yandex>
"""
USER: Final = "monitor"
PATIENCE_S: Final = 60.0

Say = Callable[[str], None]


def require_server() -> None:
    """Fail early where there is no database to start.

    Raises:
        LabFailed: it is not installed.
    """
    if shutil.which(SERVER, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
        raise LabFailed(
            f"cannot start a database: no {SERVER} here",
            "install it: `apt install clickhouse-server` on Debian 12 and Ubuntu 24.04; "
            "see https://clickhouse.com/docs/install for other systems",
        )


@contextmanager
def running(
    lab: Lab, listen: str, options: Sequence[str], names: Sequence[str], say: Say
) -> Iterator[Monitor]:
    """All of it; the page's process.

    Args:
        lab: its hosts are launched.
        listen: where to serve the page.
        options: further words for each `watch`.
        names: further words for `serve`.
        say: gets a line for each step.
    """
    with ExitStack() as closing:
        url, variables = closing.enter_context(_database(say))
        _make_tables(url, variables)
        words = [*options, "--store", url, "--no-serve", "--store-spool", f"{FOLDER}/spool"]
        monitors = []
        for number in range(lab.topology.hosts):
            host = f"host{number}"
            one = monitor.started(
                lab, [*words, "--host", host], host, prefix=PRIVATE, variables=variables
            )
            monitors.append(closing.enter_context(one))
        for number, one_of_them in enumerate(monitors, 1):
            one_of_them.page()
            say(f"Watching host {number} of {len(monitors)}")
        serve = ["serve", "--store", url, "--listen", listen, *names]
        yield closing.enter_context(monitor.command(serve, variables=variables))


@contextmanager
def _database(say: Say) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Its address, and the secrets for it."""
    say("Starting a database")
    password = secrets.token_hex(16)
    http, tcp, interserver = _free_ports(3)
    ports = {"http": http, "tcp": tcp, "interserver": interserver}
    texts = {
        "TM_CONFIG": CONFIG.format(folder=FOLDER, **ports),
        "TM_USERS": USERS.format(user=USER, password=password),
    }
    process = launch.start([*PRIVATE, "sh", "-c", BEGIN], variables=texts)
    try:
        _wait(process, http)
        yield (
            f"clickhouse://127.0.0.1:{http}/tunnels",
            {"TUNNEL_MONITOR_STORE_USER": USER, "TUNNEL_MONITOR_STORE_PASSWORD": password},
        )
    finally:
        launch.stop(process)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Until it answers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/ping")
            connection.getresponse().read()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise LabFailed("the database does not start") from None
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()


def _make_tables(url: str, variables: Mapping[str, str]) -> None:
    words = [sys.executable, "-P", "-m", "tunnel_monitor.cli.main", "store", "init", url]
    made = subprocess.run(
        words, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise LabFailed(f"cannot set up the database: {made.stderr.strip()}")


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in opened]
    for one in opened:
        one.close()
    return ports
