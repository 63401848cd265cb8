"""What a filter means, whoever asks and whatever answers: arrays in memory, or a database.

A tree is a value: equal filters are equal, and can be keys. Every node says for a row yes or no.
A row is a flow with its counts in the window that is asked for; so `packets`, `bytes` and the
rates are judged once a flow's rows are added up, and before anything is grouped more coarsely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

OUTER = ("outer_src", "outer_dst")
INNER = ("inner_src", "inner_dst")

Text: TypeAlias = Literal["encap", "path", "direction", "interface", "host"]
Measure: TypeAlias = Literal["packets", "bytes", "rate", "packet_rate"]
TEXTS: tuple[Text, ...] = get_args(Text)
Sign: TypeAlias = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Everything:
    """Each row: the empty filter."""


@dataclass(frozen=True, slots=True)
class And:
    """Rows that all of the parts mean; two parts at least."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Rows that any of the parts means; two parts at least."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Rows that the part does not mean."""

    part: Node


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses from `first` to `last`, both included, compared as 16 bytes in network order.

    IPv4 is mapped. No range holds addresses of both families: `::/0` becomes two, on either
    side of the mapped ones.
    """

    first: bytes
    last: bytes


@dataclass(frozen=True, slots=True)
class Name:
    """The addresses that have a name; `names.resolved` replaces it by ranges.

    Args:
        pattern: as in Texts.
        start: where it stands in the filter's text, for a complaint that nothing has it.
    """

    pattern: str
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Rows of which any of the columns has one of the addresses.

    Args:
        columns: one or more of flows.columns.ADDRESSES.
        ranges: any of these.
        names: or of these; none are left once the tree is resolved.
        absent: or no address at all: no inner IP header, or counted by tunnel only.
    """

    columns: tuple[str, ...]
    ranges: tuple[Range, ...] = ()
    names: tuple[Name, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Vnis:
    """Rows with a VNI in any of the ranges.

    Args:
        ranges: first and last, both included.
        absent: or without a VNI.
    """

    ranges: tuple[tuple[int, int], ...]
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """Rows of which the column's text, as users read it, fits any of the patterns.

    In a pattern `*` is any number of characters, `?` is one; upper and lower case are the same.
    """

    column: Text
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """Rows of which a count compares so with a number.

    Args:
        measure: `rate` is bits on the wire, `packet_rate` packets, each a second of the window.
        sign: how the count has to compare with the value.
        value: a whole number.
    """

    measure: Measure
    sign: Sign
    value: int

    def bound(self, elapsed_ns: int) -> tuple[Literal["packets", "bytes"], Sign, int]:
        """The same without rates: column, sign and number, exact for whole counts.

        Args:
            elapsed_ns: how long the window is.
        """
        if self.measure in ("packets", "bytes"):
            return self.measure, self.sign, self.value
        unit = 8 * 10**9 if self.measure == "rate" else 10**9
        least, rest = divmod(self.value * elapsed_ns, unit)
        if rest and self.sign in ("<", ">="):
            least += 1
        return ("bytes" if self.measure == "rate" else "packets"), self.sign, least


Node: TypeAlias = Everything | And | Or | Not | Addresses | Vnis | Texts | Compare

EVERYTHING = Everything()


def both(*nodes: Node) -> Node:
    """What all of the nodes mean together."""
    parts: list[Node] = []
    for node in nodes:
        if isinstance(node, And):
            parts += node.parts
        elif not isinstance(node, Everything):
            parts.append(node)
    return And(tuple(parts)) if len(parts) > 1 else parts[0] if parts else EVERYTHING


def leaves(node: Node) -> Iterator[Node]:
    """All nodes that look at a row themselves."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield node


def needs_sums(node: Node) -> bool:
    """Whether a flow's rows must be added up over the whole window before it can be judged."""
    return any(isinstance(leaf, Compare) for leaf in leaves(node))


def needs_flows(node: Node) -> bool:
    """Whether tunnels are not enough to judge: it looks at inner addresses or at counts."""
    return any(
        isinstance(leaf, Compare)
        or (isinstance(leaf, Addresses) and not set(leaf.columns) <= set(OUTER))
        for leaf in leaves(node)
    )
