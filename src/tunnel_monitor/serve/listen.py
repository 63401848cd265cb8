"""The socket to serve on: bound early, so that a taken port is known before anything starts."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tunnel_monitor.errors import AddressInUse, BadSetting, MissingPrivilege

BACKLOG = 128
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket.

    Args:
        socket: accepts connections already; they wait until somebody serves them.
        name: the host as the user wrote it.
        host: the address it is bound to.
        port: likewise.
    """

    socket: socket.socket
    name: str
    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this host can connect."""
        return ipaddress.ip_address(self.host).is_loopback

    @property
    def authority(self) -> str:
        """HOST:PORT as it stands in addresses of pages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(written: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, IPv6 addresses in brackets.

    Raises:
        BadSetting: it is something else.
    """
    try:
        parts = urlsplit(f"//{written}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or written not in (f"{host}:{port}", f"[{host}]:{port}"):
        raise BadSetting(
            f"cannot listen on {written!r}: no HOST:PORT",
            "give one like 127.0.0.1:8080 or [::1]:8080",
        )
    return host, port


def listen(written: str) -> Listener:
    """Bind and listen; port 0 takes any free one.

    Raises:
        BadSetting: no HOST:PORT, or no address of this host.
        AddressInUse: somebody listens there already.
        MissingPrivilege: the port is reserved for root.
    """
    host, port = parse(written)
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise BadSetting(
            f"cannot listen on {written}: {error.strerror}", "choose an address of this host"
        ) from error
    try:
        bound = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise _reason(written, port, error) from error
    return Listener(bound, host, *bound.getsockname()[:2])


def _reason(
    written: str, port: int, error: OSError
) -> AddressInUse | BadSetting | MissingPrivilege:
    what = f"cannot listen on {written}"
    if error.errno == errno.EADDRINUSE:
        return AddressInUse(
            f"{what}: {_owner(port) or 'another program'} listens there",
            "choose another port with --listen, or 0 for any free one",
        )
    if error.errno == errno.EACCES:
        return MissingPrivilege(f"{what}: only root may", "choose a port from 1024 on")
    # Not its strerror, to which `create_server` adds the address once more.
    return BadSetting(f"{what}: {os.strerror(error.errno or 0)}", "choose an address of this host")


def _owner(port: int) -> str | None:
    """Name and number of the process that listens on a port, as far as we may see it."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if not sockets.isdisjoint(_open_files(folder)):
                return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
        except OSError:  # not ours to see, or gone meanwhile
            continue
    return None


def _open_files(folder: Path) -> Iterator[str]:
    for link in (folder / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            yield str(link.readlink())


def _inodes(port: int) -> list[str]:
    """Inodes of the sockets that listen on a port (proc_net(5))."""
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/thread-self/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(f":{port:04X}") and fields[3] == LISTENING:
                found.append(fields[9])
    return found
