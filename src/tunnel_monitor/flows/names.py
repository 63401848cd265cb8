"""Names of addresses, as a file gives them: `172.16.1.100 gateway1`, `172.16.2.0/24 lab2`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tunnel_monitor.errors import BadFilter, BadSetting
from tunnel_monitor.flows.filter import values
from tunnel_monitor.flows.filter.tree import Name, Range

MOST = 100_000  # lines with names: 40 MB
MOST_NEAREST = 1 << 14  # answers that are remembered
COMMENT = "#"


class Naming(Protocol):
    """What knows names; any thread may ask, and nobody has to wait."""

    def __bool__(self) -> bool:
        """Whether there are any names at all."""

    def of(self, address: bytes) -> str | None:
        """The name to show beside an address of 16 bytes."""

    def lookup(self, pattern: str) -> tuple[Range, ...]:
        """All addresses with a name that fits the pattern."""

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Each name, with the first of its addresses."""


@dataclass(frozen=True, slots=True)
class Names:
    """Which address has which names.

    Args:
        exact: address of 16 bytes -> its names, the one to show first.
        ranges: addresses that share a name, the narrowest first.
    """

    exact: Mapping[bytes, tuple[str, ...]] = field(default_factory=dict)
    ranges: tuple[tuple[Range, str], ...] = ()
    # Threads may share it: at worst two of them look for the same.
    _nearest: dict[bytes, str | None] = field(default_factory=dict, init=False, repr=False)

    def __bool__(self) -> bool:
        return bool(self.exact or self.ranges)

    def of(self, address: bytes) -> str | None:
        """The name to show beside an address: its own, or that of the narrowest range."""
        own = self.exact.get(address)
        if own:
            return own[0]
        if not self.ranges:
            return None
        if address not in self._nearest:
            if len(self._nearest) >= MOST_NEAREST:
                self._nearest.clear()
            self._nearest[address] = self._of_range(address)
        return self._nearest[address]

    def _of_range(self, address: bytes) -> str | None:
        return next((name for one, name in self.ranges if one.first <= address <= one.last), None)

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Each name, with the first of its addresses."""
        for address, names in self.exact.items():
            yield from ((name, address) for name in names)
        yield from ((name, one.first) for one, name in self.ranges)

    def lookup(self, pattern: str) -> tuple[Range, ...]:
        """All addresses with a name that fits the pattern."""
        fits = values.expression(pattern).fullmatch
        single = [
            Range(address, address)
            for address, names in self.exact.items()
            if any(map(fits, names))
        ]
        return (*single, *(one for one, name in self.ranges if fits(name)))


NO_NAMES = Names()


def read(path: Path) -> Names:
    """The names of a file.

    Raises:
        BadSetting: it cannot be read, or a line is not an address and names.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadSetting(
            f"cannot read names from {path}: {reason}", "give a file like /etc/hosts"
        ) from error
    return of_lines(lines, str(path))


def of_lines(lines: Iterable[str], source: str) -> Names:
    """The names that lines give.

    Args:
        lines: address or prefix, blank, names; `#` begins a comment.
        source: where they are from, for complaints.
    Raises:
        BadSetting: a line is something else; says which.
    """
    exact: dict[bytes, tuple[str, ...]] = {}
    ranges: list[tuple[Range, str]] = []
    for number, line in enumerate(lines, 1):
        words = line.partition(COMMENT)[0].split()
        if not words:
            continue
        if len(exact) + len(ranges) >= MOST:
            raise _bad(source, number, "there are too many names", f"give {MOST} at most")
        for one in _addresses(words[0], source, number):
            names = tuple(_name(word, source, number) for word in words[1:])
            if not names:
                raise _bad(source, number, f"{words[0]} has no name", "write it behind the address")
            if one.first == one.last:
                exact[one.first] = tuple(dict.fromkeys((*exact.get(one.first, ()), *names)))
            else:
                ranges += [(one, name) for name in names]
    ranges.sort(key=lambda pair: int.from_bytes(pair[0].last) - int.from_bytes(pair[0].first))
    return Names(exact, tuple(ranges))


def _addresses(written: str, source: str, number: int) -> tuple[Range, ...]:
    try:
        found = values.address(written.partition("%")[0], 0)  # fe80::1%lo0: a scope is no part
    except BadFilter as error:
        raise _bad(source, number, error.what, error.remedy) from error
    if isinstance(found, Name):
        raise _bad(source, number, f"{written!r} is no address", "write the address first")
    return found


def _name(word: str, source: str, number: int) -> str:
    """Only names that can be written in a filter are of use."""
    if values.is_name(word):
        return word
    raise _bad(source, number, f"{word!r} is no name", "take letters, digits, dots and dashes")


def _bad(source: str, number: int, what: str, remedy: str) -> BadSetting:
    return BadSetting(f"cannot read names from {source}, line {number}: {what}", remedy)
