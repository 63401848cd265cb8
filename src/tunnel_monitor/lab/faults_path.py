"""Faults of the way between two hosts: what fits, what arrives, what is changed on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tunnel_monitor.lab import build
from tunnel_monitor.lab.build import Lab
from tunnel_monitor.lab.fault import (
    Fault,
    Place,
    forwarded,
    known,
    of_tunnel,
    pinging,
    program,
    ruled,
    served,
    set_up,
    source,
    table,
    visiting,
)
from tunnel_monitor.lab.topology import CLIENT_MTU, VXLAN_PORT
from tunnel_monitor.lab.traffic import ping

UNDERLAY_MTU = 1500
SMALL_MTU = 1400
EXPEDITED = "0xb8"  # DSCP EF as a TOS byte
STEADY_S = 5  # the path before it changes


@contextmanager
def mtu(lab: Lab, place: Place) -> Iterator[str]:
    """Clients that were given the underlay's MTU, and connections with few bytes so far."""
    larger, back = (f"link set eth0 mtu {size}" for size in (UNDERLAY_MTU, CLIENT_MTU))
    with ExitStack() as undo:
        for client in (place.here, place.there):
            undo.enter_context(set_up(lab, client, [larger], [back], "ip"))
        undo.enter_context(visiting(lab, place.here, place.there))
        yield (
            f"{place.here.address} and {place.there.address} have an MTU of {UNDERLAY_MTU}, as the "
            f"underlay has, where {CLIENT_MTU} would fit into the tunnel."
        )


@contextmanager
def black_hole(lab: Lab, place: Place) -> Iterator[str]:
    """A host that drops large outer packets and tells nobody; TCP that has much to send."""
    rule = f"ip saddr {place.watched.address} {of_tunnel(place)} ip length > {SMALL_MTU} drop"
    with (
        ruled(lab, place.host, "black-hole", "netdev", hook="ingress", rule=rule),
        served(lab, place.there, *source("sink")) as port,
        program(lab, place.here, *source("pour", place.there.address, str(port))),
    ):
        yield (
            f"{place.host.name} drops packets of VNI {place.segment.vni} that are longer than "
            f"{SMALL_MTU} bytes outside, and tells nobody."
        )


@contextmanager
def fragments(lab: Lab, place: Place) -> Iterator[str]:
    """A route with a small MTU, and pings that may be cut."""
    route = f"{place.watched.address}/32 dev eth0"
    with (
        set_up(
            lab,
            place.host,
            [f"route add {route} mtu lock {SMALL_MTU}"],
            [f"route del {route}"],
            "ip",
        ),
        pinging(lab, place.there, place.here, "-s", str(SMALL_MTU), "-M", "dont"),
    ):
        yield (
            f"{place.host.name}'s route to {place.watched.name} has an MTU of {SMALL_MTU}, so it "
            "cuts its long tunnel packets in two."
        )


@contextmanager
def one_way(lab: Lab, place: Place) -> Iterator[str]:
    """A host whose packets do not come back, while those to it arrive."""
    ping(lab, place.here, place.there)
    rule = f"{of_tunnel(place)} drop"
    with (
        known(lab, place.there, to=place.here),
        forwarded(lab, place.there, place.watched, to=place.host, device=place.segment.vxlan),
        visiting(lab, place.here, place.there),
        ruled(lab, place.host, "one-way", "netdev", hook="egress", rule=rule),
    ):
        yield (
            f"{place.host.name} receives VNI {place.segment.vni}, but what it sends into it is "
            "dropped on the way."
        )


@contextmanager
def dscp(lab: Lab, place: Place) -> Iterator[str]:
    """Both hosts copy the mark to the outside; one host's is wiped off."""
    inherit = f"link set {place.segment.vxlan} type vxlan tos inherit"
    not_inherit = f"link set {place.segment.vxlan} type vxlan tos 0"
    with ExitStack() as undo:
        for host in (place.watched, place.host):
            undo.enter_context(set_up(lab, host, [inherit], [not_inherit], "ip"))
        rule = f"ip daddr {place.watched.address} {of_tunnel(place)} ip dscp set cs0"
        undo.enter_context(ruled(lab, place.host, "dscp", "inet", hook="output", rule=rule))
        undo.enter_context(pinging(lab, place.here, place.there, "-Q", EXPEDITED))
        yield (
            f"Both hosts copy the inner DSCP to the outside, but {place.host.name}'s is set back "
            "to 0 on its way out."
        )


