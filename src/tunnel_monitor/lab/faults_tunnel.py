"""Faults of tunnels and of who is in them: numbers, addresses, ports, guests, load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network

from tunnel_monitor.lab.build import CABLE, Lab
from tunnel_monitor.lab.fault import (
    GUESTS,
    Fault,
    Place,
    forwarded,
    guest,
    known,
    pinging,
    program,
    replaced_tunnel,
    served,
    set_up,
    source,
    visiting,
)
from tunnel_monitor.lab.topology import VXLAN_PORT

WRONG_BY = 700  # how far the wrong VNI is from the right one
ONE_PORT = 51111
MANY = 24  # inner flows behind one outer port
STORM_RATE = 400  # ARP requests a second
HOG_MBIT = 40
CALM_S = 6
ROGUE = "10.66.0.66"


@contextmanager
def vni_mismatch(lab: Lab, place: Place) -> Iterator[str]:
    """A host that has the segment under another number."""
    wrong = place.segment.vni + WRONG_BY
    device = place.segment.vxlan
    with ExitStack() as undo:
        for who, to in ((place.here, place.there), (place.there, place.here)):
            undo.enter_context(known(lab, who, to))
        undo.enter_context(replaced_tunnel(lab, place.host, place.segment, wrong))
        undo.enter_context(forwarded(lab, place.there, place.watched, place.host, device))
        undo.enter_context(forwarded(lab, place.here, place.host, place.watched, device))
        undo.enter_context(pinging(lab, place.here, place.there))
        undo.enter_context(pinging(lab, place.there, place.here))
        yield (
            f"{place.host.name} has VNI {wrong} where all others have {place.segment.vni} for the "
            "same network."
        )


@contextmanager
def duplicate(lab: Lab, place: Place) -> Iterator[str]:
    """A client's address, given to a second client on another host."""
    name, address = f"duplicate-{place.there.address}", place.there.address
    with (
        guest(lab, name, place.third, place.segment, f"{address}/24"),
        pinging(lab, place.there, place.here),
        program(lab, name, "ping", "-q", "-n", "-i", "0.2", place.here.address),
    ):
        yield (
            f"{address} is on {place.host.name} ({place.host.address}) and also on "
            f"{place.third.name} ({place.third.address}), in VNI {place.segment.vni}."
        )


@contextmanager
def storm(lab: Lab, place: Place) -> Iterator[str]:
    """A client that asks everybody for everything."""
    sender = source("arp", "eth0", place.there.address, str(STORM_RATE))
    with program(lab, place.there, *sender):
        yield (
            f"{place.there.address} on {place.host.name} sends {STORM_RATE} ARP requests a second "
            f"into VNI {place.segment.vni}."
        )


@contextmanager
def low_entropy(lab: Lab, place: Place) -> Iterator[str]:
    """A tunnel device that was told to send from one port."""
    net = f"{GUESTS}.{place.segment.number}"
    addresses = [f"{net}.{number}" for number in range(1, MANY + 1)]
    with ExitStack() as undo:
        options = f"srcport {ONE_PORT} {ONE_PORT + 1}"
        undo.enter_context(replaced_tunnel(lab, place.host, place.segment, options=options))
        undo.enter_context(
            set_up(
                lab,
                place.there,
                [f"address add {address}/32 dev eth0" for address in addresses],
                [f"address del {address}/32 dev eth0" for address in addresses],
                "ip",
            )
        )
        route = f"{net}.0/24 dev eth0"
        undo.enter_context(
            set_up(lab, place.here, [f"route add {route}"], [f"route del {route}"], "ip")
        )
        undo.enter_context(visiting(lab, place.there, place.here, *addresses))
        yield (
            f"{place.host.name} sends all flows of VNI {place.segment.vni} from one UDP port, "
            f"{ONE_PORT}."
        )


@contextmanager
def rogue(lab: Lab, place: Place) -> Iterator[str]:
    """A stranger on the cable who speaks VXLAN and is let in, as all who speak it are."""
    segment = place.segment
    underlay = ip_network(f"{place.watched.address}/{place.watched.prefix}", strict=False)
    inside = f"{GUESTS}.255.{segment.number}"
    port = f"rogue{segment.vni}"
    with ExitStack() as undo:
        lab.add(port)
        undo.callback(lab.release, port)
        peer = f"peer name eth0 netns {lab.path(port)}"
        cable = [f"link add {port} master {CABLE} up type veth {peer}"]
        undo.enter_context(set_up(lab, CABLE, cable, [f"link del {port}"], "ip"))
        lab.ip(
            port,
            [
                f"address add {ROGUE}/32 dev eth0",
                "link set eth0 up",
                f"route add {underlay} dev eth0",
                f"link add tunnel mtu 1450 up type vxlan id {segment.vni} dev eth0 "
                f"local {ROGUE} remote {place.watched.address} dstport {VXLAN_PORT}",
                f"address add {inside}/32 dev tunnel",
                f"route add {place.here.address} dev tunnel",
            ],
        )
        for where, route in ((place.watched, ROGUE), (place.here, inside)):
            written = f"{route}/32 dev eth0"
            undo.enter_context(
                set_up(lab, where, [f"route add {written}"], [f"route del {written}"], "ip")
            )
        undo.enter_context(program(lab, port, "ping", "-q", "-n", "-i", "0.2", place.here.address))
        yield (
            f"{ROGUE}, which is no host of this lab, sends tunnel packets to {place.watched.name} "
            f"and takes part in VNI {segment.vni} as {inside}."
        )


@contextmanager
def hog(lab: Lab, place: Place) -> Iterator[str]:
    """One client that sends far more than all others."""
    bystanders = place.topology.clients_in(place.segment.number)
    others = [client for client in bystanders if client.host and client != place.there][:3]
    with ExitStack() as undo:
        for client in others:
            undo.enter_context(pinging(lab, client, place.here))
        port = undo.enter_context(served(lab, place.here, "iperf3", "-s", "-p"))
        sender = ("iperf3", "-c", place.here.address, "-p", str(port), "-u", "-t", "0")
        # A hog is somebody who was none before.
        later = source("after", str(CALM_S), *sender, "-b", f"{HOG_MBIT}M")
        undo.enter_context(program(lab, place.there, *later))
        yield (
            f"{CALM_S} seconds later, {place.there.address} on {place.host.name} sends {HOG_MBIT} "
            f"Mbit/s to {place.here.address}, and all others next to nothing."
        )


FAULTS = (
    Fault("vni-mismatch", "two hosts have different numbers for one network", vni_mismatch),
    Fault("duplicate", "one inner address is on two hosts", duplicate, hosts=3),
    Fault("storm", "a client floods its network with ARP", storm),
    Fault("low-entropy", "many flows leave from one outer port", low_entropy),
    Fault("rogue", "a stranger sends tunnel packets", rogue),
    Fault("hog", "one client takes the link", hog, hosts=3),
)
