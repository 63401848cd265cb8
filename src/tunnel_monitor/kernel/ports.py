"""Which UDP ports are tunnels': as set, as this host's tunnel devices have them, or by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tunnel_monitor.contract import Encap
from tunnel_monitor.kernel.tunnels import TunnelDevice
from tunnel_monitor.settings import MonitorSettings


class Origin(StrEnum):
    """Why a port is read as what it is read as: the first of these that says anything."""

    SETTING = "setting"
    DEVICE = "device"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Use:
    """What some of this host's tunnel devices use a port for.

    Args:
        port: UDP destination port.
        kind: of the devices, as `ip link` calls it.
        encap: what they send there; None where the parser does not read that.
        device: the name of the oldest.
        devices: how many they are.
    """

    port: int
    kind: str
    encap: Encap | None
    device: str
    devices: int


@dataclass(frozen=True, slots=True)
class Port:
    """A UDP destination port that is read.

    Args:
        number: the port.
        encap: what packets to it are read as.
        origin: why.
        use: by devices, as the same; None without any.
    """

    number: int
    encap: Encap
    origin: Origin
    use: Use | None = None


@dataclass(frozen=True, slots=True)
class Misread:
    """Devices whose packets are not read as what they are.

    Args:
        use: theirs.
        read_as: what packets to that port are read as instead; None: they are not read at all.
    """

    use: Use
    read_as: Encap | None


@dataclass(frozen=True, slots=True)
class Ports:
    """All ports in force at one moment.

    Args:
        read: by encapsulation, then number.
        misread: what devices use otherwise; nobody may find that out from missing numbers.
    """

    read: tuple[Port, ...]
    misread: tuple[Misread, ...] = ()

    @classmethod
    def of(cls, settings: MonitorSettings, devices: Sequence[TunnelDevice] = ()) -> Ports:
        """Decide what each port is read as.

        Args:
            settings: the user's ports, and those that are usual.
            devices: the oldest first; where two of them disagree, that one is right.
        """
        uses = [use for use in uses_of(devices) if is_wanted(use, settings)]
        found = {port.number: port for port in reversed(list(candidates(settings, uses)))}
        misread = []
        for use in uses:
            port = found.get(use.port)
            if port and port.encap is use.encap:
                found[use.port] = replace(port, use=use)
            else:
                misread.append(Misread(use, port.encap if port else None))
        in_order = sorted(found.values(), key=lambda port: (port.encap, port.number))
        return cls(tuple(in_order), tuple(misread))

    def by_encap(self) -> Mapping[Encap, tuple[int, ...]]:
        """The numbers alone."""
        return {
            encap: tuple(port.number for port in self.read if port.encap is encap)
            for encap in dict.fromkeys(port.encap for port in self.read)
        }


def is_wanted(use: Use, settings: MonitorSettings) -> bool:
    """Whether the user left it in; what the parser does not know at all has to be told."""
    return use.encap is None or use.encap in settings.encaps


def uses_of(devices: Sequence[TunnelDevice]) -> list[Use]:
    """What devices use ports for, that of the oldest first; a host may have thousands of them."""
    found: dict[tuple[int, str, Encap | None], list[str]] = {}
    for device in devices:
        if device.port is not None:
            found.setdefault((device.port, device.kind, device.encap), []).append(device.name)
    return [Use(*key, device=names[0], devices=len(names)) for key, names in found.items()]


def candidates(settings: MonitorSettings, uses: Sequence[Use]) -> Iterator[Port]:
    """All that a port might be read as; the first for each number is right."""

    def of_settings(origin: Origin, *, given: bool) -> Iterator[Port]:
        for encap, numbers in settings.ports.items():
            if (encap in settings.given_ports) == given:
                yield from (Port(number, encap, origin) for number in numbers)

    yield from of_settings(Origin.SETTING, given=True)
    yield from (Port(use.port, use.encap, Origin.DEVICE) for use in uses if use.encap)
    yield from of_settings(Origin.DEFAULT, given=False)


def changes(before: Ports, now: Ports) -> Iterator[str]:
    """What has to be told to a user, a sentence for each."""
    then = {port.number: port for port in before.read}
    here = {port.number: port for port in now.read}
    for number in sorted(then.keys() | here.keys()):
        sentence = change(then.get(number), here.get(number))
        if sentence:
            yield f"UDP port {number} {sentence}"
    told = {(one.use.port, one.use.kind, one.read_as) for one in before.misread}
    for one in now.misread:
        if (one.use.port, one.use.kind, one.read_as) not in told:
            yield left_out(one)


def change(before: Port | None, now: Port | None) -> str | None:
    """What became of one port, as the rest of a sentence."""
    if now is None:
        return "is not read any more: the last tunnel device that used it is gone"
    if before and before.encap is now.encap:
        return None
    instead = f", no longer as {before.encap.label}" if before else ""
    because = f": {now.use.device} uses it" if now.use else ""
    return f"is read as {now.encap.label}{instead}{because}"


def left_out(one: Misread) -> str:
    """Whose packets are not read as what they are, and what to do."""
    use = one.use
    attempt = f"cannot read what {use.device} ({use.kind}) sends to UDP port {use.port}"
    if one.read_as is None:
        return f"{attempt}: this encapsulation is not known"
    return (
        f"{attempt}: the port is read as {one.read_as.label}; "
        f"choose what it is with --port {(use.encap or one.read_as).label}={use.port}"
    )
