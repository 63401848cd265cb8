"""Where browsers come in: all that serving needs from the system, and no server yet."""

from __future__ import annotations

import argparse
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunnel_monitor.cli import memory
from tunnel_monitor.errors import BadSetting
from tunnel_monitor.serve import certificate, page
from tunnel_monitor.serve.listen import Listener, listen
from tunnel_monitor.serve.page import File


@dataclass(frozen=True, slots=True)
class Entrance:
    """Taken while there are privileges.

    Args:
        listener: where to serve.
        files: the page.
        allowed_hosts: further names by which browsers may reach it.
        tls: how to serve by https; None: by http.
    """

    listener: Listener
    files: Mapping[str, File]
    allowed_hosts: Sequence[str]
    tls: ssl.SSLContext | None

    @classmethod
    def of(cls, options: argparse.Namespace) -> Entrance:
        """Read the certificate and the page, and listen.

        Raises:
            BadSetting, AddressInUse, MissingPrivilege
        """
        memory.use_one_heap()
        if options.key and not options.certificate:
            raise BadSetting(
                f"cannot use key {options.key}: it belongs to no certificate",
                "name that with --certificate",
            )
        tls = certificate.load(options.certificate, options.key) if options.certificate else None
        return cls(listen(options.listen), page.load(), options.allowed_host, tls)
