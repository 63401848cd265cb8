"""The packet table, its truncations and some of its bit flips against tshark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.packets import by_tshark
from tests.packets.expected import Case
from tests.packets.headers import record_from, record_of
from tests.packets.table import CASES, bit_flips, truncations

# Where tshark reads another packet than the rules of this project do, and why.
BOTH = ("", ", over ipv6")
GUESSED = "it guesses by vendors' numbers where a frame begins behind MPLS"
NO_NEXT = "it does not know that LISP can say what follows"
NO_VERSION = "it does not look at the version"
OTHERWISE = {
    "udp length 0": "it ends there; BIG TCP has this",
    "ipv6 of length 0": "only an IPv4 length of 0 is BIG TCP to it",
    "a mobility header": "the last header to it",
    "a host identity header": "the last header to it",
    "all extension headers": "two of which are the last to it",
    "inner addresses that map ipv4": "it tells them as IPv6",
    "ipip, ipv6 inside": "it believes the version, not the protocol in front",
    "long ways on both sides": GUESSED,
    "pppoe of version 2, inside": NO_VERSION,
    "nsh past the end, inside": "it reads on all the same",
    **{
        name + place: why
        for place in ("", ", inside")
        for name, why in {
            "mpls, a pseudowire": GUESSED,
            "mpls, a pseudowire with a sequence number": GUESSED,
            "mpls, a pseudowire without control word": GUESSED,
            "mpls, a pseudowire and tags": GUESSED,
            "mpls, a frame to a card whose number begins with 00": GUESSED,
            "ten headers": GUESSED,
            "mpls, seventeen labels": "it has no limit",
            "pppoe, address and control": "only elsewhere is PPP allowed to have them",
            "pppoe, all of both": "only elsewhere is PPP allowed to have them",
            "ppp without pppoe": "not as a frame's type",
            "nsh of version 1": NO_VERSION,
            "nsh shorter than itself": "it reads on all the same",
        }.items()
    },
    **{
        name + family: why
        for family in BOTH
        for name, why in {
            "gpe without the flag of the next protocol": "it believes the next protocol",
            "gtp-u, a wrong length": "it ends there",
            "gtp-u, ipv4 with 40 bytes of options": "0x4f begins no IPv4 header to it",
            "gtp-u, an extension header of length 0": "it reads on as if it were not there",
            "gtp-u, nine extension headers": "it has no limit",
            "gre, a tag": "no payload of GRE to it",
            "gre, wccp without anything": "it wants a redirect header",
            "gre, nine routes": "it has no limit",
            "erspan 3, ipv4": "it reads frames only",
            "erspan 3, platform and ipv6": "it reads frames only",
            "gre over udp, erspan": "it looks for ERSPAN there, too",
            "l2tp, a wrong length": "it ends there",
            "lisp, next protocol ethernet": NO_NEXT,
            "lisp, next protocol nsh": NO_NEXT,
            "teredo, an answer to vxlan's port": "the lower port counts more to it",
        }.items()
    },
}
# It does not tell whether the routes are whole, and wants a whole redirect header of WCCP.
NOT_TOLD_IN_CUT = ("routing", "wccp")
OTHERWISE_FLIPPED = {
    "two tunnels, options and extension headers: bit 4 of byte 112": "it stops at a bad option",
    "gtp-u, three extension headers, over ipv6: bit 7 of byte 19": "the length of IPv6 is 0",
    "gtp-u, three extension headers, over ipv6: bit 0 of byte 89": "it misreads the second type",
    **{
        f"gtp-u, three extension headers, over ipv6: bit {bit}": "an extension header of length 0"
        for bit in (
            *("2 of byte 74", "3 of byte 74", "0 of byte 90", "1 of byte 90", "3 of byte 90"),
            "0 of byte 94",
        )
    },
    **{
        f"erspan 3, platform: bit {bit} of byte 34": "a GRE flag shifts ERSPAN's version"
        for bit in (4, 5, 6, 7)
    },
    **{
        f"erspan 3, platform: bit {bit} of byte 42": "another version has no session to it"
        for bit in (4, 5, 6, 7)
    },
}
FLIPPED = {
    "ping, ipv4 in ipv4",
    "two tunnels, options and extension headers",
    "geneve, two options and ipv4",
    "gtp-u, three extension headers, over ipv6",
    "gre, checksum and key and sequence number, ethernet",
    "erspan 3, platform",
    "sit, extension headers inside",
}


def seen_otherwise(cases: Sequence[Case], folder: Path, *, link_header: bool = True) -> set[str]:
    """Names of the cases that are another packet to tshark."""
    frames = [case.frame for case in cases]
    seen = by_tshark.dissect(frames, folder, link_header=link_header)
    assert len(seen) == len(cases) > 1000
    return {
        case.name
        for case, headers in zip(cases, seen, strict=True)
        if record_from(headers) != record_of(case.expected)
    }


@pytest.mark.parametrize("link_header", [True, False])
def test_tshark_sees_the_same_tunnels(tmp_path: Path, *, link_header: bool) -> None:
    whole = [case for case in CASES if case.link_header == link_header]
    known = [case for case in whole if case.name not in OTHERWISE]
    cut = [
        cut
        for case in known
        if not any(word in case.name for word in NOT_TOLD_IN_CUT)
        for cut in truncations(case)
    ]
    step = 29 if link_header else 1
    names = seen_otherwise([*whole, *cut[::step]], tmp_path, link_header=link_header)
    assert names == (set(OTHERWISE) if link_header else set())


def test_tshark_sees_the_same_tunnels_in_damaged_frames(tmp_path: Path) -> None:
    cases = [flip for case in CASES if case.name in FLIPPED for flip in bit_flips(case)]
    assert seen_otherwise(cases, tmp_path) == set(OTHERWISE_FLIPPED)
