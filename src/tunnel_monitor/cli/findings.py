"""`tunnel-monitor findings`: what a running monitor has found, for people and for scripts."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import ssl
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tunnel_monitor.errors import BadSetting, MonitorUnreachable

DEFAULT_URL: Final = "http://127.0.0.1:8080/"
URL_VARIABLE: Final = "TUNNEL_MONITOR_URL"
PATH: Final = "/api/v1/findings"
PATIENCE_S: Final = 10.0
SOMETHING_OPEN: Final = 3  # the exit code
NUMBERED: Final = re.compile(r"(^|_)(vni|sequence)(_|$)")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare options."""
    parser.description = (
        "Asks a running monitor what is wrong with the overlay, and prints it: what happens, what\n"
        "it was seen by, and the command to run next. Exit code 3 says that something is open, 0\n"
        "that nothing is. Needs no privileges."
    )
    parser.epilog = (
        "examples:\n"
        "  tunnel-monitor findings\n"
        "  tunnel-monitor findings --all\n"
        "  tunnel-monitor findings https://node7:8443/ --ca node7.pem --json\n"
        f"  {URL_VARIABLE}='http://node7:8080/?token=…' tunnel-monitor findings --quiet\n"
        "\n"
        f"The address is the one that the monitor printed. Without one, {URL_VARIABLE} is\n"
        f"taken, and else {DEFAULT_URL}. A token belongs into the variable: other users\n"
        "see command lines."
    )
    parser.add_argument("url", metavar="URL", nargs="?", help="of the monitor's page")
    parser.add_argument(
        "--all", action="store_true", help="closed ones and events, too, and muted ones"
    )
    parser.add_argument("--json", action="store_true", help="print the API's answer as it is")
    parser.add_argument("--quiet", action="store_true", help="print nothing; the exit code tells")
    parser.add_argument(
        "--mute",
        action="append",
        default=[],
        metavar="NAME",
        help="leave findings of that name out, of the exit code as well; repeatable",
    )
    parser.add_argument(
        "--ca", metavar="FILE", help="trust certificates that this one signed, or this very one"
    )


def run(options: argparse.Namespace) -> int:
    """Ask, print, and say by the exit code whether anything is open."""
    check_mutes(options.mute)
    url = options.url or os.environ.get(URL_VARIABLE) or DEFAULT_URL
    reply = ask(url, options.ca)
    rows = [row for row in reply["rows"] if row["name"] not in options.mute]
    opened = [row for row in rows if row["state"] == "open" and not row["muted"]]
    muted = sum(row["state"] == "open" for row in reply["rows"]) - len(opened)
    if options.json:
        print(json.dumps({**reply, "rows": rows if options.all else opened}))
    elif not options.quiet:
        print(*lines(rows if options.all else opened, len(reply["checks"]), muted), sep="\n")
    return SOMETHING_OPEN if opened else 0


def check_mutes(names: Sequence[str]) -> None:
    """Refuse to leave out what nothing is called.

    Raises:
        BadSetting: there are no findings of such a name.
    """
    if not names:
        return
    from tunnel_monitor.diagnose.detectors import NAMES  # noqa: PLC0415  # numpy takes its time
    from tunnel_monitor.diagnose.mutes import check_name  # noqa: PLC0415

    for name in names:
        check_name(name, NAMES)


def ask(url: str, ca: str | None) -> dict[str, Any]:
    """The API's answer.

    Raises:
        BadSetting: that is no address of a page.
        MonitorUnreachable: nobody answers there, or with a refusal.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:  # a port that is none, half a bracket
        scheme, host, port = "", None, None
    if scheme not in {"http", "https"} or not host:
        raise BadSetting(f"cannot ask {url!r}: no address", f"give one like {DEFAULT_URL}")
    where = f"{scheme}://{parts.netloc}"
    token = parse_qs(parts.query).get("token", [""])[0]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    client = connection(scheme, host, port, ca)
    try:
        client.request("GET", PATH, headers=headers)
        reply = client.getresponse()
        body = reply.read()
    except (OSError, http.client.HTTPException) as error:
        raise MonitorUnreachable(f"cannot ask {where}: {cause(error)}", remedy(error)) from error
    finally:
        client.close()
    return answered(where, reply.status, body)


def connection(
    scheme: str, host: str, port: int | None, ca: str | None
) -> http.client.HTTPConnection:
    """A connection that is not open yet.

    Raises:
        BadSetting: the certificate cannot be read.
    """
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    try:
        trusting = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise BadSetting(f"cannot read {ca}: {error}", "give a certificate as PEM") from error
    return http.client.HTTPSConnection(host, port, timeout=PATIENCE_S, context=trusting)


def cause(error: OSError | http.client.HTTPException) -> str:
    """What the system says, without its number."""
    told = error.strerror if isinstance(error, OSError) else str(error)
    return told or str(error) or type(error).__name__


def remedy(error: OSError | http.client.HTTPException) -> str:
    """What to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "trust it by --ca, with the monitor's own certificate or the one that signed it"
    return "start a monitor with `tunnel-monitor watch`, or give the address that it printed"


def answered(where: str, status: int, body: bytes) -> dict[str, Any]:
    """The answer's members.

    Raises:
        MonitorUnreachable: it is a refusal, or no answer of ours.
    """
    try:
        reply = json.loads(body)
        if status == http.client.OK and isinstance(reply["rows"], list):
            answer: dict[str, Any] = reply
            return answer
        why = str(reply["error"])
    except (ValueError, KeyError, TypeError):
        why = f"status {status}, and it is no monitor's"
    raise MonitorUnreachable(f"cannot read the findings of {where}: {why}")


def lines(rows: Sequence[dict[str, Any]], checks: int, muted: int) -> Iterator[str]:
    """Findings for people: a paragraph each; then how many look, and what is open and muted."""
    for row in rows:
        yield from paragraph(row)
        yield ""
    look = f"{checks} checks look" if checks != 1 else "1 check looks"
    nothing = "Nothing else is wrong: " if muted else "Nothing is wrong: "
    but = f"; {muted} open, but muted" if muted else ""
    yield f"{'' if rows else nothing}{look}{but}."


def paragraph(row: dict[str, Any]) -> Iterator[str]:
    """One finding."""
    muted = ", muted" if row["muted"] else ""
    yield f"{row['state'].upper()}{muted}  {row['title']} ({row['name']})"
    yield f"  {subject(row)}, {when(row)}, {row['severity']}, confidence {row['confidence']}"
    yield f"  {row['explanation']}"
    told = ", ".join(f"{name} {written(name, value)}" for name, value in row["evidence"].items())
    yield f"  evidence: {told}"
    yield f"  next:     {row['next']}"


def subject(row: dict[str, Any]) -> str:
    """What it is about."""
    parts = [
        (" -> " if row["between"] else ", ").join(row["peers"]),
        f"VNI {row['vni']}" if row["vni"] is not None else row["encap"] or "",
        " -> ".join(row["endpoints"]),
    ]
    return ", ".join(filter(None, parts))


def when(row: dict[str, Any]) -> str:
    """Since when, or until when."""
    opened, last = (
        datetime.fromtimestamp(row[name] or row["last"]).astimezone()
        for name in ("opened", "closed")
    )
    if row["state"] == "open":
        return f"since {opened:%H:%M:%S}"
    return f"{opened:%H:%M:%S} to {last:%H:%M:%S}"


def written(name: str, value: object) -> str:
    """A piece of evidence; the number of a network is a name and has no thousands."""
    if isinstance(value, int) and not NUMBERED.search(name):
        return f"{value:,}"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
