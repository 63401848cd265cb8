"""Columns of rows as users read them, in every reply, line and table alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tunnel_monitor.contract import PATH_BITS, Direction, Encap, Signal
from tunnel_monitor.flows import addresses, columns
from tunnel_monitor.flows.columns import Rows
from tunnel_monitor.flows.filter.tree import Text
from tunnel_monitor.flows.question import Place

# By number: made once, as many callers ask about one row.
ENCAPS: Final = [encap.label for encap in Encap]
DIRECTIONS: Final = [direction.label for direction in Direction]
SIGNALS: Final = {signal.bit: signal.label for signal in Signal}


def has_address(rows: Rows, name: str) -> NDArray[np.bool_]:
    """(n,) whether the column means anything: an inner `::` is an address, an outer one is not."""
    if name.startswith("inner"):
        return columns.has_inner(rows)
    return np.asarray((columns.address(rows, name) != 0).any(axis=1))


def texts(rows: Rows, name: str) -> list[str]:
    """The address of each row; empty where there is none."""
    written = addresses.texts(columns.address(rows, name))
    pairs = zip(written, has_address(rows, name).tolist(), strict=True)
    return [text if present else "" for text, present in pairs]


def vnis(rows: Rows) -> list[int | None]:
    """The VNI of each row; None where it has none."""
    pairs = zip(rows["vni"].tolist(), columns.has_vni(rows).tolist(), strict=True)
    return [vni if present else None for vni, present in pairs]


def directions(rows: Rows) -> list[str]:
    """`ingress` or `egress`."""
    return [DIRECTIONS[number] for number in columns.direction(rows).tolist()]


def overflows(rows: Rows) -> list[bool]:
    """Whether each row is what was counted by tunnel only."""
    return (rows["overflow"] != 0).tolist()  # type: ignore[no-any-return]  # of numpy's bool


def encaps(rows: Rows) -> list[str]:
    """`vxlan`, ...: the record's own; `none` for what was counted without its tunnel."""
    return [ENCAPS[number] for number in columns.encap(rows).tolist()]


def signals(rows: Rows) -> list[str]:
    """`geneve_options`, ...: of rows with one signal each."""
    return [SIGNALS[bit] for bit in (rows["meta"] & columns.SIGNAL_MASK).tolist()]


def paths(rows: Rows) -> list[str]:
    """All encapsulations, the outermost first: `vxlan`, `vxlan/vxlan`."""
    numbers, places = np.unique(columns.path(rows), return_inverse=True)
    names = [path(number) for number in numbers.tolist()]
    return [names[place] for place in places.tolist()]


def words(
    rows: Rows, column: Text, places: Sequence[Place]
) -> tuple[Sequence[str], NDArray[np.intp]]:
    """Different texts of a column, and (n,) which of them each row has.

    Args:
        rows: (n,) FLOW.
        column: which.
        places: a row's `interface` is a place in them.
    """
    match column:
        case "encap":
            return ENCAPS, columns.encap(rows).astype(np.intp)
        case "direction":
            return DIRECTIONS, columns.direction(rows).astype(np.intp)
        case "interface":
            return [place.interface for place in places], rows["interface"].astype(np.intp)
        case "host":
            return [place.host for place in places], rows["interface"].astype(np.intp)
        case "path":
            numbers, found = np.unique(columns.path(rows), return_inverse=True)
            return [path(number) for number in numbers.tolist()], found


def path(number: int) -> str:
    """The text of one path of `columns.path`."""
    steps = []
    while number:
        steps.append(Encap(number & ((1 << PATH_BITS) - 1)).label)
        number >>= PATH_BITS
    return "/".join(steps) or Encap.NONE.label
