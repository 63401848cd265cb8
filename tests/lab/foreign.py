"""Programs of somebody else on the hooks that the monitor shares with them."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Self

import hatch_build

from tunnel_monitor.contract import Direction
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.cpus import possible_cpus
from tunnel_monitor.kernel.namespace import inside

SOURCE: Final = Path(__file__).with_name("foreign.bpf.c")
HEADERS: Final = Path(hatch_build.ROOT) / "bpf"
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


@cache
def compiled() -> bytes:
    """The object, compiled as ours is."""
    flags = ["-O2", "-g", "-mcpu=v3", *hatch_build.uapi_includes(), f"-I{HEADERS}"]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "foreign.bpf.o"
        words = [*hatch_build.bpf_compiler(), *flags, "-c", str(SOURCE), "-o", str(made)]
        subprocess.run(words, check=True)
        return made.read_bytes()


class Foreign:
    """One loaded copy of the programs; they are gone with it.

    Args:
        namespace: the file of the namespace of all interfaces they are attached to.
    """

    def __init__(self, namespace: Path) -> None:
        self._namespace = namespace
        self._lib = libbpf.library()
        self._closing = ExitStack()
        self._lib.bpf_object__open_mem.restype = ctypes.c_void_p
        content = compiled()
        with libbpf.said():
            self._object = libbpf.pointer(
                self._lib.bpf_object__open_mem(content, ctypes.c_size_t(len(content)), None)
            )
        self._closing.callback(self._lib.bpf_object__close, self._object)
        with libbpf.said():
            libbpf.checked(self._lib.bpf_object__load(self._object))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Detach the linked ones, let go of all."""
        self._closing.close()

    def _program(self, name: str) -> int:
        program = self._lib.bpf_object__find_program_by_name(self._object, name.encode())
        return libbpf.checked(self._lib.bpf_program__fd(libbpf.pointer(program)))

    def attach(self, program: str, device: str, way: Direction, *, first: bool = False) -> None:
        """Put a program on a hook by a tcx link, behind all that are there or in front."""

        def there() -> int:
            index = socket.if_nametoindex(device)
            where = libbpf.options(libbpf.LinkOptions, flags=libbpf.BPF_F_BEFORE if first else 0)
            return libbpf.checked(
                self._lib.bpf_link_create(
                    self._program(program), index, TCX[way], ctypes.byref(where)
                )
            )

        self._closing.callback(os.close, inside(self._namespace, there))

    def add_filter(
        self, program: str, device: str, way: Direction, *, handle: int = 1, priority: int = 9
    ) -> None:
        """Put a program on a hook as a filter of a clsact qdisc; it stays."""

        def there() -> None:
            index = socket.if_nametoindex(device)
            hook = libbpf.options(libbpf.TcHook, ifindex=index, attach_point=CLSACT[way])
            wanted = libbpf.options(
                libbpf.TcOptions,
                prog_fd=self._program(program),
                handle=handle,
                priority=priority,
            )
            libbpf.checked(self._lib.bpf_tc_attach(ctypes.byref(hook), ctypes.byref(wanted)))

        inside(self._namespace, there)

    def seen(self) -> Seen:
        """What `witness` saw on all hooks it is on."""
        found = self._lib.bpf_object__find_map_by_name(self._object, b"seen")
        descriptor = libbpf.checked(self._lib.bpf_map__fd(libbpf.pointer(found)))
        words = len(Seen._fields)
        values = (ctypes.c_uint64 * words * possible_cpus())()
        zero = ctypes.c_uint32(0)
        libbpf.checked(
            self._lib.bpf_map_lookup_elem(
                descriptor, ctypes.addressof(zero), ctypes.addressof(values)
            )
        )
        return Seen(*(sum(column) for column in zip(*values, strict=True)))
