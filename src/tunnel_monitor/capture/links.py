"""Names of link types that are met in captures and not read here."""

from __future__ import annotations

NAMES = {
    6: "Token Ring",
    10: "FDDI",
    100: "ATM",
    105: "IEEE 802.11",
    107: "Frame Relay",
    109: "OpenBSD enc",
    117: "OpenBSD pflog",
    119: "IEEE 802.11 with Prism header",
    122: "IP over Fibre Channel",
    123: "SunATM",
    127: "IEEE 802.11 with radiotap header",
    187: "Bluetooth HCI",
    189: "USB",
    192: "PPI",
    195: "IEEE 802.15.4",
    197: "ERF",
    201: "Bluetooth HCI",
    220: "USB",
    224: "Fibre Channel",
    227: "CAN",
    239: "nflog",
    247: "InfiniBand",
    249: "USB",
    253: "netlink",
    252: "Wireshark upper PDU",
}


def describe(link_type: int) -> str:
    """`105 (IEEE 802.11)`, or the number alone."""
    name = NAMES.get(link_type)
    return f"{link_type} ({name})" if name else str(link_type)
