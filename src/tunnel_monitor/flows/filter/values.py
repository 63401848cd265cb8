"""What stands behind the colon: one value of a list, as text -> as part of a tree."""

from __future__ import annotations

import re
from fractions import Fraction

from tunnel_monitor.contract import Direction, Encap
from tunnel_monitor.errors import BadFilter, BadSetting
from tunnel_monitor.flows import addresses
from tunnel_monitor.flows.addresses import MAPPED_PREFIX
from tunnel_monitor.flows.filter.keys import UNITS
from tunnel_monitor.flows.filter.tree import Name, Range, Text

NONE = "none"
LARGEST_VNI = 2**32 - 1
LARGEST_COUNT = 2**63 - 1
KNOWN: dict[Text, tuple[str, ...]] = {
    "encap": tuple(encap.label for encap in Encap),
    "direction": tuple(direction.label for direction in Direction),
}

# What looks like an address is one, or wrong; all else may be a name.
ADDRESS_LIKE = re.compile(r"[0-9./]+|.*[:/<>=].*")
UNNAMEABLE = frozenset("()!,*?")
AMOUNT = re.compile(r"([0-9]{1,19}(?:\.[0-9]{1,18})?)([A-Za-z]*)")
NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20}")

_MAPPED_FIRST = int.from_bytes(MAPPED_PREFIX + bytes(4))
_MAPPED_LAST = _MAPPED_FIRST + 2**32 - 1


def address(written: str, start: int) -> tuple[Range, ...] | Name:
    """An address, a prefix, a range, or a name.

    Raises:
        BadFilter: it looks like one of the first three, and is none.
    """
    first, dash, last = written.partition("-")
    if dash and ADDRESS_LIKE.fullmatch(first) and ADDRESS_LIKE.fullmatch(last):
        return _between(first, last, start)
    if not ADDRESS_LIKE.fullmatch(written):
        return Name(written.lower(), start)
    return _prefix(written, start)


def is_name(word: str) -> bool:
    """Whether a filter takes it as the name of an address."""
    return not ADDRESS_LIKE.fullmatch(word) and not UNNAMEABLE & set(word) and word.lower() != NONE


def _prefix(written: str, start: int) -> tuple[Range, ...]:
    network, slash, length = written.partition("/")
    packed = _packed(network, start, len(written))
    width = 128 if ":" in network else 32
    bits = _number(length) if slash else width
    if bits is None or bits > width:
        raise BadFilter(
            f"{written!r} is no prefix", f"give a length from 0 to {width}", start, len(written)
        )
    size = 1 << width - bits
    low = int.from_bytes(packed) // size * size
    return _of_one_family(low, low + size - 1)


def _between(first: str, last: str, start: int) -> tuple[Range, ...]:
    ends = [
        _packed(first, start, len(first)),
        _packed(last, start + len(first) + 1, len(last)),
    ]
    low, high = (int.from_bytes(end) for end in ends)
    families = {end.startswith(MAPPED_PREFIX) for end in ends}
    if low > high or len(families) > 1:
        raise BadFilter(
            f"{first}-{last} is no range of addresses",
            "give the lower one first, both of one family",
            start,
            len(first) + 1 + len(last),
        )
    return _of_one_family(low, high)


def _of_one_family(low: int, high: int) -> tuple[Range, ...]:
    """IPv6 ranges do not mean the mapped addresses in their midst: those are IPv4."""
    parts = [(low, high)]
    if low < _MAPPED_FIRST and high > _MAPPED_LAST:
        parts = [(low, _MAPPED_FIRST - 1), (_MAPPED_LAST + 1, high)]
    return tuple(Range(first.to_bytes(16), last.to_bytes(16)) for first, last in parts)


def _packed(written: str, start: int, length: int) -> bytes:
    try:
        return addresses.parse(written)
    except BadSetting as error:
        raise BadFilter(error.what, error.remedy, start, length) from error


def vni(written: str, start: int) -> tuple[int, int]:
    """A number or a range of numbers, decimal or with 0x.

    Raises:
        BadFilter: it is neither.
    """
    first, dash, last = written.partition("-")
    low, high = _number(first), _number(last if dash else first)
    if low is None or high is None or not low <= high <= LARGEST_VNI:
        raise BadFilter(
            f"{written!r} is no VNI",
            f"give a number up to {LARGEST_VNI}, a range like 10000-10003, or none",
            start,
            len(written),
        )
    return low, high


def _number(written: str) -> int | None:
    """Plain digits; `int` alone would also take `+1`, `1_0` and other scripts' digits."""
    if not NUMBER.fullmatch(written):
        return None
    return int(written, 16 if written[:2] in ("0x", "0X") else 10)


def text(column: Text, written: str, start: int) -> str:
    """A pattern.

    Raises:
        BadFilter: the column has only certain words, and the pattern fits none of them.
    """
    known = KNOWN.get(column)
    if known and not any(fits(written, word) for word in known):
        raise BadFilter(
            f"{written!r} is no {column}",
            f"choose {', '.join(known[:-1])} or {known[-1]}",
            start,
            len(written),
        )
    return written.lower()


def fits(pattern: str, word: str) -> bool:
    """Whether a word fits a pattern with `*` and `?`; case does not matter."""
    return expression(pattern).fullmatch(word) is not None


def expression(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern. Not `fnmatch`: to us brackets are only characters."""
    runs = re.sub(r"\*+", "*", pattern)
    special = {"*": ".*", "?": "."}
    written = "".join(special.get(one) or re.escape(one) for one in runs)
    return re.compile(written, re.IGNORECASE | re.DOTALL)


def amount(written: str, start: int) -> int:
    """A whole number, perhaps with a unit: `10M`, `1.5G`, `800k`, `64`.

    Raises:
        BadFilter: it is none.
    """
    found = AMOUNT.fullmatch(written)
    unit = UNITS.get(found[2], 1 if not found[2] else 0) if found else 0
    value = Fraction(found[1]) * unit if found else Fraction(0)
    if not unit or value.denominator != 1 or value > LARGEST_COUNT:
        raise BadFilter(
            f"{written!r} is no amount",
            f"give a whole number, or one with {', '.join(UNITS)}: 800k, 10M, 1.5G",
            start,
            len(written),
        )
    return value.numerator
