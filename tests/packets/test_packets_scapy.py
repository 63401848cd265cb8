"""The packet table, and every seventh of its truncations, against Scapy."""

from __future__ import annotations

import pytest
from tests.packets import by_scapy, cases_gre
from tests.packets.expected import Case
from tests.packets.headers import record_from, record_of
from tests.packets.table import CASES, VXLAN_CASES, truncations

from tunnel_monitor.contract import Encap, Outcome

# Where Scapy reads another packet than the rules of this project do, and why. Names stand for
# those of the same packet over IPv6, and inside a tunnel, too.
OTHERWISE = {
    **dict.fromkeys(
        ["a tag of the old kind", "three tags", "three inner tags"],
        "0x9100 is no tag to it",
    ),
    **dict.fromkeys(
        [
            *("ah", "ah without a check value", "ah with a check value of 32 bytes"),
            *("ah of 8 bytes", "ah of 1028 bytes", "all extension headers"),
            *("a mobility header", "a host identity header", "a shim6 header"),
            *("ip6ip6 behind ah", "ipip behind ah", "ipip behind two ah", "ipip behind eight ah"),
        ],
        "the last header to it",
    ),
    **dict.fromkeys(
        [
            "every reserved bit",
            "every reserved bit over ipv6",
            "gpe, every other flag and reserved bit",
        ],
        "a policy's flag together with that of VXLAN-GPE moves the VNI",
    ),
    "ipv6 of length 0": "an empty packet to it",
    "udp ends in its header": "it reads on",
    "inner addresses that map ipv4": "it tells them as IPv6",
    **dict.fromkeys(
        [
            *("mpls multicast", "pppoe, mpls", "pppoe, mpls multicast", "ppp without pppoe"),
            *("a frame as payload of a frame", "ten headers", "long ways on both sides"),
            *("gpe, mpls and ipv4", "geneve, mpls", "geneve, a tag and ipv4", "geneve, nsh"),
            *("gre, ppp", "gre, wccp 1", "gre, wccp 2", "gtp-u, an ethernet frame"),
        ],
        "it does not know that one may follow the other",
    ),
    **dict.fromkeys(
        ["mpls, seventeen labels", "gtp-u, nine extension headers", "gre, nine routes"],
        "it has no limit",
    ),
    **dict.fromkeys(
        ["pppoe of length 0", "pppoe ends in ip", "nsh shorter than itself"],
        "it does not look at the length",
    ),
    **dict.fromkeys(
        ["pppoe of version 2, inside", "nsh of version 1"],
        "it does not look at the version",
    ),
    "nsh past the end, inside": "it does not look at the length",
    **dict.fromkeys(
        [
            *("gtp-u, a longer one", "gtp-u, the longest one", "gtp-u, three extension headers"),
            *("gtp-u, eight extension headers", "gtp-u, an extension header cut off"),
            *("gtp-u, an extension header not there", "gtp-u, an extension header of length 0"),
            "gtp-u, an extension header past the end",
        ],
        "of extension headers it reads a PDU session container in front of the packet",
    ),
    "gtp-u, ipv4 with 40 bytes of options": "0x4f begins no IPv4 header to it",
    **dict.fromkeys(
        ["erspan 3, ipv4", "erspan 3, platform and ipv6", "erspan 3, a reserved frame type"],
        "it reads frames only",
    ),
    "erspan 3, platform cut off": "the platform's part is a layer to it",
    **dict.fromkeys(
        [
            "gre, a route of length 0 that is no end",
            "gre, a route past the end",
            "gre, routing cut off",
            "gre, routing without an end",
            *(case.name for case in cases_gre.WORDS if "routing" in case.name),
            "gre over udp, all words",
        ],
        "it does not find the end of the routes",
    ),
    **dict.fromkeys(
        [
            "l2tp of version 3, a frame",
            "l2tp of version 3, a cookie, a sublayer and ipv4",
            "l2tp of version 3, the largest session",
        ],
        "it does not know that version",
    ),
    **dict.fromkeys(
        ["l2tp, an offset past the end", "l2tp, the largest offset"],
        "it does not look whether the padding is whole",
    ),
    "mpls over udp, nothing": "no layer to it",
    "gre over udp, erspan": "it looks for ERSPAN there, too",
    "pptp without a key": "there is always one to it",
}
# It has no layer for them, so it stops there.
UNREAD = {Encap.TEREDO, Encap.LISP, Encap.EOIP, Encap.L2TP3_IP}
# UDP ends where its length says, or padding is taken for what is behind a header.
OTHERWISE_CUT = {"udp length 0", "jumbo"}


def is_otherwise(case: Case) -> bool:
    """Whether it is named above, as itself or in another place, or has a tunnel that is."""
    if case.expected.outcome is Outcome.TOO_DEEP:
        return any(encap.label in case.name.split(" in ") for encap in UNREAD)
    if UNREAD & set(case.expected.encap):
        return True
    name = case.name.removesuffix(", over ipv6")
    return not OTHERWISE.keys().isdisjoint({name, name.removesuffix(", inside")})


WITH_LINK_HEADER = [case for case in CASES if case.link_header]


def agrees(case: Case) -> bool:
    return record_from(by_scapy.dissect(case.frame)) == record_of(case.expected)


@pytest.mark.parametrize("case", WITH_LINK_HEADER, ids=lambda case: case.name)
def test_scapy_sees_the_same_tunnels(case: Case) -> None:
    assert agrees(case) != is_otherwise(case)


def test_each_difference_is_one_of_a_case() -> None:
    assert OTHERWISE.keys() <= {case.name for case in CASES}


def test_scapy_sees_the_same_tunnels_in_cut_frames() -> None:
    cut = [
        cut
        for case in VXLAN_CASES
        if case.link_header and not is_otherwise(case) and case.name not in OTHERWISE_CUT
        for cut in truncations(case)
    ][::7]
    assert len(cut) > 5000
    assert [case.name for case in cut if not agrees(case)] == []
