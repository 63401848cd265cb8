"""Tunnels' UDP ports as users write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from tunnel_monitor.contract import Encap
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.settings import DEFAULT_ENCAPS, USUAL_PORTS


def spell_ports(ports: Mapping[Encap, Sequence[int]]) -> list[str]:
    """Ports as the option takes them."""
    return [f"{encap.label}={','.join(map(str, numbers))}" for encap, numbers in ports.items()]


def parse_ports(
    given: Sequence[str], encaps: Collection[Encap] = DEFAULT_ENCAPS
) -> dict[Encap, tuple[int, ...]]:
    """The ports in force: the usual ones but for the encapsulations that were given.

    Raises:
        BadSetting: as `given_ports`.
    """
    return with_usual(given_ports(given, encaps), encaps)


def given_ports(
    given: Sequence[str], encaps: Collection[Encap] = DEFAULT_ENCAPS
) -> dict[Encap, tuple[int, ...]]:
    """The ports that were given, without the usual ones.

    Args:
        given: as on the command line.
        encaps: those that are read.
    Raises:
        BadSetting: no ENCAP=PORTS, one that does not exist or is not read, or a port given to
            two of them.
    """
    ports: dict[Encap, tuple[int, ...]] = {}
    by_label = {encap.label: encap for encap in USUAL_PORTS}
    for words in given:
        label, _, numbers = words.partition("=")
        try:
            ports[by_label[label]] = tuple(port_number(number) for number in numbers.split(","))
        except (KeyError, ValueError):
            raise BadSetting(
                f"cannot use --port {words!r}",
                f"write it like {spell_ports(USUAL_PORTS)[0]}; there are {', '.join(by_label)}, "
                "and ports from 1 to 65535",
            ) from None
    unread = [encap.label for encap in ports if encap not in encaps]
    if unread:
        raise BadSetting(
            f"cannot use --port for {unread[0]}: it is not read", "name it in --encaps, too"
        )
    taken = Counter(number for numbers in ports.values() for number in set(numbers))
    if taken and max(taken.values()) > 1:
        raise BadSetting(
            f"cannot use port {taken.most_common(1)[0][0]} for two encapsulations", "choose one"
        )
    return ports


def with_usual(
    ports: Mapping[Encap, tuple[int, ...]], encaps: Collection[Encap] = DEFAULT_ENCAPS
) -> dict[Encap, tuple[int, ...]]:
    """Given ports, and the usual ones of all other encapsulations that are read.

    A port that is given to one encapsulation is no longer another's usual one.
    """
    taken = {number for numbers in ports.values() for number in numbers}
    usual = {
        encap: tuple(number for number in numbers if number not in taken)
        for encap, numbers in USUAL_PORTS.items()
        if encap in encaps and encap not in ports
    }
    return usual | dict(ports)


def port_number(written: str) -> int:
    """A UDP port; ValueError if it is none."""
    number = int(written)
    if not 1 <= number <= 65535:
        raise ValueError(written)
    return number
