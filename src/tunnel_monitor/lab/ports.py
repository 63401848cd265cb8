"""TCP ports inside a namespace: which are free, and who listens."""

from __future__ import annotations

import socket
from pathlib import Path

from tunnel_monitor.lab.namespaces import entered

_LISTEN = "0A"  # TCP_LISTEN of include/net/tcp_states.h, as /proc/net/tcp writes it


def free_port(namespace: int) -> int:
    """A TCP port nobody uses in a namespace at the moment."""
    with entered(namespace), socket.create_server(("", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def listens(pid: int, port: int) -> bool:
    """Whether somebody listens on a TCP port in a process's namespace."""
    for table in ("tcp", "tcp6"):
        try:
            rows = Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            continue
        for row in rows[1:]:
            local, state = row.split()[1:4:2]
            if state == _LISTEN and int(local.rsplit(":", 1)[1], 16) == port:
                return True
    return False
