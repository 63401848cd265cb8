"""`tunnel-monitor history`: what was it at 03:12?"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import shutil
import socket
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tunnel_monitor.cli.filters import parse_filter
from tunnel_monitor.cli.kept import asked_span
from tunnel_monitor.cli.options.filters import add_filter_option
from tunnel_monitor.cli.options.storing import add_store_option
from tunnel_monitor.cli.storing import target_of
from tunnel_monitor.cli.tables import Table
from tunnel_monitor.errors import BadSetting, StoreFailed
from tunnel_monitor.flows.groupings import GROUPINGS, grouping
from tunnel_monitor.serve import past
from tunnel_monitor.serve.beside import EXPORT, FINDINGS, socket_of
from tunnel_monitor.store import parquet, place
from tunnel_monitor.store.clickhouse_source import ClickHouseSource
from tunnel_monitor.store.duckdb import DuckStore
from tunnel_monitor.store.duckdb_source import DuckSource

PATIENCE_S: Final = 60.0
NUMBERS: Final = frozenset({"vni", "packets", "bytes", "rate"})
WRITTEN: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")
TODAY: Final = ("%H:%M:%S", "%H:%M")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Tells who sent how much to whom at any time that is kept: by the monitor that keeps it,\n"
        "where one runs, else from its file, or from a database for many hosts."
    )
    parser.epilog = (
        "examples:\n"
        "  tunnel-monitor history --from -2h --by inner --top 20\n"
        "  tunnel-monitor history --from 03:10 --to 03:15 --filter vni:10001\n"
        "  tunnel-monitor history --from '2025-11-22 03:12' --by peer --json | jq .rows\n"
        "  tunnel-monitor history export night.parquet --from 22:00 --to 06:00\n"
        "  tunnel-monitor history findings --from -1d\n"
        "  tunnel-monitor history --store clickhouses://db.example/tunnels --by host"
    )
    # `-2h` and `-bytes` are values; all options of this command have two dashes.
    parser._negative_number_matcher = re.compile(r"-(\d.*|[a-z_]{2,})")
    parser.add_argument(
        "action",
        nargs="?",
        choices=["export", "findings"],
        help="export: write flows to a Parquet file instead; findings: what was found wrong, a "
        "line of JSON each",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="with export: where to")
    add_question_options(parser)
    add_filter_option(parser)
    parser.add_argument("--json", action="store_true", help="print the API's reply instead")
    parser.add_argument(
        "--history",
        metavar="PATH",
        help=f"the file; default: {place.state_folder() / place.FILE}",
    )
    add_store_option(parser, "ask a database instead of a file")


def add_question_options(parser: argparse.ArgumentParser) -> None:
    """From when to when, what is told apart, and how much of it is shown."""
    parser.add_argument(
        "--from",
        dest="begin",
        default="-1h",
        metavar="TIME",
        help="-90s, -5m, -2h, -1d before the newest; 03:12, '2025-11-22 03:12' by this host's "
        "clock; seconds since 1970",
    )
    parser.add_argument(
        "--to", dest="end", default="now", metavar="TIME", help="the end, not included"
    )
    parser.add_argument(
        "--by",
        default="flow",
        metavar="WHAT",
        help=f"what to tell apart: {', '.join(GROUPINGS)}, or columns with commas",
    )
    parser.add_argument("--top", type=int, default=20, metavar="N", help="how many rows")
    parser.add_argument(
        "--sort", default="-bytes", metavar="COLUMN", help="with - before it, largest first"
    )


def run(options: argparse.Namespace) -> int:
    """Ask, and print."""
    begin, end = as_asked(options.begin), as_asked(options.end)
    if options.action == "export":
        return export(options, begin, end)
    if options.action == "findings":
        return print_findings(options, begin, end)
    parse_filter(options.filter)
    columns = grouping(options.by)
    asked = [
        *(("from", begin), ("to", end), ("by", options.by), ("sort", options.sort)),
        *(("filter", options.filter), ("limit", str(options.top))),
    ]
    found = ask(options, asked)
    if options.json:
        print(json.dumps(found))
    else:
        show(found, columns)
    return 0


def as_asked(written: str) -> str:
    """A time as the API takes it; what is no time of day is left to that.

    A time of day is the last one that has passed.
    """
    now = datetime.now().astimezone()
    for form in WRITTEN:
        try:
            return f"{datetime.strptime(written, form).astimezone().timestamp():.0f}"
        except ValueError:
            continue
    for form in TODAY:
        try:
            clock = datetime.strptime(written, form).time()  # of this host
        except ValueError:
            continue
        moment = datetime.combine(now.date(), clock).astimezone().timestamp()
        return f"{moment if moment <= now.timestamp() else moment - 86_400:.0f}"
    return written


def ask(options: argparse.Namespace, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The API's reply about flows, from whatever there is.

    Raises:
        StoreFailed: there is nothing, or it does not answer.
    """
    if options.store:
        return past.reply(ClickHouseSource(target_of(options, options.store)), "flows", asked)
    file = file_of(options)
    told = by_monitor(file, f"/flows?{urlencode(asked)}")
    if told is not None:
        found: dict[str, Any] = json.loads(told.read())
        return found
    store = opened(file)
    try:
        return past.reply(DuckSource(lambda: store), "flows", asked)
    finally:
        store.close()


