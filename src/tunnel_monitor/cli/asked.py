"""What `watch` is asked for beside counting: its options, checked before anything is touched."""

from __future__ import annotations

import argparse
import pwd
from dataclasses import dataclass

from tunnel_monitor.cli.filters import parse_filter
from tunnel_monitor.cli.judging import Judging
from tunnel_monitor.cli.keeping import Keeping
from tunnel_monitor.cli.naming import naming_of
from tunnel_monitor.cli.storing import Storing
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows.filter.tree import Node
from tunnel_monitor.flows.names import Naming
from tunnel_monitor.kernel.privileges import find_user
from tunnel_monitor.serve.facts import LabFacts
from tunnel_monitor.settings import MonitorSettings
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
    def of(cls, options: argparse.Namespace, settings: MonitorSettings) -> Asked:
        """Check the options.

        Args:
            options: as given.
            settings: of them, what is needed for counting.
        Raises:
            BadSetting: one of them means nothing.
        """
        refuse_nonsense(options)
        naming = naming_of(options)
        # Whoever reads the lines or fills a store keeps them; a file only when asked for.
        history = place.OFF if options.jsonl or options.store else None
        return cls(
            options,
            settings,
            naming,
            parse_filter(options.filter, naming.lookup),
            Keeping.of(options, default=history),
            Storing.of(options),
            Judging.of(options),
            find_user(options.user),
        )

    @property
    def lab(self) -> LabFacts | None:
        """The demo's sizes, when it is one."""
        return LabFacts(*self.options.lab) if self.options.lab else None


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
