"""Inputs of the fuzzer (input.h): those it begins with, and what others mean as captures."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntFlag

from tests.packets.table import CASES
from tests.unit.captures import (
    PACKETS,
    Captured,
    block,
    enhanced,
    interface,
    old,
    option,
    pcap,
    pcapng,
    section,
    simple,
)
from tests.unit.test_capture_links import READ

ETHERNET, RAW_IP = 1, 101
LINKS = (1, 101, 0, 9, 50, 51, 104, 108, 113, 276, 219, 204, 228, 229, 65535)  # of input.h


class Option(IntFlag):
    """The first byte of an input."""

    CAPTURE = 1
    ALL_ENCAPS = 2
    OUTERMOST = 4
    FEW_FLOWS = 8
    ONE_ENCAP = 16


def of_packet(frame: bytes, link_type: int = ETHERNET, options: int = 0) -> bytes:
    """An input that is a packet."""
    return bytes([options & ~Option.CAPTURE, LINKS.index(link_type)]) + frame


def of_capture(capture: bytes, chunk: int = 100, options: int = 0) -> bytes:
    """An input that is a capture, read in such chunks."""
    return bytes([options | Option.CAPTURE, chunk - 1]) + capture


def seeds() -> Iterator[bytes]:
    """What the fuzzer begins with: the packet table, every link type, every kind of record."""
    for case in CASES:
        link_type = ETHERNET if case.link_header else RAW_IP
        for options in (0, Option.ALL_ENCAPS, Option.ALL_ENCAPS | Option.OUTERMOST):
            yield of_packet(case.frame, link_type, options)
    for link_type, frame in READ.values():
        if link_type in LINKS:
            yield of_packet(frame, link_type, Option.OUTERMOST)
        yield of_capture(pcap([Captured(frame, len(frame))], link_type=link_type))
    for capture in captures():
        yield of_capture(capture, options=Option.FEW_FLOWS)
        yield of_capture(capture, chunk=1)


def captures() -> Iterator[bytes]:
    """Each variant of both formats."""
    some = PACKETS[3:7]
    for order in "<>":
        for magic in (0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34):
            yield pcap(some, order=order, magic=magic)
        yield pcap(some, order=order, version=(2, 2))
        yield pcapng(some, order=order)
        clock = option(9, b"\x83", order) + option(14, bytes(8), order)
        blocks = [section(order), interface(order, options=clock), interface(order, longest=60)]
        for one in some:
            blocks += [enhanced(one, 0, order, 1 << 40), simple(one, order), old(one, 1, order)]
        yield b"".join([*blocks, block(0xBAD, bytes(20), order), section(order)])
