"""Bytes read one after the other, for the slow reference."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from tunnel_monitor.contract import Outcome


class End(Exception):
    """Nothing further can be read; `outcome` is why, if no tunnel was open by then."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.label)
        self.outcome = outcome


class Reader:
    """The bytes not yet read, and how many lie behind the end that a length field set."""

    def __init__(self, frame: bytes) -> None:
        self.left = memoryview(frame)
        self.beyond = 0

    def take(self, count: int) -> memoryview:
        """The next bytes, all of them or the end."""
        if len(self.left) < count:
            raise End(Outcome.TRUNCATED)
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def peek(self, count: int) -> bytes:
        """The next bytes, all of them or the end; they are left where they are."""
        if len(self.left) < count:
            raise End(Outcome.TRUNCATED)
        return bytes(self.left[:count])

    def end_after(self, count: int) -> None:
        """Forget what is behind the next `count` bytes, if there is anything."""
        self.beyond += max(0, len(self.left) - count)
        self.left = self.left[:count]

    def begins_with(self, data: bytes) -> bool:
        """Whether these bytes are next; they are left where they are."""
        return bytes(self.left[: len(data)]) == data

    def next_nibble(self) -> int | None:
        """The next four bits, left where they are; None at the end."""
        return self.left[0] >> 4 if self.left else None


def number(data: memoryview) -> int:
    """In network order."""
    return int.from_bytes(data)


def address(data: memoryview) -> str:
    """RFC 5952 text of 4 or 16 bytes.

    What maps an IPv4 address (::ffff:a.b.c.d) is told as that: the wide key keeps IPv4 so.
    """
    if len(data) == 4:
        return str(IPv4Address(bytes(data)))
    whole = IPv6Address(bytes(data))
    return str(whole.ipv4_mapped or whole)