@contextmanager
def header(lab: Lab, place: Place) -> Iterator[str]:
    """A reserved bit of the VXLAN header that is set on the way."""
    rule = (
        f"ip daddr {place.watched.address} {of_tunnel(place)} @th,64,8 set 0x0c udp checksum set 0"
    )
    with (
        ruled(lab, place.host, "header", "netdev", hook="egress", rule=rule),
        pinging(lab, place.there, place.here),
    ):
        yield f"{place.host.name}'s VXLAN headers leave with a reserved bit set (flags 0x0c)."


@contextmanager
def decap_failure(lab: Lab, place: Place) -> Iterator[str]:
    """A firewall on the watched host, behind its network card and before its tunnels."""
    rule = f"ip saddr {place.host.address} {of_tunnel(place)} drop"
    with (
        known(lab, place.here, to=place.there),
        ruled(lab, place.watched, "decap-failure", "inet", hook="input", rule=rule),
        # So many and so large that they are a share of whatever else is in the segment.
        pinging(lab, place.there, place.here, "-i", "0.02", "-s", "1000"),
    ):
        yield (
            f"{place.watched.name}'s firewall drops what {place.host.name} sends in VNI "
            f"{place.segment.vni}: it reaches eth0, but not {place.segment.vxlan}."
        )


@contextmanager
def path_change(lab: Lab, place: Place) -> Iterator[str]:
    """After a while, four hops more on the way from one host."""
    rule = f"ip daddr {place.watched.address} udp dport {VXLAN_PORT} ip ttl set 60"
    change = "\n".join(table("path-change", "inet", "postrouting", rule))
    with ExitStack() as undo:
        undo.enter_context(pinging(lab, place.there, place.here))
        # It may not be there yet when it is taken back: making an empty one first never fails.
        back = ["table inet path-change {}", "delete table inet path-change"]
        undo.callback(lab.run, place.host, ("nft", "-f", "-"), back)
        undo.enter_context(program(lab, place.host, *source("after", str(STEADY_S), "nft", change)))
        yield (
            f"{STEADY_S} seconds later, the way from {place.host.name} to {place.watched.name} is "
            "four hops longer."
        )


@contextmanager
def loss(lab: Lab, place: Place) -> Iterator[str]:
    """The switch loses one packet of ten, one way."""
    rule = f"ip daddr {place.host.address} {of_tunnel(place)} numgen random mod 10 < 1 drop"
    lines = table("loss", "netdev", "ingress", rule, device=place.watched.name)
    lab.run(build.CABLE, ("nft", "-f", "-"), lines)
    try:
        with pinging(lab, place.here, place.there, "-i", "0.02"):
            yield (
                f"The switch loses a tenth of what {place.watched.name} sends to "
                f"{place.host.name} in VNI {place.segment.vni}."
            )
    finally:
        lab.run(build.CABLE, ("nft", "delete", "table", "netdev", "loss"))


FAULTS = (
    Fault("mtu", "clients believe that more fits into the tunnel than does", mtu),
    Fault("black-hole", "large packets vanish on the way, and nobody is told", black_hole),
    Fault("fragments", "tunnel packets are cut in two", fragments),
    Fault("one-way", "a host receives, but its answers do not come back", one_way),
    Fault("dscp", "the outer mark is copied one way, and lost the other", dscp),
    Fault("header", "tunnel headers have bits that should not be there", header),
    Fault("decap-failure", "packets reach the host, but not its tunnel", decap_failure),
    Fault("path-change", "the way from a host becomes longer", path_change),
    Fault("loss", "a tenth of the packets is lost between two hosts", loss, of_fleet=True),
)
