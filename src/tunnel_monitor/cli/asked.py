"""What `watch` is asked for: its options, checked before anything is touched."""

from __future__ import annotations

import argparse
import pwd
from dataclasses import dataclass
from pathlib import Path

from tunnel_monitor.cli.filters import parse_filter
from tunnel_monitor.cli.judging import Judging
from tunnel_monitor.cli.keeping import Keeping
from tunnel_monitor.cli.naming import naming_of
from tunnel_monitor.cli.ports import given_ports, with_usual
from tunnel_monitor.cli.storing import Storing
from tunnel_monitor.cli.tunnels import parse_encaps
from tunnel_monitor.contract import Notice
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows.filter.tree import Node
from tunnel_monitor.flows.names import Naming
from tunnel_monitor.kernel.namespace import namespace_path
from tunnel_monitor.kernel.privileges import find_user
from tunnel_monitor.settings import Boundary, MonitorSettings, Preallocate, TableSizes
from tunnel_monitor.store import place


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    Args:
        options: as given; what else is there says what they mean.
        settings: how to count.
        naming: names beside addresses.
        only: the flows that are printed.
        keeping: what history is kept.
        storing: where it is sent.
        judging: what is a finding.
        user: whom to become.
    """

    options: argparse.Namespace
    settings: MonitorSettings
    naming: Naming
    only: Node
    keeping: Keeping
    storing: Storing
    judging: Judging
    user: pwd.struct_passwd

    @classmethod
    def of(cls, options: argparse.Namespace) -> Asked:
        """Check the options.

        Raises:
            BadSetting: one of them means nothing.
        """
        refuse_nonsense(options)
        naming = naming_of(options)
        # Whoever reads the lines or fills a store keeps them; a file only when asked for.
        history = place.OFF if options.jsonl or options.store else None
        judging = Judging.of(options)
        return cls(
            options,
            settings_of(options, judging.notices),
            naming,
            parse_filter(options.filter, naming.lookup),
            Keeping.of(options, default=history),
            Storing.of(options),
            judging,
            find_user(options.user),
        )

    @property
    def namespace(self) -> Path | None:
        """The file of the network namespace that the interfaces are in; None is our own."""
        return namespace_path(self.options.netns) if self.options.netns else None


def settings_of(options: argparse.Namespace, notices: Notice) -> MonitorSettings:
    """How to watch.

    Args:
        options: as given.
        notices: what findings want to be looked at beside sizes.
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
        notices=notices,
        discover=not options.no_discover,
        own_cost=options.own_cost,
        attach=options.attach,
        user=options.user,
    )


def refuse_nonsense(options: argparse.Namespace) -> None:
    """What means something only together, or only once.

    Raises:
        BadSetting: it is given otherwise.
    """
    if len(set(options.interfaces)) < len(options.interfaces):
        raise BadSetting(
            f"cannot watch {', '.join(options.interfaces)}: one is named twice",
            "name each interface once",
        )
    if options.filter and not options.jsonl:
        raise BadSetting(
            "--filter is of no use here: the page has its own", "give it together with --jsonl"
        )
