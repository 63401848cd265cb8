"""Can this host run the monitor? Each question by trying, not by version numbers."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.device import Device
from tunnel_monitor.kernel.load import PROGRAMS, LoadedObject
from tunnel_monitor.kernel.tables import check_records
from tunnel_monitor.settings import MonitorSettings, TableSizes

NEEDED_CAPABILITIES = {12: "CAP_NET_ADMIN", 38: "CAP_PERFMON", 39: "CAP_BPF"}
SMALL = MonitorSettings(tables=TableSizes(narrow=16, wide=16, tunnels=16))


class Verdict(Enum):
    """What an answer means for running the monitor."""

    GOOD = "ok"
    NOTE = "note"  # it runs all the same
    BAD = "no"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question about this host.

    Args:
        question: what was looked at.
        verdict: whether the monitor can live with it.
        found: what is so.
        remedy: what to do, where something is to be done.
    """

    question: str
    verdict: Verdict
    found: str
    remedy: str = ""


def privileges() -> Answer:
    """The capabilities that loading and attaching take."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapEff:"):
            held = int(line.split()[1], 16)
    missing = [name for bit, name in NEEDED_CAPABILITIES.items() if not held >> bit & 1]
    if missing:
        return Answer(
            "privileges", Verdict.BAD, f"lacks {', '.join(missing)}", "run as root or with sudo"
        )
    return Answer("privileges", Verdict.GOOD, "may load and attach; given up after that")


def library() -> Answer:
    """Look for libbpf."""
    try:
        version = libbpf.library().libbpf_version_string().decode()
    except TunnelMonitorError as error:
        return Answer("libbpf", Verdict.BAD, error.what, error.remedy)
    return Answer("libbpf", Verdict.GOOD, version)


def btf() -> Answer:
    """The kernel's own types; nice to have, since the programs use none of them."""
    if Path("/sys/kernel/btf/vmlinux").exists():
        return Answer("BTF", Verdict.GOOD, "the kernel describes its types")
    return Answer(
        "BTF", Verdict.NOTE, "the kernel does not describe its types", "not needed by any feature"
    )


def kernel() -> list[Answer]:
    """Our object through the verifier, then what can be asked of it once it is loaded."""
    try:
        with LoadedObject(SMALL) as loaded:
            check_records(loaded)
            accepted = f"the kernel accepts them ({platform.release()})"
            return [
                Answer("programs", Verdict.GOOD, accepted),
                attaching(loaded.programs[PROGRAMS[0]]),
                jit(loaded.programs[PROGRAMS[0]]),
            ]
    except TunnelMonitorError as error:
        unknown = "cannot tell without loading them"
        return [
            Answer("programs", Verdict.BAD, error.what, error.remedy),
            Answer("attach", Verdict.NOTE, unknown),
            Answer("JIT", Verdict.NOTE, unknown),
        ]


def attaching(program: int) -> Answer:
    """Tcx, tried on the loopback interface for a moment, without changing what runs there."""
    options = libbpf.options(libbpf.LinkOptions)
    link = libbpf.library().bpf_link_create(
        program, socket.if_nametoindex("lo"), libbpf.BPF_TCX_INGRESS, ctypes.byref(options)
    )
    if link >= 0:
        os.close(link)
        return Answer("attach", Verdict.GOOD, "tcx: goes with the process, however it ends")
    return Answer(
        "attach",
        Verdict.NOTE,
        f"no tcx ({os.strerror(-link)}): clsact filters are used, removed by a keeper process",
        "tcx came with Linux 6.6",
    )


def jit(program: int) -> Answer:
    """Whether our programs run as machine code.

    The sysctl says what is wanted, and only in the host's own network namespace.
    """
    if libbpf.program_info(program).jited_prog_len:
        return Answer("JIT", Verdict.GOOD, "on")
    return Answer(
        "JIT",
        Verdict.NOTE,
        "off: each packet costs about five times as much",
        "sysctl net.core.bpf_jit_enable=1",
    )


def interface(name: str) -> Answer:
    """Whether an interface can be watched."""
    question = f"interface {name}"
    try:
        device = Device(name)
    except TunnelMonitorError as error:
        return Answer(question, Verdict.BAD, error.what, error.remedy)
    mtu = device.find_mtu()
    device.close()
    kind = "an Ethernet header" if device.has_link_header else "the IP header"
    return Answer(question, Verdict.GOOD, f"packets begin with {kind}, MTU {mtu}")


def host() -> list[Answer]:
    """All about this host."""
    return [privileges(), library(), *kernel(), btf()]
