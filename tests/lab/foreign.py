"""Programs of somebody else on the hooks that the monitor shares with them."""

from __future__ import annotations

import ctypes
import os
import socket
from pathlib import Path
from typing import Final, NamedTuple

from tests.lab.objects import LoadedPrograms

from tunnel_monitor.contract import Direction
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.namespace import inside

TCX: Final = {
    Direction.INGRESS: libbpf.BPF_TCX_INGRESS,
    Direction.EGRESS: libbpf.BPF_TCX_EGRESS,
}
CLSACT: Final = {
    Direction.INGRESS: libbpf.BPF_TC_INGRESS,
    Direction.EGRESS: libbpf.BPF_TC_EGRESS,
}


class Seen(NamedTuple):
    """What the program `witness` saw; struct seen of foreign.bpf.c."""

    buffers: int
    packets: int
    bytes: int
    wire_bytes: int
    tagged: int
    uncounted: int
    linear_bytes: int
    big: int


class Foreign(LoadedPrograms):
    """One loaded copy of the programs; their links are gone with it.

    Args:
        namespace: the file of the namespace of all interfaces they are attached to.
        name: of the object.
    """

    def __init__(self, namespace: Path, name: str = "foreign") -> None:
        super().__init__(name)
        self._namespace = namespace

    def attach(self, program: str, device: str, way: Direction, *, first: bool = False) -> None:
        """Put a program on a hook by a tcx link, behind all that are there or in front."""

        def there() -> int:
            index = socket.if_nametoindex(device)
            where = libbpf.options(libbpf.LinkOptions, flags=libbpf.BPF_F_BEFORE if first else 0)
            create = self.library.bpf_link_create
            return libbpf.checked(
                create(self.program(program), index, TCX[way], ctypes.byref(where))
            )

        self.closing.callback(os.close, inside(self._namespace, there))

    def add_filter(
        self, program: str, device: str, way: Direction, *, handle: int = 1, priority: int = 9
    ) -> None:
        """Put a program on a hook as a filter of a clsact qdisc; it stays."""

        def there() -> None:
            index = socket.if_nametoindex(device)
            hook = libbpf.options(libbpf.TcHook, ifindex=index, attach_point=CLSACT[way])
            wanted = libbpf.options(
                libbpf.TcOptions,
                prog_fd=self.program(program),
                handle=handle,
                priority=priority,
            )
            libbpf.checked(self.library.bpf_tc_attach(ctypes.byref(hook), ctypes.byref(wanted)))

        inside(self._namespace, there)

    def seen(self) -> Seen:
        """What `witness` saw on all hooks it is on."""
        return Seen(*self.row("seen", len(Seen._fields)))
