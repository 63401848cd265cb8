"""rtnetlink's messages about links: asked for, awaited, taken apart.

Only what finding tunnel devices takes: a library for all of rtnetlink needs a third of a second to
be imported. Nothing here needs a right, neither to ask nor to be told.

Source: rtnetlink(7), linux/netlink.h, linux/rtnetlink.h.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP = 0x1, 0x10, 0x300
RTMGRP_LINK = 1
IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS = 29, 1 << 3
NLA_TYPE_MASK = 0x3FFF  # the rest are flags that say how the value is coded
LONGEST = 1 << 16  # that the kernel sends at once

HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence number, port
LINK = struct.Struct("=BxHiII")  # family, device type, number, flags, changed flags
ATTRIBUTE = struct.Struct("=HH")  # length with these four bytes, type

Attributes: TypeAlias = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class LinkMessage:
    """What the kernel tells of one device.

    Args:
        index: the device's number.
        present: false when it has gone.
        attributes: by their numbers in linux/if_link.h.
    """

    index: int
    present: bool
    attributes: Attributes


class MissedMessages(Exception):
    """Some were lost, or the devices changed while they were listed: list them again."""


class Tables:
    """Whatever the kernel lists of one network namespace: that in which the calling thread is now.

    Raises:
        OSError: the kernel refused; so does `list`.
    """

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))

    def close(self) -> None:
        """Ask no more."""
        self._socket.close()

    def list(self, kind: int, body: bytes) -> Iterator[bytes]:
        """The bodies of all messages that answer one question; each call gets a whole answer.

        Args:
            kind: RTM_GET…
            body: what it takes, with attributes that choose.
        """
        flags = NLM_F_REQUEST | NLM_F_DUMP
        self._socket.send(HEADER.pack(HEADER.size + len(body), kind, flags, 1, 0) + body)
        while True:
            for answer, _, answered in messages(self._socket.recv(LONGEST)):
                if answer == NLMSG_DONE:
                    return
                if answer == NLMSG_ERROR:
                    raise refused(answered)
                yield answered


class Links:
    """The devices of one network namespace: that in which the calling thread is now.

    Raises:
        OSError: the kernel refused; so do all methods.
    """

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        self._socket.bind((0, RTMGRP_LINK))

    def close(self) -> None:
        """Be told no more."""
        self._socket.close()

    def fileno(self) -> int:
        """Readable when there are changes."""
        return self._socket.fileno()

    def list(self) -> Iterator[LinkMessage]:
        """All devices, with the changes that are told meanwhile, in order.

        Raises:
            MissedMessages: at the end, so that the next list can be asked for.
        """
        mask = attribute(IFLA_EXT_MASK, struct.pack("=I", RTEXT_FILTER_SKIP_STATS))
        body = LINK.pack(0, 0, 0, 0, 0) + mask
        flags = NLM_F_REQUEST | NLM_F_DUMP
        self._socket.send(HEADER.pack(HEADER.size + len(body), RTM_GETLINK, flags, 1, 0) + body)
        missed = False
        while True:
            try:
                received = self._socket.recv(LONGEST)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                missed = True
                continue
            for kind, flags, body in messages(received):
                missed |= bool(flags & NLM_F_DUMP_INTR)
                if kind == NLMSG_DONE:
                    if missed:
                        raise MissedMessages
                    return
                yield from links_of(kind, body)

    def changes(self) -> Iterator[LinkMessage]:
        """What has changed since the last call, without waiting.

        Raises:
            MissedMessages: more had changed than the kernel keeps.
        """
        while True:
            try:
                received = self._socket.recv(LONGEST, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    raise MissedMessages from error
                raise
            for kind, _, body in messages(received):
                yield from links_of(kind, body)


def messages(received: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, flags and body of each message in what was received at once."""
    at = 0
    while at + HEADER.size <= len(received):
        size, kind, flags, _, _ = HEADER.unpack_from(received, at)
        yield kind, flags, received[at + HEADER.size : at + size]
        at += aligned(size)


def links_of(kind: int, body: bytes) -> Iterator[LinkMessage]:
    """The device that a message tells of, if it does.

    A bridge tells of its ports in such messages, too, under a family of its own: a device that
    leaves a bridge looks gone then.
    """
    if kind == NLMSG_ERROR:
        raise refused(body)
    if kind in (RTM_NEWLINK, RTM_DELLINK):
        family, _, index, _, _ = LINK.unpack_from(body)
        if family == socket.AF_UNSPEC:
            yield LinkMessage(index, kind == RTM_NEWLINK, attributes(body[LINK.size :]))


def refused(body: bytes) -> OSError:
    """What an error's message says."""
    number = -struct.unpack_from("=i", body)[0]
    return OSError(number, os.strerror(number))


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, to be sent."""
    packed = ATTRIBUTE.pack(ATTRIBUTE.size + len(value), kind) + value
    return packed.ljust(aligned(len(packed)), b"\0")


def attributes(data: bytes) -> Attributes:
    """The attributes in a message, or in an attribute that nests others."""
    found, at = {}, 0
    while at + ATTRIBUTE.size <= len(data):
        size, kind = ATTRIBUTE.unpack_from(data, at)
        found[kind & NLA_TYPE_MASK] = data[at + ATTRIBUTE.size : at + size]
        at += max(aligned(size), ATTRIBUTE.size)
    return found


def aligned(size: int) -> int:
    """Where what follows so many bytes begins."""
    return (size + 3) & ~3
