"""`tunnel-monitor read`: what capture files hold, by the same parser and without privileges."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from tunnel_monitor.capture import native
from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.kernel_run import CHUNK as KERNEL_CHUNK
from tunnel_monitor.capture.kernel_run import KernelRun
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.reading import CHUNK
from tunnel_monitor.capture.totals import Totals
from tunnel_monitor.cli.complaints import report, report_error, report_unread
from tunnel_monitor.cli.filters import parse_filter
from tunnel_monitor.cli.inkernel import Comparison
from tunnel_monitor.cli.interrupt import Interrupt
from tunnel_monitor.cli.naming import names_of
from tunnel_monitor.cli.options.filters import add_filter_option
from tunnel_monitor.cli.options.naming import add_names_option, add_resolve_option
from tunnel_monitor.cli.options.serving import add_serving_options
from tunnel_monitor.cli.options.tunnels import add_tunnel_options
from tunnel_monitor.cli.ports import given_ports, with_usual
from tunnel_monitor.cli.progress import telling
from tunnel_monitor.cli.tables import Table
from tunnel_monitor.cli.tunnels import parse_encaps
from tunnel_monitor.contract import Outcome
from tunnel_monitor.errors import BadSetting, TunnelMonitorError
from tunnel_monitor.export import listing
from tunnel_monitor.export.listing import COLUMNS, SIGNAL_COLUMNS, Record
from tunnel_monitor.flows import columns, signals
from tunnel_monitor.flows.filter.match import Setting, chosen
from tunnel_monitor.flows.filter.tree import Node
from tunnel_monitor.flows.group import group
from tunnel_monitor.settings import Boundary, MonitorSettings

INTERRUPTED = 130
LEDGER_COLUMNS = ("outcome", "packets", "bytes")
NAMES: Mapping[str, tuple[str, ...]] = {
    "flows": COLUMNS,
    "ledger": LEDGER_COLUMNS,
    "signals": SIGNAL_COLUMNS,
}
NOT_IN_CAPTURES = frozenset({"rate", "packet_rate", "direction", "interface", "host"})
NUMBERS = frozenset({"vni", "packets", "bytes"})
SHOWN = (*COLUMNS[2:6], "encap", "vni", "path", "packets", "bytes")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Reads captures, pcap or pcapng, also compressed by gzip or zstd, and prints who sent how\n"
        "much to whom, outside and inside the tunnels. Needs no privileges. Several files are\n"
        "added up. Exit code 0 if all was read, 1 if not: a message says what and where."
    )
    parser.epilog = (
        "examples:\n"
        "  tunnel-monitor read trace.pcapng\n"
        "  tunnel-monitor read monday.pcap.gz tuesday.pcap.zst --ledger\n"
        "  tunnel-monitor read trace.pcap --jsonl | jq 'select(.vni == 10001)'\n"
        "  sudo tcpdump -i eth0 -w - | tunnel-monitor read -     Ctrl-C ends both"
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="a capture; - is standard input, also live"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON array of flows")
    form.add_argument("--jsonl", action="store_true", help="print one line of JSON for each flow")
    form.add_argument("--csv", action="store_true", help="print comma-separated values")
    form.add_argument(
        "--serve", action="store_true", help="show it on the page instead, with its own time line"
    )
    parser.add_argument(
        "--ledger",
        action="store_true",
        help="print also what became of all packets, those in no flow included",
    )
    parser.add_argument(
        "--kernel",
        action="store_true",
        help="let the kernel's programs read the packets, and tell whether both agree; as root",
    )
    parser.add_argument(
        "--signals",
        action="store_true",
        help="print also what is worth knowing of tunnels beside their flows: fragments, options",
    )
    add_filter_option(parser)
    add_names_option(parser)
    add_resolve_option(parser)
    add_tunnel_options(parser)
    add_serving_options(parser)


def run(options: argparse.Namespace) -> int:
    """Read all files, print what they add up to, and say what could not be read."""
    if options.resolve and not options.serve:
        raise BadSetting("--resolve is of use only with --serve", "leave it out")
    only = parse_filter(options.filter, names_of(options).lookup, without=NOT_IN_CAPTURES)
    settings = settings_of(options)
    native.set_encaps(settings.encaps)
    native.set_ports(settings.ports)
    native.set_boundary(settings.boundary)
    if options.serve:
        return serve(options, settings)
    codes, totals = count(options, settings)
    if totals:
        report_unread(totals.unknown_links, totals.ledger[Outcome.OVERFLOW])
        show(options, totals, only)
        sys.stdout.flush()  # here, where a reader who has gone is expected
    return max(codes)


def serve(options: argparse.Namespace, settings: MonitorSettings) -> int:
    """Show all files on the page; the exit code."""
    for refused, given in (("--filter", options.filter), ("--kernel", options.kernel)):
        if given:
            raise BadSetting(f"{refused} is of no use with --serve", "leave it out")
    # A server takes as long to import as all the rest.
    from tunnel_monitor.cli import replay  # noqa: PLC0415

    return replay.run(options, settings)


def count(
    options: argparse.Namespace, settings: MonitorSettings
) -> tuple[list[int], Totals | None]:
    """Count all files, or say why not.

    Returns:
        Exit codes, at least one, and what was counted; None where there was no capture.
    """
    with ExitStack() as closing:
        reader = closing.enter_context(
            CaptureReader(chunk=KERNEL_CHUNK if options.kernel else CHUNK)
        )
        comparison = None
        if options.kernel:
            comparison = Comparison(closing.enter_context(KernelRun(settings, reader)))
        drain = comparison.drain if comparison else lambda: None
        interrupt = closing.enter_context(Interrupt())
        codes = []
        for path in options.files:
            codes.append(read_one(path, reader, drain, interrupt, debug=options.debug))
            if interrupt.asked:
                break
        if interrupt.broke_off or len(codes) < len(options.files):
            report("interrupted; what was read until then was counted")
            codes.append(INTERRUPTED)
        if not reader.captures:
            return codes, None
        if not comparison:
            return codes, reader.totals()
        codes.append(comparison.tell(reader.packets))
        return codes, comparison.applied(reader.totals())


def settings_of(options: argparse.Namespace) -> MonitorSettings:
    """What is a tunnel, as the options say."""
    encaps = parse_encaps(options.encaps)
    ports = given_ports(options.port, encaps)
    return MonitorSettings(
        encaps=encaps,
        ports=with_usual(ports, encaps),
        given_ports=frozenset(ports),
        boundary=Boundary(options.boundary),
    )


def read_one(
    path: str,
    reader: CaptureReader,
    drain: Callable[[], None],
    interrupt: Interrupt,
    *,
    debug: bool,
) -> int:
    """Count one file, or say why not; its exit code.

    Args:
        path: names it.
        reader: counts.
        drain: called after each chunk, and at the end.
        interrupt: may end it.
        debug: whether to show traces.
    """
    try:
        with CaptureFile(path, interrupt) as file, telling(file, lambda: reader.packets) as tell:

            def step() -> None:
                tell()
                drain()

            reader.read(file, step)
    except TunnelMonitorError as error:
        return report_error(error, debug=debug)
    finally:
        drain()
    return 0


def show(options: argparse.Namespace, totals: Totals, only: Node) -> None:
    """Print the flows that are asked for, and what else is, which is always whole."""
    rows, marks = signals.split(columns.join(totals.flows, totals.tunnels))
    if len(marks):  # packets of one flow may have differed in them
        rows = group(rows)
    lists = {"flows": listing.records(chosen(rows, only, Setting(elapsed_ns=0)))}
    if options.ledger:
        lists["ledger"] = ledger_of(totals)
    if options.signals:
        lists["signals"] = listing.signals(marks)
    if options.json:
        write(as_json(lists))
    elif options.jsonl:
        write(b"".join(listing.as_json_lines(found) for found in lists.values()))
    elif options.csv:
        write(b"\n".join(listing.as_csv(found, NAMES[name]) for name, found in lists.items()))
    else:
        print_tables(lists)


def as_json(lists: Mapping[str, list[Record]]) -> bytes:
    """The flows as an array, or an object of arrays if there is more."""
    arrays = {name: listing.as_json_array(found).rstrip() for name, found in lists.items()}
    if len(arrays) == 1:
        return arrays["flows"] + b"\n"
    members = [b'"%s": %s' % (name.encode(), array) for name, array in arrays.items()]
    return b"{" + b",\n".join(members) + b"}\n"


def ledger_of(totals: Totals) -> list[Record]:
    """What became of all packets: a record for each outcome, also those that were not met."""
    return [
        {"outcome": outcome.label, "packets": int(row["packets"]), "bytes": int(row["bytes"])}
        for outcome, row in zip(Outcome, totals.ledger, strict=True)
    ]


def write(data: bytes) -> None:
    """Print bytes for programs."""
    sys.stdout.buffer.write(data)


def print_tables(lists: Mapping[str, list[Record]]) -> None:
    """One below the other."""
    for name, found in lists.items():
        if name != "flows":
            print()
        table_of(name, in_order(name, found)).print()


def in_order(name: str, found: list[Record]) -> list[Record]:
    """Those with most bytes first; of the ledger what was met, in its order."""
    if name == "ledger":
        return [record for record in found if record["packets"]]
    return sorted(found, key=lambda record: -int(record["bytes"] or 0))


def table_of(name: str, found: list[Record]) -> Table:
    """Records as a table whose last line adds them up; not signals, which may share packets."""
    names = SHOWN if name == "flows" else NAMES[name]
    counts = ("packets", "bytes")
    sums = {count: str(sum(int(one[count] or 0) for one in found)) for count in counts}
    total = {names[0]: "total", **sums}
    return Table(
        names,
        NUMBERS,
        [[None if one[name] is None else str(one[name]) for name in names] for one in found],
        [total.get(name) for name in names] if name != "signals" else (),
    )
