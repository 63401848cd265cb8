"""The packet table: every header combination the parser must know, and what it becomes.

Pure data, for whoever can parse: the kernel's test-run, the native build, the slow reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from tests.packets import (
    cases_between,
    cases_broken,
    cases_gre,
    cases_gtpu,
    cases_inside,
    cases_ipip,
    cases_l2tp,
    cases_linkless,
    cases_mixed,
    cases_nested,
    cases_outside,
    cases_over_udp,
    cases_rare,
    cases_tunnel,
)
from tests.packets.expected import Case
from tests.packets.reference import reference

GROUPS: Final[Mapping[str, Sequence[Case]]] = {
    "outside": cases_outside.CASES,
    "broken": cases_broken.CASES,
    "vxlan": cases_tunnel.CASES,
    "inside": cases_inside.CASES,
    "nested": cases_nested.CASES,
    "no link header": cases_linkless.CASES,
    "between": cases_between.CASES,
    "over udp": cases_over_udp.CASES,
    "gtp-u": cases_gtpu.CASES,
    "gre": cases_gre.CASES,
    "ip in ip": cases_ipip.CASES,
    "l2tp": cases_l2tp.CASES,
    "rare": cases_rare.CASES,
    "mixed": cases_mixed.CASES,
}
CASES: Final[list[Case]] = [case for group in GROUPS.values() for case in group]
VXLAN_CASES: Final[list[Case]] = [case for group in list(GROUPS)[:6] for case in GROUPS[group]]


@cache
def truncations(case: Case) -> tuple[Case, ...]:
    """The case's frame cut at every byte, with what the reference says of each."""
    return tuple(
        Case(
            f"{case.name}: {length} bytes",
            case.frame[:length],
            reference(case.frame[:length], link_header=case.link_header),
            case.link_header,
        )
        for length in range(len(case.frame))
    )


def bit_flips(case: Case) -> Iterator[Case]:
    """The case's frame with each of its bits wrong in turn, with what the reference says."""
    for place, byte in enumerate(case.frame):
        for bit in range(8):
            frame = case.frame[:place] + bytes([byte ^ 1 << bit]) + case.frame[place + 1 :]
            expected = reference(frame, link_header=case.link_header)
            name = f"{case.name}: bit {bit} of byte {place}"
            yield Case(name, frame, expected, case.link_header)
