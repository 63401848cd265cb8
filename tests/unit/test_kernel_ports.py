"""Which ports are read: settings, then this host's devices, then what is usual."""

from __future__ import annotations

from tunnel_monitor.contract import Encap
from tunnel_monitor.kernel.ports import Origin, Ports, changes
from tunnel_monitor.kernel.tunnels import TunnelDevice
from tunnel_monitor.settings import MonitorSettings

USUAL = MonitorSettings(ports={Encap.VXLAN: (4789, 8472), Encap.GENEVE: (6081,)})
GIVEN = MonitorSettings(
    ports={Encap.VXLAN: (7000,), Encap.GENEVE: (6081,)}, given_ports=frozenset({Encap.VXLAN})
)


def vxlan(port: int, name: str = "vx0") -> TunnelDevice:
    return TunnelDevice(name, "vxlan", 1, port, Encap.VXLAN)


def geneve(port: int, name: str = "gnv0") -> TunnelDevice:
    return TunnelDevice(name, "geneve", 1, port, Encap.GENEVE)


FOU = TunnelDevice("fou0", "ipip", None, 5555, None)
GRE = TunnelDevice("gre0", "gre", 7, None, None)


def origins(ports: Ports) -> dict[int, tuple[str, Origin, str | None]]:
    return {
        port.number: (port.encap.label, port.origin, port.use.device if port.use else None)
        for port in ports.read
    }


def misread(ports: Ports) -> list[tuple[int, str, str | None]]:
    return [
        (one.use.port, one.use.device, one.read_as.label if one.read_as else None)
        for one in ports.misread
    ]


def told(settings: MonitorSettings, before: list[TunnelDevice], now: list[TunnelDevice]) -> str:
    return "\n".join(changes(Ports.of(settings, before), Ports.of(settings, now)))


def test_without_devices_there_is_what_is_usual() -> None:
    assert Ports.of(USUAL).by_encap() == USUAL.ports
    assert {port.origin for port in Ports.of(USUAL).read} == {Origin.DEFAULT}
    assert origins(Ports.of(GIVEN))[7000] == ("vxlan", Origin.SETTING, None)


def test_a_device_adds_its_port() -> None:
    ports = Ports.of(USUAL, [vxlan(12345), vxlan(12345, "vx1"), vxlan(4789, "vx2"), GRE])
    assert ports.by_encap() == {Encap.VXLAN: (4789, 8472, 12345), Encap.GENEVE: (6081,)}
    assert origins(ports)[12345] == ("vxlan", Origin.DEVICE, "vx0")
    assert origins(ports)[4789] == ("vxlan", Origin.DEVICE, "vx2")
    assert origins(ports)[8472] == ("vxlan", Origin.DEFAULT, None)
    assert [port.use.devices for port in ports.read if port.use] == [1, 2]
    assert misread(ports) == []


def test_a_device_is_right_against_what_is_usual() -> None:
    ports = Ports.of(USUAL, [geneve(8472)])
    assert origins(ports)[8472] == ("geneve", Origin.DEVICE, "gnv0")
    assert misread(ports) == []
    assert told(USUAL, [], [geneve(8472)]) == (
        "UDP port 8472 is read as geneve, no longer as vxlan: gnv0 uses it"
    )
    assert told(USUAL, [geneve(8472)], []) == (
        "UDP port 8472 is read as vxlan, no longer as geneve"
    )


def test_what_is_set_is_right_against_devices() -> None:
    ports = Ports.of(GIVEN, [geneve(7000), vxlan(7000)])
    assert origins(ports)[7000] == ("vxlan", Origin.SETTING, "vx0")
    assert misread(ports) == [(7000, "gnv0", "vxlan")]
    assert told(GIVEN, [], [geneve(7000)]) == (
        "cannot read what gnv0 (geneve) sends to UDP port 7000: the port is read as vxlan; "
        "choose what it is with --port geneve=7000"
    )


def test_of_two_devices_the_older_one_is_right() -> None:
    ports = Ports.of(USUAL, [geneve(9000), vxlan(9000)])
    assert origins(ports)[9000] == ("geneve", Origin.DEVICE, "gnv0")
    assert misread(ports) == [(9000, "vx0", "geneve")]


def test_what_nobody_can_read_is_told() -> None:
    assert misread(Ports.of(USUAL, [FOU])) == [(5555, "fou0", None)]
    assert told(USUAL, [], [FOU]) == (
        "cannot read what fou0 (ipip) sends to UDP port 5555: this encapsulation is not known"
    )


def test_only_changes_are_told() -> None:
    assert told(USUAL, [], [vxlan(12345)]) == "UDP port 12345 is read as vxlan: vx0 uses it"
    assert told(USUAL, [vxlan(12345)], [vxlan(12345), vxlan(12345, "vx1")]) == ""
    assert told(USUAL, [vxlan(12345)], []) == (
        "UDP port 12345 is not read any more: the last tunnel device that used it is gone"
    )
    assert told(USUAL, [vxlan(4789)], []) == ""
    assert told(GIVEN, [geneve(7000)], [geneve(7000), geneve(7000, "gnv1")]) == ""


def test_a_device_of_what_is_not_read_is_left_alone() -> None:
    settings = MonitorSettings(encaps=frozenset({Encap.GENEVE}), ports={Encap.GENEVE: (6081,)})
    ports = Ports.of(settings, [vxlan(9999)])
    assert ports.by_encap() == {Encap.GENEVE: (6081,)}
    assert ports.misread == ()
