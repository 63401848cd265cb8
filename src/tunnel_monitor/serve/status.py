"""The `status` reply: facts from outside, and what the live view knows of itself."""

from __future__ import annotations

from dataclasses import asdict

from tunnel_monitor.diagnose.diagnosis import Report
from tunnel_monitor.kernel.ports import Misread, Port
from tunnel_monitor.serve.facts import CaptureFacts, Facts
from tunnel_monitor.serve.findings import summary
from tunnel_monitor.serve.members import Json, seconds
from tunnel_monitor.serve.view import Snapshot


def status(snapshot: Snapshot, facts: Facts, viewers: Json, report: Report) -> Json:
    """All members of the reply.

    Args:
        snapshot: the newest one.
        facts: of the same moment.
        viewers: of the event stream, as `Hub.viewers` has them.
        report: the newest one.
    """
    return {
        "version": facts.version,
        "host": facts.host,
        "time": seconds(snapshot.time_ns),
        "started": seconds(facts.started_ns),
        "interval_s": facts.interval_s,
        "drains": snapshot.number,
        "state": state(facts),
        "interfaces": [asdict(interface) for interface in facts.interfaces],
        "encaps": [encap.label for encap in sorted(facts.encaps)],
        "boundary": facts.boundary.value,
        "ports": {encap.label: list(ports) for encap, ports in facts.ports.by_encap().items()},
        "port_origins": [origin(port) for port in facts.ports.read],
        "misread_ports": [misread(one) for one in facts.ports.misread],
        "sinks": [asdict(sink) for sink in facts.sinks],
        "viewers": viewers,
        "findings": summary(report),
        "memory_bytes": str(snapshot.usage.memory_bytes),
        "cpu_share": round(snapshot.usage.cpu_share, 4),
        "own_cost": snapshot.own_cost.members() if snapshot.own_cost else None,
        "flows": snapshot.known_flows,
        "tunnels": snapshot.seen.tunnels,
        "segments": len(snapshot.seen.segments),
        "peers": snapshot.seen.peers,
        "endpoints": snapshot.seen.endpoints,
        "forgotten_flows": snapshot.forgotten_flows,
        "lab": asdict(facts.lab) if facts.lab else None,
        "capture": capture(facts.capture) if facts.capture else None,
    }


def state(facts: Facts) -> str:
    """In one word: is what is shown still growing?"""
    if facts.capture:
        return "file"
    # A store that no host has sent to yet has none, and they may come.
    is_gone = facts.interfaces and not any(one.present for one in facts.interfaces)
    return "gone" if is_gone else "live"


def capture(facts: CaptureFacts) -> Json:
    """What is shown instead of interfaces."""
    ends = {"first": facts.first_ns, "last": facts.last_ns}
    return {
        "files": list(facts.files),
        **{name: None if time_ns is None else seconds(time_ns) for name, time_ns in ends.items()},
        "packets": str(facts.packets),
        "unstamped": str(facts.unstamped),
        "late": str(facts.late),
    }


def origin(port: Port) -> Json:
    """A port that is read, and why."""
    return {
        "port": port.number,
        "encap": port.encap.label,
        "origin": port.origin.value,
        "device": port.use.device if port.use else None,
        "devices": port.use.devices if port.use else 0,
    }


def misread(one: Misread) -> Json:
    """A port that this host's devices use for something else than what it is read as."""
    return {
        "port": one.use.port,
        "kind": one.use.kind,
        "device": one.use.device,
        "devices": one.use.devices,
        "read_as": one.read_as.label if one.read_as else None,
    }
