"""Only some encapsulations are read: of all others nothing is, in both builds."""

from __future__ import annotations

import pytest
from tests.packets.expected import Case, Expected
from tests.packets.readers import KernelReader, added_up, parsed_natively
from tests.packets.reference import reference
from tests.packets.table import CASES

from tunnel_monitor.contract import Encap, Outcome
from tunnel_monitor.settings import ALL_ENCAPS, DEFAULT_ENCAPS

WITH_LINK_HEADER = [case for case in CASES if case.link_header]
# The default, what shares a protocol or a port with others, and what does not.
CHOSEN = {
    "the common ones": DEFAULT_ENCAPS,
    "vxlan": frozenset({Encap.VXLAN}),
    "gre and vxlan": frozenset({Encap.GRE, Encap.VXLAN}),
    "nvgre and erspan2": frozenset({Encap.NVGRE, Encap.ERSPAN2}),
    "eoip": frozenset({Encap.EOIP}),
    "sit and ip6ip6": frozenset({Encap.SIT, Encap.IP6IP6}),
    "teredo": frozenset({Encap.TEREDO}),
    "l2tp over ip": frozenset({Encap.L2TP3_IP}),
}


def answers(encaps: frozenset[Encap]) -> list[Expected]:
    """What the slow reference says of the whole table."""
    return [reference(case.frame, encaps=encaps) for case in WITH_LINK_HEADER]


def comparable(expected: Expected) -> Expected:
    if expected.outcome is Outcome.FLOW:
        return expected
    return Expected(expected.outcome, expected.bytes)


@pytest.mark.parametrize("one", sorted(ALL_ENCAPS))
def test_one_alone_natively(one: Encap) -> None:
    encaps = frozenset({one})
    frames = [case.frame for case in WITH_LINK_HEADER]
    found = parsed_natively(frames, link_header=True, encaps=encaps)
    assert found == [comparable(expected) for expected in answers(encaps)]
    flows = [expected for expected in found if expected.outcome is Outcome.FLOW]
    assert {step for flow in flows for step in flow.encap} == encaps


@pytest.mark.root
@pytest.mark.parametrize("encaps", CHOSEN.values(), ids=CHOSEN.keys())
def test_some_in_the_kernel(encaps: frozenset[Encap]) -> None:
    expected = answers(encaps)
    runnable = [
        (case, answer)
        for case, answer in zip(WITH_LINK_HEADER, expected, strict=True)
        if case.test_runs
    ]
    with KernelReader(encaps=encaps) as reader:
        for _ in range(2):  # a new flow takes the long way, a known one may take the fast path
            reader.run(case.frame for case, _ in runnable)
        assert reader.take() == added_up(answer for _, answer in runnable * 2)


def test_by_default_the_rare_ones_are_opaque() -> None:
    rare: list[Case] = [
        case
        for case in WITH_LINK_HEADER
        if case.expected.encap and case.expected.encap[0] not in DEFAULT_ENCAPS
    ]
    found = parsed_natively([case.frame for case in rare], link_header=True, encaps=DEFAULT_ENCAPS)
    assert len(rare) > 100
    assert {one.outcome for one in found} == {Outcome.NOT_TUNNELED, Outcome.UNKNOWN_VERSION}
