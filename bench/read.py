"""How fast captures are read, from file to table.

Small packets of few, many and very many flows. Each file is read in turn by the command's own
reader, by `tcpdump -r FILE -w /dev/null`, and by a plain pass that only gets the file's bytes
from the kernel; in processor time, so that who else computes disturbs little.
"""

from __future__ import annotations

import resource
import struct
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from bench.figures import Effort, Row, in_turn

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.reading import CHUNK
from tunnel_monitor.testing.packets import TCP, UDP, VXLAN, Ethernet, IPv4, packet

ROUNDS = 5
PACKETS = 2_000_000
# flows -> million packets a second
FLOWS = {1_000: 5.0, 50_000: 5.0, 500_000: None}
INNER_SRC = 14 + 20 + 8 + 8 + 14 + 12  # where it lies in a packet


def write(path: Path, flows: int, packets: int) -> None:
    """Small packets in VXLAN, each of a flow chosen at random."""
    frame = packet(Ethernet(), IPv4(), UDP(), VXLAN(vni=5), Ethernet(), IPv4(), TCP())
    records = np.zeros(packets, [("head", "<u4", 4), ("frame", "u1", len(frame))])
    records["head"][:, 2:] = len(frame)
    records["frame"] = np.frombuffer(frame, np.uint8)
    chosen = np.random.default_rng(1).integers(0, flows, packets).astype(">u4")
    records["frame"][:, INNER_SRC : INNER_SRC + 4] = chosen.view(np.uint8).reshape(-1, 4)
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        records.tofile(file)


def read(path: Path) -> float:
    """Seconds from file to table."""
    start = time.process_time()
    with CaptureReader() as reader, CaptureFile(str(path)) as file:
        reader.read(file)
        reader.totals()
        return time.process_time() - start


def by_tcpdump(path: Path) -> float:
    """Seconds that tcpdump takes to copy the capture to nowhere."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["tcpdump", "-r", str(path), "-w", "/dev/null"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def plain_pass(path: Path) -> float:
    """Seconds to get all bytes of a file from the kernel: nobody can be faster."""
    buffer = bytearray(CHUNK)
    start = time.process_time()
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return time.process_time() - start


def measure(effort: Effort) -> list[Row]:
    """Rows by number of flows; each file is read in turn by all three."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for flows, target in FLOWS.items():
            path = Path(folder) / f"{flows}.pcap"
            packets = effort.of(PACKETS)
            write(path, flows, packets)
            rows += measure_one(effort, path, f"read-{flows}", packets, target)
            path.unlink()
    return rows


def measure_one(
    effort: Effort, path: Path, name: str, packets: int, target: float | None
) -> list[Row]:
    """One file."""
    steps = {
        "read": partial(read, path),
        "tcpdump": partial(by_tcpdump, path),
        "pass": partial(plain_pass, path),
    }
    found = in_turn(steps, min(effort.rounds, ROUNDS))
    ours, tcpdump, plain = (median(found[step]) for step in ("read", "tcpdump", "pass"))
    flows = name.removeprefix("read-")
    rates = [packets / seconds / 1e6 for seconds in found["read"]]
    note = f"a second; {ours / tcpdump:.1f} x tcpdump's time, {ours / plain:.1f} x a plain pass's"
    what = f"`read` of a file with {flows} flows"
    return [Row.of(name, what, "million packets", rates, at_least=target, note=note)]
