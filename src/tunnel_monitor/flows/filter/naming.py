"""Names in a filter become the addresses that have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from tunnel_monitor.errors import BadFilter
from tunnel_monitor.flows.filter.tree import Addresses, And, Name, Node, Not, Or, Range

# A pattern of names -> the addresses that have one.
Lookup: TypeAlias = Callable[[str], tuple[Range, ...]]


def resolved(node: Node, lookup: Lookup) -> Node:
    """The same tree without names.

    Raises:
        BadFilter: nothing has a name that is written without `*` and `?`.
    """
    match node:
        case And(parts):
            return And(tuple(resolved(part, lookup) for part in parts))
        case Or(parts):
            return Or(tuple(resolved(part, lookup) for part in parts))
        case Not(part):
            return Not(resolved(part, lookup))
        case Addresses(ranges=ranges, names=names) if names:
            found = [one for name in names for one in _known(name, lookup)]
            return replace(node, ranges=(*ranges, *found), names=())
        case _:
            return node


def _known(name: Name, lookup: Lookup) -> tuple[Range, ...]:
    found = lookup(name.pattern)
    if not found and not {"*", "?"} & set(name.pattern):
        raise BadFilter(
            f"no address is known by the name {name.pattern!r}",
            "give an address, or a name of the file given with --names",
            name.start,
            len(name.pattern),
        )
    return found
