"""What is wrong with a capture, as a sentence."""

from __future__ import annotations

from enum import IntEnum

from tunnel_monitor.errors import CaptureDamaged, CaptureUnreadable, TunnelMonitorError


class Fault(IntEnum):
    """Mirrors `enum fault` of native/reader.h."""

    NO_FAULT = 0
    NOT_A_CAPTURE = 1
    UNKNOWN_FORMAT = 2
    PACKET_TOO_LONG = 3
    BAD_BLOCK_LENGTH = 4
    OTHER_BLOCK_LENGTH = 5
    BAD_BYTE_ORDER = 6
    NO_SUCH_INTERFACE = 7
    TOO_MANY_INTERFACES = 8
    OUT_OF_MEMORY = 9


SENTENCES = {
    Fault.UNKNOWN_FORMAT: "version {found} of the format, where only {allowed} is known",
    Fault.PACKET_TOO_LONG: "a packet of {found} bytes, where there can be at most {allowed}",
    Fault.BAD_BLOCK_LENGTH: "a block of {found} bytes, which is none of its kind",
    Fault.OTHER_BLOCK_LENGTH: "a block whose end says {found} bytes and its beginning {allowed}",
    Fault.BAD_BYTE_ORDER: "a section whose byte order mark is {found:#010x}",
    Fault.NO_SUCH_INTERFACE: "a packet of interface {found}, where {allowed} are declared",
    Fault.TOO_MANY_INTERFACES: "a section with more than {allowed} interfaces",
    Fault.OUT_OF_MEMORY: "no memory left to go on",
}


def not_a_capture(name: str, why: str) -> CaptureUnreadable:
    """The error for what is something else."""
    return CaptureUnreadable(
        f"cannot read {name}: {why}", "give captures in the format pcap or pcapng"
    )


def damaged(name: str, place: str, why: str) -> CaptureDamaged:
    """The error for a capture that cannot be read further.

    Args:
        name: the file's.
        place: `byte 1234`, counted from its beginning.
        why: what is there, as a clause.
    """
    return CaptureDamaged(
        f"cannot read all of {name}: at {place}: {why}",
        "what comes before it was counted",
    )


def error_of(fault: Fault, name: str, place: str, found: int, allowed: int) -> TunnelMonitorError:
    """The error for what the native reader stopped at."""
    if fault is Fault.NOT_A_CAPTURE:
        begins = found.to_bytes(4, "little").hex(" ")
        return not_a_capture(name, f"it begins with {begins}, which is no capture's beginning")
    return damaged(name, place, SENTENCES[fault].format(found=found, allowed=allowed))
