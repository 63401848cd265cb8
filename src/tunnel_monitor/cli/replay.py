"""`tunnel-monitor read --serve`: captures on the page, with a time line of their own."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tunnel_monitor import __version__
from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.playback import Playback, look_through
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.reading import Reading, Span
from tunnel_monitor.capture.slices import Slices, covered
from tunnel_monitor.cli.complaints import report, report_error, report_unread
from tunnel_monitor.cli.ending import Ending
from tunnel_monitor.cli.entrance import Entrance
from tunnel_monitor.cli.naming import naming_of
from tunnel_monitor.cli.progress import telling
from tunnel_monitor.cli.serving import make_server, print_address, serve_until
from tunnel_monitor.contract import Direction, Outcome
from tunnel_monitor.errors import BadSetting, TunnelMonitorError
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.names import Naming
from tunnel_monitor.kernel.ports import Ports
from tunnel_monitor.kernel.privileges import find_user, give_up_root
from tunnel_monitor.serve.facts import CaptureFacts, Facts, InterfaceFacts
from tunnel_monitor.serve.server import Server
from tunnel_monitor.serve.view import LiveView
from tunnel_monitor.settings import MonitorSettings

SECOND_NS = 10**9

Complain = Callable[[TunnelMonitorError], None]


def run(options: argparse.Namespace, settings: MonitorSettings) -> int:
    """Read all files, then serve what they hold until told to end.

    Args:
        options: of the command.
        settings: what is a tunnel.
    Returns:
        The exit code: 0 if all was read, else that of the last error.
    """
    for path in options.files:
        expect_file(path)
    naming = naming_of(options)
    entrance = Entrance.of(options)
    codes = [0]

    def complain(error: TunnelMonitorError) -> None:
        codes.append(report_error(error, debug=options.debug))

    with closing(entrance.listener.socket):
        captures = captures_among(options.files, complain)
        if captures:
            codes.append(show(captures, settings, entrance, naming, complain))
    return max(codes)


def show(
    captures: Sequence[tuple[str, Span]],
    settings: MonitorSettings,
    entrance: Entrance,
    naming: Naming,
    complain: Complain,
) -> int:
    """Read captures and serve what they hold; the exit code of serving."""
    view, facts = replayed(captures, Ports.of(settings), naming, complain)
    with closing(view):
        server = make_server(entrance, view, lambda: facts)
        if os.geteuid() == 0:  # whatever reading needed it for is done
            give_up_root(find_user(settings.user))
        return asyncio.run(attend(server, [path for path, _ in captures]))


def expect_file(path: str) -> None:
    """Refuse what can be read only once: how long a slice is, is known after the first time."""
    if path == "-" or (Path(path).exists() and not Path(path).is_file()):
        raise BadSetting(
            f"cannot serve {'standard input' if path == '-' else path}: it can be read only once",
            "write it to a file first",
        )


def captures_among(paths: Sequence[str], complain: Complain) -> list[tuple[str, Span]]:
    """The captures among some files, and what each covers."""
    found = []
    for path in paths:
        try:
            with CaptureFile(path) as file, Reading(file) as reading:
                found.append((path, looked_through(file, reading)))
        except TunnelMonitorError as error:
            complain(error)
    return found


def looked_through(file: CaptureFile, reading: Reading) -> Span:
    """What one file covers."""
    with telling(file, lambda: reading.packets) as tell:
        return look_through(reading, tell)


@dataclass(slots=True)
class Passed:
    """How many slices were read, as `telling` wants it."""

    name: str
    size: int
    position: int = 0


def replayed(
    captures: Sequence[tuple[str, Span]], ports: Ports, naming: Naming, complain: Complain
) -> tuple[LiveView, Facts]:
    """What the page shows of captures, and what is to be said of them."""
    slices = covered(span for _, span in captures)
    name = Path(captures[0][0]).name if len(captures) == 1 else f"{len(captures)} captures"
    view = LiveView(
        [name],
        slices.length_ns / SECOND_NS,
        host=socket.gethostname(),
        slices=slices.count,
        names=naming,
    )
    passed = Passed(name, slices.count)
    with CaptureReader() as reader, telling(passed, lambda: reader.packets) as tell:

        def batches() -> Iterator[FlowBatch]:
            for drained in playback.drains():
                passed.position = drained.number
                tell()
                yield FlowBatch.of(drained)

        playback = Playback(captures, slices, name, reader, complain)
        view.replay(batches())
        about = about_captures(captures, reader.packets, playback.late)
    overflow = view.snapshot.ledger[0, Direction.INGRESS, Outcome.OVERFLOW]
    report_unread(playback.unknown_links, overflow)
    report_times(about)
    return view, facts_of(name, slices, about, ports)


def about_captures(captures: Sequence[tuple[str, Span]], packets: int, late: int) -> CaptureFacts:
    """What is known of captures as files."""
    spans = [span for _, span in captures]
    return CaptureFacts(
        files=tuple(path for path, _ in captures),
        first_ns=min((span.first_ns for span in spans if span.first_ns is not None), default=None),
        last_ns=max((span.last_ns for span in spans if span.last_ns is not None), default=None),
        packets=packets,
        unstamped=sum(span.unstamped for span in spans),
        late=late,
    )


def facts_of(name: str, slices: Slices, about: CaptureFacts, ports: Ports) -> Facts:
    """What `status` tells beside what was counted."""
    return Facts(
        version=__version__,
        host=socket.gethostname(),
        started_ns=slices.begin_ns,
        interval_s=slices.length_ns / SECOND_NS,
        interfaces=(InterfaceFacts(name, None, "file", None, None, present=True),),
        ports=ports,
        capture=about,
    )


def report_times(about: CaptureFacts) -> None:
    """Say which packets are not where their time is."""
    if about.unstamped:
        report(
            f"{about.unstamped} of {about.packets} packets have no time stamp; on the time line "
            "they are beside those that were captured with them"
        )
    if about.late:
        report(
            f"{about.late} of {about.packets} packets are out of order; on the time line they "
            "are later than their stamps say"
        )


async def attend(server: Server, files: Sequence[str]) -> int:
    """Serve until a signal; the exit code."""

    def announce() -> None:
        print(f"Showing {', '.join(files)}.")
        print_address(server)

    return await serve_until(Ending(None), server, announce)
