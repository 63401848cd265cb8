"""What the `--filter` option means: the language of docs/reference/filter.md."""

from __future__ import annotations

from collections.abc import Collection

from tunnel_monitor.errors import BadFilter, BadSetting
from tunnel_monitor.flows.filter.naming import Lookup, resolved
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.flows.filter.tree import Compare, Node, Texts, leaves
from tunnel_monitor.flows.names import NO_NAMES


def parse_filter(
    text: str, lookup: Lookup = NO_NAMES.lookup, *, without: Collection[str] = ()
) -> Node:
    """What the option means.

    Args:
        text: as given.
        lookup: the addresses of a name.
        without: keys that mean nothing where it is used.
    Raises:
        BadSetting: it means nothing; says where.
    """
    try:
        node = resolved(parse(text), lookup)
    except BadFilter as error:
        raise BadSetting(f"--filter {_pointed(text, error)}: {error.what}", error.remedy) from error
    for leaf in leaves(node):
        key = _key(leaf)
        if key in without:
            raise BadSetting(f"--filter: {key} is not known here", "leave that condition out")
    return node


def _key(leaf: Node) -> str | None:
    match leaf:
        case Texts(column=name) | Compare(measure=name):
            return name
        case _:
            return None


def _pointed(text: str, error: BadFilter) -> str:
    """The text with its wrong part between arrows."""
    end = error.start + error.length
    return f"{text[: error.start]}>>>{text[error.start : end]}<<<{text[end:]}"
