"""How fast captures are read: `python -m bench.read [FILE ...]` from the root.

Without files it writes some: small packets of few, many and very many flows. Each file is read in
turn by the command's own reader, by `tcpdump -r FILE -w /dev/null`, and by a plain pass that
only gets the file's bytes from the kernel; the best of several rounds counts, in processor
time, so that who else computes disturbs little.
"""

from __future__ import annotations

import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tunnel_monitor.capture.files import CaptureFile
from tunnel_monitor.capture.reader import CaptureReader
from tunnel_monitor.capture.reading import CHUNK
from tunnel_monitor.testing.packets import TCP, UDP, VXLAN, Ethernet, IPv4, packet

ROUNDS = 3
PACKETS = 2_000_000
FLOWS = (1_000, 50_000, 500_000)
INNER_SRC = 14 + 20 + 8 + 8 + 14 + 12  # where it lies in a packet


def write(path: Path, flows: int) -> None:
    """Small packets in VXLAN, each of a flow chosen at random."""
    frame = packet(Ethernet(), IPv4(), UDP(), VXLAN(vni=5), Ethernet(), IPv4(), TCP())
    records = np.zeros(PACKETS, [("head", "<u4", 4), ("frame", "u1", len(frame))])
    records["head"][:, 2:] = len(frame)
    records["frame"] = np.frombuffer(frame, np.uint8)
    chosen = np.random.default_rng(1).integers(0, flows, PACKETS).astype(">u4")
    records["frame"][:, INNER_SRC : INNER_SRC + 4] = chosen.view(np.uint8).reshape(-1, 4)
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        records.tofile(file)


def read(path: Path) -> tuple[float, int]:
    """Seconds from file to table, and packets."""
    start = time.process_time()
    with CaptureReader() as reader, CaptureFile(str(path)) as file:
        reader.read(file)
        reader.totals()
        return time.process_time() - start, reader.packets


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


def measure(path: Path, name: str) -> None:
    rounds = [(*read(path), by_tcpdump(path), plain_pass(path)) for _ in range(ROUNDS)]
    packets = rounds[0][1]
    best, _, tcpdump, plain = (min(column) for column in zip(*rounds, strict=True))
    print(
        f"  {name:32} {packets / best / 1e6:6.2f} million packets/s"
        f"   {best / tcpdump:5.2f} x tcpdump   {best / plain:5.2f} x a plain pass"
    )


def main(files: list[str]) -> None:
    print("captures, from file to table")
    for name in files:
        measure(Path(name), name)
    if files:
        return
    with tempfile.TemporaryDirectory() as folder:
        for flows in FLOWS:
            path = Path(folder) / f"{flows}.pcap"
            write(path, flows)
            measure(path, f"{flows} flows")
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
