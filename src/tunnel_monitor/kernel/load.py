"""The object in the kernel: opened, sized, loaded, its tables made.

Nothing here imports numpy: the kernel verifies the programs for as long as Python takes to import
all the rest, so that this comes first (ADR 0029). What their records look like, `tables.py` knows.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from tunnel_monitor.contract import SETTINGS_FIELDS, Encap, bits_of
from tunnel_monitor.errors import LoadFailed, MissingPrivilege, TunnelMonitorError
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.cpus import possible_cpus
from tunnel_monitor.kernel.memory import Shapes, entries_of, tables_bytes
from tunnel_monitor.settings import Boundary, MonitorSettings, Preallocate

OBJECT = Path(__file__).parent.parent / "built" / "tunnel.bpf.o"
GENERATIONS = 2
PROGRAMS = ("count_ingress", "count_egress")
WITHOUT_LINK_HEADER = ("count_bare_ingress", "count_bare_egress")
NOTHING = "nothing"
# Preallocated tables take a new flow faster (0.6 us, not 1.1), and give it back faster (0.4 us, not
# 1), but are 27 MB for each CPU. Where that would be more than this, memory is taken as flows come,
# unless the user wants otherwise (ADR 0024).
MOST_PREALLOCATED_BYTES = 64 * 10**6
# names of the arrays of maps: what is counted, and what is noticed beside sizes
FLOW_TABLES = ("narrow_flows", "wide_flows", "tunnels")
NOTICE_TABLES = ("noticed", "segments", "stations")
ALL_TABLES = FLOW_TABLES + NOTICE_TABLES


class LoadedObject:
    """One copy of the programs with maps of its own: what one interface needs.

    The object stays open as long as this one: its array of programs would be emptied with its
    last descriptor, and inner headers would never be entered.

    Args:
        settings: sizes, and what is a tunnel.
        has_link_header: False where packets begin with their IP header.
        cpus: for how many CPUs to make tables; absent, for all that this machine may have.
        path: the object file.
    Raises:
        MissingPrivilege: not allowed to load.
        LoadFailed: the file is not there, not ours, or the kernel refused it.
    """

    def __init__(
        self,
        settings: MonitorSettings,
        *,
        has_link_header: bool = True,
        cpus: int | None = None,
        path: Path = OBJECT,
    ) -> None:
        self.cpus = cpus or possible_cpus()
        self.table_sizes = settings.used_tables
        self._closing = ExitStack()
        self._lib = libbpf.library()
        try:
            used, others = PROGRAMS, WITHOUT_LINK_HEADER
            if not has_link_header:
                used, others = others, used
            unused = others if settings.own_cost else (*others, NOTHING)
            result = self._load(path, settings, unused)
            if result < 0:
                raise self._refusal(result, path, settings, unused)
            self.btf = libbpf.pointer(self._lib.bpf_object__btf(self._object))
            self.nothing = self._program(NOTHING) if settings.own_cost else None
            self.programs = {
                hook: self._program(name) for hook, name in zip(PROGRAMS, used, strict=True)
            }
            self.tables = {name: self._make_tables(name) for name in ALL_TABLES}
            self._hang_tables()
            self._first_slot = memoryview(self._map_memory(".bss", mmap.PAGESIZE)).cast("I")
            self._closing.callback(self._first_slot.release)
            self._port_encap = self._map_memory(".data.ports", 1 << 16)
            self.ledger = self.map_descriptor("ledger")
            self.set_ports(settings.ports)
        except TunnelMonitorError:
            self._closing.close()
            raise
        except OSError as error:
            self._closing.close()
            raise refusal(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back programs, maps and memory; safe to repeat."""
        self._closing.close()

    def _load(self, path: Path, settings: MonitorSettings, unused: Sequence[str]) -> int:
        """Open the object, size its maps and let the kernel verify it; 0, or a negative errno."""
        self._object = self._open(path)
        self._closing.callback(self._lib.bpf_object__close, self._object)
        self._shapes = {name: self._shape(name) for name in ALL_TABLES}
        self.preallocated = is_preallocated(settings, self._shapes, self.cpus)
        self._configure(settings)
        self._leave_out(unused)
        with self._templates():
            result: int = self._lib.bpf_object__load(self._object)
        return result

    def _refusal(
        self, result: int, path: Path, settings: MonitorSettings, unused: Sequence[str]
    ) -> TunnelMonitorError:
        """Why the kernel refused; it is asked once more, since listening takes long (`said`)."""
        if result == -errno.EPERM:
            return refusal(OSError(errno.EPERM, "not permitted"))
        with libbpf.said() as lines:
            self._load(path, settings, unused)
        tail = "; ".join(line for line in lines[-4:] if line)
        return LoadFailed(
            f"cannot load the BPF programs: the kernel refused them: {tail}",
            "run `tunnel-monitor check`",
        )

    def _open(self, path: Path) -> ctypes.c_void_p:
        if not path.is_file():
            raise LoadFailed(f"cannot load {path}: no such file", "build it with `make bpf`")
        opened = self._lib.bpf_object__open_file(os.fsencode(path), None)
        if opened:
            return ctypes.c_void_p(opened)
        with libbpf.said() as lines:
            self._lib.bpf_object__open_file(os.fsencode(path), None)
        why = "; ".join(lines[-2:]) or os.strerror(ctypes.get_errno())
        raise LoadFailed(f"cannot load {path}: {why}", "build it again with `make bpf`")

    def _map(self, name: str) -> ctypes.c_void_p:
        return libbpf.pointer(self._lib.bpf_object__find_map_by_name(self._object, name.encode()))

    def _shape(self, name: str) -> tuple[int, int]:
        """The bytes of a key and of a value of the tables in an array of maps."""
        table = libbpf.pointer(self._lib.bpf_map__inner_map(self._map(name)))
        return self._lib.bpf_map__key_size(table), self._lib.bpf_map__value_size(table)

    def map_descriptor(self, name: str) -> int:
        """The descriptor of a map, owned by this object."""
        return libbpf.checked(self._lib.bpf_map__fd(self._map(name)))

    def _found_program(self, name: str) -> ctypes.c_void_p:
        return libbpf.pointer(
            self._lib.bpf_object__find_program_by_name(self._object, name.encode())
        )

    def _program(self, name: str) -> int:
        return libbpf.checked(self._lib.bpf_program__fd(self._found_program(name)))

    def _leave_out(self, names: Sequence[str]) -> None:
        """Do not load some programs: the verifier takes its time over each."""
        for name in names:
            libbpf.checked(self._lib.bpf_program__set_autoload(self._found_program(name), 0))

    def _configure(self, settings: MonitorSettings) -> None:
        size = ctypes.c_size_t()
        memory = self._lib.bpf_map__initial_value(self._map(".rodata"), ctypes.byref(size))
        values = {
            "encaps": bits_of(settings.encaps),
            "outermost": settings.boundary is Boundary.OUTERMOST,
            "notices": int(settings.notices),
        }
        packed = struct.pack(f"<{len(values)}I", *(values[name] for name in SETTINGS_FIELDS))
        ctypes.memmove(memory, packed, min(len(packed), size.value))
        for name in ALL_TABLES:
            libbpf.checked(
                self._lib.bpf_map__set_max_entries(self._map(name), GENERATIONS * self.cpus)
            )

    @contextmanager
    def _templates(self) -> Iterator[None]:
        """Show one table of each kind: what the kernel takes into slots later must have its flags.

        Setting the flags of the object's own templates would be less, but crashes in libbpf 1.5.
        """
        with ExitStack() as shown:
            for name, (key, value) in self._shapes.items():
                table = libbpf.create_hash(name, key, value, 1, self._flags)
                shown.callback(os.close, table)
                libbpf.checked(self._lib.bpf_map__set_inner_map_fd(self._map(name), table))
            yield

    @property
    def _flags(self) -> int:
        return 0 if self.preallocated else libbpf.BPF_F_NO_PREALLOC

    def _make_tables(self, name: str) -> list[list[int]]:
        """Descriptors by generation and CPU."""
        entries = entries_of(name, self.table_sizes)
        made: list[list[int]] = []
        for _ in range(GENERATIONS):
            made.append([])
            for _ in range(self.cpus):
                table = libbpf.create_hash(name, *self._shapes[name], entries, self._flags)
                self._closing.callback(os.close, table)
                made[-1].append(table)
        return made

    def _hang_tables(self) -> None:
        """Put each table into its slot, all kinds at once: each waits for a grace period."""

        def hang(name: str) -> None:
            tables = [table for row in self.tables[name] for table in row]
            libbpf.hang_maps(self.map_descriptor(name), 0, tables)

        with ThreadPoolExecutor(len(self.tables), "tables") as threads:
            list(threads.map(hang, self.tables))

    def _map_memory(self, name: str, size: int) -> mmap.mmap:
        """The values of a data section, shared with the running programs."""
        memory = mmap.mmap(self.map_descriptor(name), size)
        self._closing.callback(memory.close)
        return memory

    def set_ports(self, ports: Mapping[Encap, Sequence[int]]) -> None:
        """Say which UDP destination ports are tunnels; counts from the next packet on."""
        table = bytearray(1 << 16)
        for encap, numbers in ports.items():
            for number in numbers:
                table[number] = encap
        self._port_encap[:] = bytes(table)

    def flip(self, generation: int) -> None:
        """Let the programs write to the tables of this generation, 0 or 1, from now on."""
        self._first_slot[0] = generation * self.cpus  # one store of 32 bits

    def wait_for_programs(self) -> None:
        """Return once no program runs that was started before the call (a grace period)."""
        libbpf.hang_maps(self.map_descriptor("tunnels"), 0, self.tables["tunnels"][0][:1])


def is_preallocated(settings: MonitorSettings, shapes: Shapes, cpus: int) -> bool:
    """Whether tables take memory for all their flows at once, instead of as flows come."""
    if settings.preallocate is Preallocate.AUTO:
        size = tables_bytes(shapes, settings.used_tables, GENERATIONS * cpus, preallocated=True)
        return size <= MOST_PREALLOCATED_BYTES
    return settings.preallocate is Preallocate.ALWAYS


def refusal(error: OSError) -> TunnelMonitorError:
    """The error for what the kernel said while loading."""
    if error.errno in (errno.EPERM, errno.EACCES):
        return MissingPrivilege(
            "cannot load the BPF programs: not permitted",
            "run as root or with sudo (CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed)",
        )
    if error.errno == errno.ENOMEM:
        return LoadFailed(
            "cannot load the BPF programs: no memory for the tables",
            "make --flows smaller, or do without --preallocate always",
        )
    return LoadFailed(
        f"cannot load the BPF programs: {error.strerror}", "run `tunnel-monitor check`"
    )
