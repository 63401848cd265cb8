"""The packets as tshark sees them."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.packets.headers import (
    ExtensionHeader,
    Header,
    IPHeader,
    LinkHeader,
    Tag,
    TunnelHeader,
    UDPHeader,
)

# https://www.tcpdump.org/linktypes.html
LINKTYPE_ETHERNET: Final = 1
LINKTYPE_RAW: Final = 101

# Names in `frame.protocols`, which lists the layers in their order.
LINKS: Final = {"eth"}
TAGS: Final = {"vlan", "ieee8021ad"}
EXTENSIONS: Final = {"ah", "mipv6", "hip", "shim6"}  # and all that begin with "ipv6."
NO_HEADERS: Final = {"ethertype", "raw"}

HAS_VNI: Final = 0x0800  # of the 16 bits that tshark calls the flags

FIELDS: Final = (
    "frame.protocols",
    *("ip.hdr_len", "ip.src", "ip.dst"),
    *("ipv6.src", "ipv6.dst"),
    "udp.dstport",
    *("vxlan.flags", "vxlan.vni"),
    "_ws.malformed",
)


def dissect(frames: Sequence[bytes], folder: Path, *, link_header: bool) -> list[list[Header]]:
    """The headers of each frame, as far as tshark can read them.

    Args:
        frames: in any number; one call takes 0.2 s and 50 us for each.
        folder: for the capture file that tshark reads.
        link_header: whether they begin with Ethernet.
    """
    capture = folder / "frames.pcap"
    linktype = LINKTYPE_ETHERNET if link_header else LINKTYPE_RAW
    capture.write_bytes(pcap(frames, linktype))
    command = ["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "separator=|"]
    command += ["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"]
    command += ["-d", "udp.port==4789,vxlan", "-d", "udp.port==8472,vxlan"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return [list(headers(line)) for line in done.stdout.splitlines()]


def pcap(frames: Sequence[bytes], linktype: int) -> bytes:
    """A capture file (draft-ietf-opsawg-pcap) in which each frame was as long as it is there."""
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, linktype)
    records = (struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame for frame in frames)
    return head + b"".join(records)


def headers(line: str) -> Iterator[Header]:
    """The headers of one frame, from tshark's line for it.

    Each field has the values of all layers of its kind; a layer that is cut off has not all
    of its own. Nothing can be behind it, so only the last values are missing.
    """
    protocols, *columns = line.split("|")
    values = (iter(column.split(",") if column else ()) for column in columns)
    sizes, src4, dst4, src6, dst6, ports, flags, vnis, malformed = values
    is_cut_off = any(malformed)
    names = protocols.split(":")
    for name, following in zip(names, [*names[1:], ""], strict=True):
        header: Header | None = None
        if name in LINKS:
            header = LinkHeader()
        elif name in TAGS:
            header = Tag()
        elif name == "ip":
            header = ip_header(next(src4, ""), next(dst4, ""))
            has_options = int(next(sizes, "20")) > 20
            if has_options and is_cut_off and not following:
                header = None
        elif name == "ipv6":
            header = ip_header(next(src6, ""), next(dst6, ""))
        elif name in EXTENSIONS or name.startswith("ipv6."):
            header = ExtensionHeader()
        elif name == "udp" and (port := next(ports, "")):
            header = UDPHeader(int(port))
        elif name == "vxlan" and following == "eth":  # else the header itself is cut off
            has_vni = int(next(flags), 16) & HAS_VNI
            vni = int(next(vnis))
            header = TunnelHeader(vni if has_vni else None)
        if header is not None:
            yield header
        elif name not in NO_HEADERS:
            return


def ip_header(src: str, dst: str) -> IPHeader | None:
    """None if the header ends in front of or in its addresses."""
    return IPHeader(src, dst) if src and dst else None
