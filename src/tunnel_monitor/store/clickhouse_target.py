"""Which database, and as whom: an address, with secrets from elsewhere."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.store.environment import PASSWORD, USER

SCHEMES: Final = {"clickhouse": (8123, False), "clickhouses": (8443, True)}
DATABASE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
EXAMPLE: Final = "clickhouses://db.example/tunnels or clickhouse://127.0.0.1:8123/tunnels"


@dataclass(frozen=True, slots=True)
class Node:
    """One server: a name or address, and the port of its HTTP interface."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        """HOST:PORT."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """A database on one server or several.

    Args:
        nodes: its servers.
        database: its name: letters, digits and underscores, so that it needs no quotes.
        tls: verifies the servers' certificates; None speaks plainly.
        user: who asks.
        password: of that user; never shown.
    """

    nodes: tuple[Node, ...]
    database: str
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    user: str = "default"
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """As users wrote it; there are no secrets in it."""
        scheme = "clickhouses" if self.tls else "clickhouse"
        return f"{scheme}://{','.join(node.authority for node in self.nodes)}/{self.database}"

    def home(self, host: str) -> Node:
        """The server that a host sends to: always the same, and evenly spread.

        By the highest hash of both names, so that one more server moves few hosts.
        """
        return max(self.nodes, key=lambda node: _hash(f"{node.authority} {host}"))


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def parse(
    written: str,
    *,
    credentials: str | None = None,
    authority: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Target:
    """What `--store` and what belongs to it mean.

    Args:
        written: `clickhouse://HOST[:PORT][,HOST…]/DATABASE`; `clickhouses` speaks TLS.
        credentials: a file with the user on its first line and the password on its second.
        authority: a file of certificates to trust instead of the system's.
        environment: has user and password where there is no file.
    Raises:
        BadSetting: it means nothing, or has a password in it.
    """
    # Not by urlsplit, which refuses several hosts where one is an IPv6 address.
    scheme, _, rest = written.partition("://")
    authorities, _, database = rest.partition("/")
    what = f"cannot use the store {_without_secrets(written)}"
    if scheme not in SCHEMES:
        raise BadSetting(f"{what}: no scheme that is known", f"give one like {EXAMPLE}")
    if "@" in authorities or "?" in rest:
        raise BadSetting(
            f"{what}: secrets do not belong on command lines, which everybody can read",
            f"put them into {USER} and {PASSWORD}, or into a file for --store-credentials",
        )
    port, secure = SCHEMES[scheme]
    if not DATABASE.fullmatch(database):
        raise BadSetting(
            f"{what}: {database!r} is no name of a database", f"give one like {EXAMPLE}"
        )
    nodes = tuple(_node(one, port, what) for one in authorities.split(","))
    user, password = _credentials(credentials, environment)
    return Target(nodes, database, _tls(authority) if secure else None, user, password)


def _without_secrets(written: str) -> str:
    return re.sub(r"//.*@", "//…@", written)


def _node(written: str, port: int, what: str) -> Node:
    try:
        parts = urlsplit(f"//{written}")
        found = parts.hostname, parts.port
    except ValueError:
        found = None, None
    if not found[0]:
        raise BadSetting(f"{what}: {written!r} is no host", f"give one like {EXAMPLE}")
    return Node(found[0], found[1] or port)


def _credentials(file: str | None, environment: Mapping[str, str]) -> tuple[str, str]:
    if file is None:
        return environment.get(USER, "default"), environment.get(PASSWORD, "")
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            f"cannot read the credentials in {file}: {_why(error)}",
            "give a file with the user on its first line and the password on its second",
        ) from error
    return (lines[0].strip() if lines else "default"), (lines[1].strip() if len(lines) > 1 else "")


def _tls(authority: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise BadSetting(
            f"cannot trust the certificates in {authority}: {_why(error)}",
            "give a file of certificates in PEM form with --store-ca",
        ) from error


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
