"""What the options say of judging."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network
from pathlib import Path

from tunnel_monitor.contract import Notice
from tunnel_monitor.diagnose import detectors
from tunnel_monitor.diagnose.diagnosis import Diagnosis
from tunnel_monitor.diagnose.mutes import Mute, Mutes
from tunnel_monitor.diagnose.thresholds import Thresholds
from tunnel_monitor.errors import BadSetting, UnsupportedHost
from tunnel_monitor.kernel.namespace import inside
from tunnel_monitor.kernel.overlay import OverlayReader

MAPPED_BITS = 96  # of an IPv6 network in which IPv4 addresses are mapped


@dataclass(frozen=True, slots=True)
class Judging:
    """What was asked for; checked.

    Args:
        thresholds: those in force.
        mutes: what is kept quiet.
        known_peers: networks of peers.
        without: the checks that are left out.
        off: whether nothing is judged.
    """

    thresholds: Thresholds
    mutes: Mutes
    known_peers: tuple[IPv6Network, ...]
    without: frozenset[str]
    off: bool

    @classmethod
    def of(cls, options: argparse.Namespace) -> Judging:
        """Check the options.

        Raises:
            BadSetting: one of them means nothing.
        """
        return cls(
            thresholds=Thresholds.of(options.threshold),
            mutes=mutes_of(options),
            known_peers=tuple(map(network, options.known_peers)),
            without=left_out(options.without),
            off=options.no_findings,
        )

    def begin(
        self,
        interfaces: Sequence[str],
        namespace: Path | None,
        complain: Callable[[str], None],
    ) -> Diagnosis:
        """Make the sink, with a view of the host whose interfaces are watched.

        Args:
            interfaces: their names.
            namespace: the file of their network namespace.
            complain: gets a sentence where a check fails.
        Raises:
            UnsupportedHost: the kernel tells nothing of its tunnels.
        """
        if self.off:
            return Diagnosis(())
        try:
            overlay = inside(namespace, lambda: OverlayReader(interfaces))
        except OSError as error:
            raise UnsupportedHost(
                f"cannot ask for tunnel devices by rtnetlink: {error.strerror}",
                "use --no-findings",
            ) from error
        return Diagnosis(
            detectors.make_all(self.known_peers, self.without),
            thresholds=self.thresholds,
            mutes=self.mutes,
            overlay=overlay,
            complain=complain,
        )


def mutes_of(options: argparse.Namespace) -> Mutes:
    """What is kept quiet.

    Raises:
        BadSetting: one of them means nothing.
    """
    return Mutes(Mute.of(written, detectors.NAMES) for written in options.mute)


def read_without(names: Iterable[str]) -> Notice:
    """What all checks but some read of packets beside their sizes.

    Raises:
        BadSetting: one of them does not exist.
    """
    return detectors.read_by(detectors.make_all(without=left_out(names)))


def left_out(names: Iterable[str]) -> frozenset[str]:
    """Checks that a user does not want.

    Raises:
        BadSetting: one of them does not exist, or not on one host.
    """
    there = [one.name for one in detectors.ON_A_HOST]
    for name in names:
        if name not in there:
            raise BadSetting(
                f"cannot leave out {name!r}: no check has that name", f"choose {', '.join(there)}"
            )
    return frozenset(names)


def network(written: str) -> IPv6Network:
    """A network of peers, IPv4 mapped.

    Raises:
        BadSetting: it is none.
    """
    try:
        given = ip_network(written)
    except ValueError as error:
        raise BadSetting(
            f"{written!r} is no network", "give one like 172.16.0.0/16 or 2001:db8::/48"
        ) from error
    if isinstance(given, IPv6Network):
        return given
    return IPv6Network(f"::ffff:{given.network_address}/{MAPPED_BITS + given.prefixlen}")
