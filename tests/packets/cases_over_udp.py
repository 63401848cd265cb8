"""VXLAN-GPE and Geneve: tunnels over UDP that say what they carry."""

from __future__ import annotations

from typing import Final

from tests.packets.expected import ENDPOINTS6, NO_INNER, Case
from tests.packets.over import carried, refused
from tests.packets.stacks import PING4, PING6

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.testing.packets import (
    ARP,
    MPLS,
    NSH,
    UDP,
    VLAN,
    VXLANGPE,
    Ethernet,
    Geneve,
    geneve_option,
    payload,
)

GPE: Final = Encap.VXLAN_GPE
GENEVE: Final = Encap.GENEVE
IP4, IP6 = PING4[1:], PING6[1:]

VXLAN_GPE: Final = [
    *carried("gpe, ethernet", GPE, UDP(), VXLANGPE(10001)),
    *carried("gpe, ipv4", GPE, UDP(), VXLANGPE(10001), inside=IP4),
    *carried("gpe, ipv6", GPE, UDP(), VXLANGPE(10001), inside=IP6, inner=ENDPOINTS6),
    *carried("gpe, nsh and ipv4", GPE, UDP(), VXLANGPE(10001), inside=(NSH(), *IP4)),
    *carried("gpe, nsh and ethernet", GPE, UDP(), VXLANGPE(10001), inside=(NSH(), *PING4)),
    *carried("gpe, mpls and ipv4", GPE, UDP(), VXLANGPE(10001), inside=(MPLS(), *IP4)),
    *carried(
        "gpe, arp", GPE, UDP(), VXLANGPE(1), vni=1, inside=(Ethernet(), ARP()), inner=NO_INNER
    ),
    *carried("gpe, nothing", GPE, UDP(), VXLANGPE(10001), inside=(), inner=NO_INNER),
    *carried("gpe, the largest vni", GPE, UDP(), VXLANGPE(0xFFFFFF, reserved2=0xFF), vni=0xFFFFFF),
    *carried(
        "gpe, no next protocol",
        GPE,
        *(UDP(), VXLANGPE(10001, next_protocol=0)),
        inside=IP4,
        inner=NO_INNER,
    ),
    *carried(
        "gpe, a next protocol of nobody",
        GPE,
        *(UDP(), VXLANGPE(10001, next_protocol=6)),
        inside=PING4,
        inner=NO_INNER,
    ),
    *carried(
        "gpe, announced as the other family",
        GPE,
        *(UDP(), VXLANGPE(10001, next_protocol=2)),
        inside=IP4,
        inner=NO_INNER,
    ),
    *carried(
        "gpe without the flag of the next protocol",
        GPE,
        *(UDP(), VXLANGPE(10001, flags=0x08, next_protocol=1)),
    ),
    *carried(
        "gpe, every other flag and reserved bit",
        GPE,
        *(UDP(), VXLANGPE(10001, flags=0xCF, reserved1=0xFFFF, reserved2=0xFF)),
    ),
    *refused("gpe without a vni", Outcome.NO_VNI, UDP(), VXLANGPE(flags=0x04), *PING4),
    *refused("gpe of version 1", Outcome.UNKNOWN_VERSION, UDP(), VXLANGPE(flags=0x1C), *PING4),
    *refused("gpe of version 2", Outcome.UNKNOWN_VERSION, UDP(), VXLANGPE(flags=0x24), *PING4),
    *refused("gpe cut off", Outcome.TRUNCATED, UDP(), VXLANGPE(), cut=1),
    *refused("gpe not there", Outcome.TRUNCATED, UDP(), VXLANGPE(), cut=8),
]

OPTION: Final = geneve_option(1, b"\1\2\3\4")
CRITICAL: Final = geneve_option(0x81, bytes(8))

GENEVE_CASES: Final = [
    *carried("geneve, ethernet", GENEVE, UDP(), Geneve(10001)),
    *carried("geneve, ipv4", GENEVE, UDP(), Geneve(10001), inside=IP4),
    *carried("geneve, ipv6", GENEVE, UDP(), Geneve(10001), inside=IP6, inner=ENDPOINTS6),
    *carried(
        "geneve, arp", GENEVE, UDP(), Geneve(9), vni=9, inside=(Ethernet(), ARP()), inner=NO_INNER
    ),
    *carried("geneve, nothing", GENEVE, UDP(), Geneve(10001), inside=(), inner=NO_INNER),
    *carried("geneve, vni 0", GENEVE, UDP(), Geneve(0), vni=0),
    *carried("geneve, the largest vni", GENEVE, UDP(), Geneve(0xFFFFFF), vni=0xFFFFFF),
    *carried("geneve, an option", GENEVE, UDP(), Geneve(10001, OPTION)),
    *carried("geneve, an option without data", GENEVE, UDP(), Geneve(10001, geneve_option(3))),
    *carried("geneve, two options and ipv4", GENEVE, UDP(), Geneve(10001, OPTION * 2), inside=IP4),
    *carried(
        "geneve, a critical option", GENEVE, UDP(), Geneve(10001, OPTION + CRITICAL, critical=True)
    ),
    *carried(
        "geneve, 252 bytes of options",
        GENEVE,
        *(UDP(), Geneve(10001, geneve_option(2, bytes(120)) * 2 + geneve_option(4))),
    ),
    *carried("geneve, a control packet", GENEVE, UDP(), Geneve(10001, control=True)),
    *carried(
        "geneve, every reserved bit",
        GENEVE,
        *(UDP(), Geneve(10001, reserved1=0x3F, reserved2=0xFF)),
    ),
    *carried("geneve, mpls", GENEVE, UDP(), Geneve(10001), inside=(MPLS(17), MPLS(18), *IP4)),
    *carried("geneve, a tag and ipv4", GENEVE, UDP(), Geneve(10001), inside=(VLAN(5), *IP4)),
    *carried("geneve, nsh", GENEVE, UDP(), Geneve(10001), inside=(NSH(), *IP4)),
    *carried(
        "geneve, an unknown protocol",
        GENEVE,
        *(UDP(), Geneve(10001)),
        inside=(payload(60),),
        inner=NO_INNER,
    ),
    *carried(
        "geneve, inner ethernet cut off",
        GENEVE,
        *(UDP(), Geneve(10001, OPTION)),
        inside=(Ethernet(),),
        inner=NO_INNER,
        cut=1,
    ),
    *refused("geneve of version 1", Outcome.UNKNOWN_VERSION, UDP(), Geneve(version=1), *PING4),
    *refused("geneve of version 3", Outcome.UNKNOWN_VERSION, UDP(), Geneve(version=3), *PING4),
    *refused("geneve cut off", Outcome.TRUNCATED, UDP(), Geneve(), cut=1),
    *refused("geneve not there", Outcome.TRUNCATED, UDP(), Geneve(), cut=8),
    *refused("geneve options cut off", Outcome.TRUNCATED, UDP(), Geneve(options=OPTION), cut=1),
    *refused("geneve options not there", Outcome.TRUNCATED, UDP(), Geneve(words=1)),
    *refused("geneve options past the end", Outcome.TRUNCATED, UDP(), Geneve(words=63), *PING4),
]

CASES: Final[list[Case]] = [*VXLAN_GPE, *GENEVE_CASES]