def file_of(options: argparse.Namespace) -> Path:
    """The history file that is meant."""
    file = place.history_file(options.history)
    if file is None:
        raise BadSetting("there is nothing to ask with --history off", "name a file")
    return file


def opened(file: Path) -> DuckStore:
    """A file that nobody writes.

    Raises:
        StoreFailed: there is none, or somebody does.
    """
    if not file.exists():
        raise StoreFailed(
            f"cannot read the history {file}: no such file",
            "`tunnel-monitor watch` makes it; name another with --history",
        )
    return DuckStore(str(file), host="", interval_ns=1, read_only=True)


def by_monitor(file: Path, path: str) -> http.client.HTTPResponse | None:
    """What the monitor says that keeps a file; None where none runs.

    Raises:
        BadSetting, StoreFailed: it refuses.
    """
    connection = http.client.HTTPConnection("localhost", timeout=PATIENCE_S)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(PATIENCE_S)
    try:
        connection.sock.connect(str(socket_of(file)))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except OSError as error:
        connection.close()
        raise StoreFailed(
            f"cannot ask the monitor that keeps {file}: {error.strerror}", "use sudo"
        ) from error
    connection.request("GET", path)
    reply = connection.getresponse()
    if reply.status != http.client.OK:
        what, _, remedy = str(json.loads(reply.read())["error"]).partition("; ")
        raise StoreFailed(what, remedy)
    return reply


def print_findings(options: argparse.Namespace, begin: str, end: str) -> int:
    """Each line as it was told."""
    if options.store:
        raise BadSetting("a store keeps no findings", "ask the host itself")
    file = file_of(options)
    told = by_monitor(file, f"/{FINDINGS}?{urlencode({'from': begin, 'to': end})}")
    if told is not None:
        print(told.read().decode(), end="")
        return 0
    store = opened(file)
    try:
        history = DuckSource(lambda: store)
        for line in history.findings(asked_span(history, begin, end)):
            print(line)
    finally:
        store.close()
    return 0


def export(options: argparse.Namespace, begin: str, end: str) -> int:
    """Write Parquet."""
    if options.file is None:
        raise BadSetting("cannot export: no file is named", "write `history export FILE`")
    if options.store:
        raise BadSetting(
            "cannot export from a store: it does that itself",
            "ask ClickHouse: SELECT … FROM minutes FORMAT Parquet",
        )
    source, written = file_of(options), Path(options.file)
    told = by_monitor(source, f"/{EXPORT}?{urlencode({'from': begin, 'to': end})}")
    if told is not None:
        with written.open("wb") as file:
            shutil.copyfileobj(told, file)
        return 0
    store = opened(source)
    try:
        history = DuckSource(lambda: store)
        parquet.export(history, asked_span(history, begin, end), written)
    finally:
        store.close()
    return 0


def show(found: dict[str, Any], columns: frozenset[str]) -> None:
    """A table, the largest first, and what all others add up to."""
    rows = found["rows"]
    names = [name for name in rows[0] if name in columns] if rows else sorted(columns)
    seconds = max(found["elapsed_s"], 1e-9)
    cells = [
        [*(cell(row[name]) for name in names), row["packets"], row["bytes"], rate(row, seconds)]
        for row in rows
    ]
    other = found["other"]
    last = [f"{other['rows']} others", *[None] * (len(names) - 1)] if names else []
    total = (*last, other["packets"], other["bytes"], rate(other, seconds))
    print(f"{clock(found['from'])} to {clock(found['to'])}, watched for {seconds:.0f} s")
    Table([*names, "packets", "bytes", "rate"], NUMBERS, cells, total).print()


def cell(value: object) -> str | None:
    """One value of a row."""
    return None if value is None or value == "" else str(value)


def rate(row: dict[str, Any], seconds: float) -> str:
    """Bits a second, with a unit."""
    bits, units = int(row["bytes"]) * 8 / seconds, ["", "k", "M", "G", "T"]
    while bits >= 1000 and len(units) > 1:
        bits /= 1000
        units.pop(0)
    return f"{bits:.3g} {units[0]}b/s"


def clock(moment: float) -> str:
    """A time by this host's clock."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
