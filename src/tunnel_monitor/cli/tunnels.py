"""Encapsulations as users write them."""

from __future__ import annotations

from tunnel_monitor.contract import Encap
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.settings import ALL_ENCAPS, DEFAULT_ENCAPS

ALL = "all"


def spell(encaps: frozenset[Encap]) -> list[str]:
    """Encapsulations as the option takes them, in the order of the contract."""
    return [encap.label for encap in sorted(encaps)]


def parse_encaps(written: str | None) -> frozenset[Encap]:
    """The encapsulations that are read.

    Args:
        written: as on the command line; None if nothing was.
    Raises:
        BadSetting: one of them does not exist.
    """
    if written is None:
        return DEFAULT_ENCAPS
    if written == ALL:
        return ALL_ENCAPS
    by_label = {encap.label: encap for encap in ALL_ENCAPS}
    try:
        return frozenset(by_label[label] for label in written.split(","))
    except KeyError as error:
        raise BadSetting(
            f"cannot read encapsulation {error}",
            f"--encaps takes {ALL}, or some of {', '.join(spell(ALL_ENCAPS))}",
        ) from None
