"""Tunnel headers as tshark sees them: those that are read only if asked for."""

from __future__ import annotations

from tests.packets.headers import ClosedHeader, Header, TunnelHeader
from tests.packets.pdml import Seen

from tunnel_monitor.contract import Encap


def teredo(seen: Seen) -> Header:
    """Teredo, whose indications are whole if there is anything behind them."""
    is_indicated = {"teredo.auth", "teredo.orig"} & seen.layer.fields.keys()
    if is_indicated and seen.is_cut:
        return ClosedHeader()
    return TunnelHeader(Encap.TEREDO, None) if seen.layer.size > 1 else ClosedHeader()


def l2tp(seen: Seen) -> Header:
    """A data message of version 2 or 3, over UDP or IP."""
    session3 = seen.layer.number("l2tp.sid")
    if not seen.is_over_udp:
        return TunnelHeader(Encap.L2TP3_IP, session3) if session3 else ClosedHeader()
    if seen.number("l2tp.type"):
        return ClosedHeader()
    if seen.number("l2tp.version") == 3:
        return ClosedHeader() if session3 is None else TunnelHeader(Encap.L2TP, session3)
    tunnel, session = seen.layer.number("l2tp.tunnel"), seen.layer.number("l2tp.session")
    if tunnel is None or session is None or seen.layer.size < l2tp2_size(seen):
        return ClosedHeader()
    return TunnelHeader(Encap.L2TP, tunnel << 16 | session)


def l2tp2_size(seen: Seen) -> int:
    """Bytes of a header of version 2, by its flags."""
    has_offset = seen.number("l2tp.offset_bit")
    size = 6 + 2 * seen.number("l2tp.length_bit") + 4 * seen.number("l2tp.seq_bit")
    return size + (2 + seen.number("l2tp.offset") if has_offset else 0)


def etherip(seen: Seen) -> Header:
    """EtherIP of version 3."""
    is_third = seen.number("etherip.ver") == 3
    return TunnelHeader(Encap.ETHERIP, None) if is_third else ClosedHeader()


def lisp(seen: Seen) -> Header:
    """LISP, its 8 bytes whole."""
    return TunnelHeader(Encap.LISP, seen.layer.number("lisp-data.iid"))
