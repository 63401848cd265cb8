"""What every command that serves the page has in common, and what it prints."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from tunnel_monitor.cli import memory
from tunnel_monitor.cli.ending import Ending
from tunnel_monitor.cli.entrance import Entrance
from tunnel_monitor.serve.facts import FactsSource
from tunnel_monitor.serve.findings import FindingsSource, no_findings
from tunnel_monitor.serve.server import Server
from tunnel_monitor.serve.view import LiveView


def make_server(
    entrance: Entrance,
    view: LiveView,
    facts: FactsSource,
    findings: FindingsSource = no_findings,
) -> Server:
    """The server behind an entrance, which does not run yet."""
    memory.keep_arrays_in_heap()
    return Server(
        entrance.listener,
        view,
        facts,
        entrance.files,
        allowed_hosts=entrance.allowed_hosts,
        tls=entrance.tls,
        findings=findings,
    )


async def serve_until(ending: Ending, server: Server, announce: Callable[[], None]) -> int:
    """Serve until something ends it.

    Args:
        ending: that.
        server: not running yet.
        announce: called once it runs.
    Returns:
        The exit code.
    """
    serving = asyncio.create_task(server.run())
    # If the server dies there is nothing left to do for whoever looks at the page.
    serving.add_done_callback(lambda _: ending.soon(1))
    announce()
    code = await ending.wait()
    await server.stop()
    await serving
    return code


def print_address(server: Server) -> None:
    """Say where the page is."""
    print(f"HTTP server listening on {server.address}")
    print(f"Open {from_elsewhere(server.url)} in a browser; Ctrl-C ends it.", flush=True)


def from_elsewhere(url: str) -> str:
    """A page's address that other hosts can open: listening on all addresses names none."""
    parts = urlsplit(url)
    written = parts.hostname or ""
    if not ip_address(written).is_unspecified:
        return url
    host = own_address(socket.AF_INET6 if ":" in written else socket.AF_INET)
    if host is None:
        return url
    authority = f"[{host}]:{parts.port}" if ":" in host else f"{host}:{parts.port}"
    return urlunsplit(parts._replace(netloc=authority))


def own_address(family: socket.AddressFamily) -> str | None:
    """The address this host would send from by default; None without a default route."""
    anywhere = "192.0.2.1" if family == socket.AF_INET else "2001:db8::1"  # RFC 5737, RFC 3849
    with socket.socket(family, socket.SOCK_DGRAM) as asking, suppress(OSError):
        asking.connect((anywhere, 9))  # sends nothing
        address: str = asking.getsockname()[0]
        return address
    return None
