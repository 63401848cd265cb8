"""Small BPF objects of the tests' own, compiled as the monitor's is."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Final, Self

import hatch_build

from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.cpus import possible_cpus
from tunnel_monitor.kernel.load import LoadedObject

HEADERS: Final = Path(hatch_build.ROOT) / "bpf"


@cache
def compiled(source: Path) -> bytes:
    """The object."""
    flags = ["-O2", "-g", "-mcpu=v3", *hatch_build.uapi_includes(), f"-I{HEADERS}"]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "object.o"
        words = [*hatch_build.bpf_compiler(), *flags, "-c", str(source), "-o", str(made)]
        subprocess.run(words, check=True)
        return made.read_bytes()


class LoadedPrograms:
    """One loaded copy of an object's programs; they are gone with it.

    Args:
        name: of a source file, without `.bpf.c`.
        folder: where it is; absent, beside this file.
    """

    def __init__(self, name: str, folder: Path = Path(__file__).parent) -> None:
        self.library = libbpf.library()
        self.closing = ExitStack()
        content = compiled(folder / f"{name}.bpf.c")
        self.library.bpf_object__open_mem.restype = ctypes.c_void_p
        opened = self.library.bpf_object__open_mem(content, ctypes.c_size_t(len(content)), None)
        self._object = libbpf.pointer(opened)
        self.closing.callback(self.library.bpf_object__close, self._object)
        libbpf.checked(self.library.bpf_object__load(self._object))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all."""
        self.closing.close()

    def program(self, name: str) -> int:
        """The descriptor of a program."""
        found = self.library.bpf_object__find_program_by_name(self._object, name.encode())
        return libbpf.checked(self.library.bpf_program__fd(libbpf.pointer(found)))

    def map(self, name: str) -> int:
        """The descriptor of a map."""
        found = self.library.bpf_object__find_map_by_name(self._object, name.encode())
        return libbpf.checked(self.library.bpf_map__fd(libbpf.pointer(found)))

    def row(self, name: str, words: int) -> list[int]:
        """The only row of a per-CPU array, which is so many 64-bit numbers, added up."""
        values = (ctypes.c_uint64 * words * possible_cpus())()
        zero = ctypes.c_uint32(0)
        libbpf.checked(
            self.library.bpf_map_lookup_elem(
                self.map(name), ctypes.addressof(zero), ctypes.addressof(values)
            )
        )
        return [sum(column) for column in zip(*values, strict=True)]

    def set_row(self, name: str, words: list[int], key: int = 0) -> None:
        """Set a row of a per-CPU array, alike for all CPUs."""
        values = (ctypes.c_uint64 * (len(words) * possible_cpus()))(*words * possible_cpus())
        row = ctypes.c_uint32(key)
        libbpf.checked(
            self.library.bpf_map_update_elem(
                self.map(name), ctypes.byref(row), values, ctypes.c_uint64(0)
            )
        )


def every_table(loaded: LoadedObject) -> list[int]:
    """Descriptors of all tables, of both generations and all CPUs."""
    return [table for rows in loaded.tables.values() for row in rows for table in row]


def accounted(table: int) -> int:
    """Bytes that a map takes, as the kernel has it."""
    lines = Path(f"/proc/self/fdinfo/{table}").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("memlock:"))
    return int(line.split()[1])
