"""What the options say of counting: all that must be known to load the programs."""

from __future__ import annotations

import argparse

from tunnel_monitor.cli.options.judging import NOTHING
from tunnel_monitor.cli.ports import given_ports, with_usual
from tunnel_monitor.cli.tunnels import parse_encaps
from tunnel_monitor.contract import Notice
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.settings import Boundary, MonitorSettings, Preallocate, TableSizes


def settings_of(options: argparse.Namespace) -> MonitorSettings:
    """How to watch.

    Raises:
        BadSetting: an option means nothing.
    """
    encaps = parse_encaps(options.encaps)
    ports = given_ports(options.port, encaps)
    return MonitorSettings(
        interval_s=options.interval,
        tables=TableSizes.of_flows(options.flows),
        preallocate=Preallocate(options.preallocate),
        encaps=encaps,
        ports=with_usual(ports, encaps),
        given_ports=frozenset(ports),
        boundary=Boundary(options.boundary),
        notices=notices_of(options),
        discover=not options.no_discover,
        own_cost=options.own_cost,
        attach=options.attach,
        user=options.user,
    )


def notices_of(options: argparse.Namespace) -> Notice:
    """What is looked at beside sizes: what is asked for, if a check reads it.

    Raises:
        BadSetting: one of them, or of the checks that are left out, does not exist.
    """
    if options.no_findings:
        return Notice(0)
    asked = parse_notices(options.notices)
    if not options.without:
        return asked  # there is none that nobody reads
    # The checks take long to import, and nobody else needs to wait for them.
    from tunnel_monitor.cli.judging import read_without  # noqa: PLC0415

    return asked & read_without(options.without)


def parse_notices(written: str) -> Notice:
    """What is looked at.

    Raises:
        BadSetting: one of them does not exist.
    """
    by_label = {one.label: one for one in Notice}
    names = [] if written == NOTHING else written.split(",")
    try:
        return Notice(sum(by_label[name] for name in set(names)))
    except KeyError as error:
        raise BadSetting(
            f"cannot look at {error}",
            f"--notices takes {NOTHING}, or some of {', '.join(by_label)}",
        ) from None
