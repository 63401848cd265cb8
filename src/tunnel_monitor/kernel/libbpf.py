"""The functions of libbpf that we call, by ctypes; nothing here knows our object.

libbpf reports failure as a negative errno, or a null pointer with errno set; every function here
turns both into OSError. Written against libbpf 1.0 and later, whose ABI is stable; options
structs may be a prefix of the real ones, since they begin with their own size.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from tunnel_monitor.errors import UnsupportedHost

BPF_MAP_TYPE_HASH = 1
BPF_F_NO_PREALLOC = 1
LIBBPF_DEBUG = 2  # enum libbpf_print_level
BPF_NOEXIST = 1
BPF_TCX_INGRESS = 46
BPF_TCX_EGRESS = 47
BPF_F_BEFORE = 1 << 3
BPF_TC_INGRESS = 1
BPF_TC_EGRESS = 2
BPF_STATS_RUN_TIME = 0
ENOTSUPP = 524  # the kernel's own, not in errno.h

_PRINT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_POINTERS = (
    "bpf_object__open_file",
    "bpf_object__find_map_by_name",
    "bpf_object__find_program_by_name",
    "bpf_object__btf",
    "bpf_map__initial_value",
    "bpf_map__inner_map",
    "btf__type_by_id",
    "btf__name_by_offset",
)


class TestRun(ctypes.Structure):
    """struct bpf_test_run_opts: one run of a program over a packet of our own."""

    _fields_ = (
        ("sz", ctypes.c_size_t),
        ("data_in", ctypes.c_void_p),
        ("data_out", ctypes.c_void_p),
        ("data_size_in", ctypes.c_uint32),
        ("data_size_out", ctypes.c_uint32),
        ("ctx_in", ctypes.c_void_p),
        ("ctx_out", ctypes.c_void_p),
        ("ctx_size_in", ctypes.c_uint32),
        ("ctx_size_out", ctypes.c_uint32),
        ("retval", ctypes.c_uint32),
        ("repeat", ctypes.c_int),
        ("duration", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("cpu", ctypes.c_uint32),
        ("batch_size", ctypes.c_uint32),
    )


class SkBuff(ctypes.Structure):
    """struct __sk_buff: what a program is told of a packet, as far as a test run may set it."""

    _fields_ = (
        ("set_by_the_run", ctypes.c_uint8 * 164),
        ("gso_segs", ctypes.c_uint32),
        ("sk", ctypes.c_uint64),
        ("gso_size", ctypes.c_uint32),
        ("tstamp_type", ctypes.c_uint32),
        ("hwtstamp", ctypes.c_uint64),
    )


class ProgramInfo(ctypes.Structure):
    """struct bpf_prog_info, up to its run-time statistics."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("id", ctypes.c_uint32),
        ("tag", ctypes.c_uint8 * 8),
        ("jited_prog_len", ctypes.c_uint32),
        ("xlated_prog_len", ctypes.c_uint32),
        ("jited_prog_insns", ctypes.c_uint64),
        ("xlated_prog_insns", ctypes.c_uint64),
        ("load_time", ctypes.c_uint64),
        ("created_by_uid", ctypes.c_uint32),
        ("nr_map_ids", ctypes.c_uint32),
        ("map_ids", ctypes.c_uint64),
        ("name", ctypes.c_char * 16),
        ("ifindex", ctypes.c_uint32),
        ("gpl_compatible", ctypes.c_uint32),
        ("netns_dev", ctypes.c_uint64),
        ("netns_ino", ctypes.c_uint64),
        ("nr_jited_ksyms", ctypes.c_uint32),
        ("nr_jited_func_lens", ctypes.c_uint32),
        ("jited_ksyms", ctypes.c_uint64),
        ("jited_func_lens", ctypes.c_uint64),
        ("btf_id", ctypes.c_uint32),
        ("func_info_rec_size", ctypes.c_uint32),
        ("func_info", ctypes.c_uint64),
        ("nr_func_info", ctypes.c_uint32),
        ("nr_line_info", ctypes.c_uint32),
        ("line_info", ctypes.c_uint64),
        ("jited_line_info", ctypes.c_uint64),
        ("nr_jited_line_info", ctypes.c_uint32),
        ("line_info_rec_size", ctypes.c_uint32),
        ("jited_line_info_rec_size", ctypes.c_uint32),
        ("nr_prog_tags", ctypes.c_uint32),
        ("prog_tags", ctypes.c_uint64),
        ("run_time_ns", ctypes.c_uint64),
        ("run_cnt", ctypes.c_uint64),
    )


class LinkOptions(ctypes.Structure):
    """struct bpf_link_create_opts, up to what tcx needs of it."""

    _fields_ = (
        ("sz", ctypes.c_size_t),
        ("flags", ctypes.c_uint32),
        ("iter_info_len", ctypes.c_uint32),
        ("iter_info", ctypes.c_void_p),
        ("target_btf_id", ctypes.c_uint32),
    )


class MapOptions(ctypes.Structure):
    """struct bpf_map_create_opts, up to its flags."""

    _fields_ = (
        ("sz", ctypes.c_size_t),
        ("btf_fd", ctypes.c_uint32),
        ("btf_key_type_id", ctypes.c_uint32),
        ("btf_value_type_id", ctypes.c_uint32),
        ("btf_vmlinux_value_type_id", ctypes.c_uint32),
        ("inner_map_fd", ctypes.c_uint32),
        ("map_flags", ctypes.c_uint32),
    )


class BatchOptions(ctypes.Structure):
    """struct bpf_map_batch_opts."""

    _fields_ = (
        ("sz", ctypes.c_size_t),
        ("elem_flags", ctypes.c_uint64),
        ("flags", ctypes.c_uint64),
    )


class TcHook(ctypes.Structure):
    """struct bpf_tc_hook: the clsact qdisc's ingress or egress of one interface."""

    _fields_ = (
        ("sz", ctypes.c_size_t),
        ("ifindex", ctypes.c_int),
        ("attach_point", ctypes.c_int),
        ("parent", ctypes.c_uint32),
    )


class TcOptions(ctypes.Structure):
    """struct bpf_tc_opts: one filter on such a hook."""

    _fields_ = (
        ("sz", ctypes.c_size_t),
        ("prog_fd", ctypes.c_int),
        ("flags", ctypes.c_uint32),
        ("prog_id", ctypes.c_uint32),
        ("handle", ctypes.c_uint32),
        ("priority", ctypes.c_uint32),
    )


@cache
def library() -> ctypes.CDLL:
    """The loaded libbpf.

    Raises:
        UnsupportedHost: there is none.
    """
    try:
        lib = ctypes.CDLL("libbpf.so.1", use_errno=True)
    except OSError as error:
        raise UnsupportedHost(
            "cannot load libbpf.so.1: it is not installed",
            "install libbpf 1.0 or later (Debian, Ubuntu: apt install libbpf1)",
        ) from error
    for name in _POINTERS:
        getattr(lib, name).restype = ctypes.c_void_p
    lib.libbpf_version_string.restype = ctypes.c_char_p
    lib.btf__name_by_offset.restype = ctypes.c_char_p
    lib.bpf_map_lookup_and_delete_batch.argtypes = [
        ctypes.c_int,
        *[ctypes.c_void_p] * 5,
        ctypes.POINTER(BatchOptions),
    ]
    lib.libbpf_set_print(None)  # what it says would go to standard error
    lib.bpf_map_lookup_elem.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    return lib


def options(kind: type[Any], **fields: int) -> Any:
    """An options struct that knows its own size."""
    return kind(sz=ctypes.sizeof(kind), **fields)


def checked(result: int) -> int:
    """The result of a libbpf call.

    Raises:
        OSError: it was a negative errno.
    """
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


def pointer(result: int | None) -> ctypes.c_void_p:
    """The pointer that a libbpf call returned.

    Raises:
        OSError: it was null.
    """
    if not result:
        number = ctypes.get_errno() or errno.ENOENT
        raise OSError(number, os.strerror(number))
    return ctypes.c_void_p(result)


@contextmanager
def said() -> Iterator[list[str]]:
    """Collect what libbpf says meanwhile; else it is silent.

    It says a thousand lines of each object, and each takes Python's lock: while another thread
    imports, that is longer than the kernel takes to verify.
    """
    lines: list[str] = []
    vsnprintf = ctypes.CDLL(None).vsnprintf

    def collect(level: int, template: bytes, arguments: int) -> int:
        if level >= LIBBPF_DEBUG:
            return 0
        text = ctypes.create_string_buffer(1 << 16)
        vsnprintf(text, len(text), template, ctypes.c_void_p(arguments))
        lines.extend(text.value.decode(errors="replace").splitlines())
        return 0

    callback = _PRINT(collect)
    library().libbpf_set_print(callback)
    try:
        yield lines
    finally:
        library().libbpf_set_print(None)


def program_info(program: int) -> ProgramInfo:
    """What the kernel says of a program; sizes are 0 to those who may not see its code.

    Args:
        program: its descriptor.
    Raises:
        OSError: the kernel refused.
    """
    info = ProgramInfo()
    size = ctypes.c_uint32(ctypes.sizeof(info))
    checked(library().bpf_obj_get_info_by_fd(program, ctypes.byref(info), ctypes.byref(size)))
    return info


def create_hash(name: str, key_size: int, value_size: int, entries: int, flags: int) -> int:
    """Make a hash map.

    Returns:
        Its descriptor, to be closed by the caller.
    Raises:
        OSError: the kernel refused; EPERM without CAP_BPF.
    """
    made = options(MapOptions, map_flags=flags)
    return checked(
        library().bpf_map_create(
            BPF_MAP_TYPE_HASH,
            name.encode()[:15],
            key_size,
            value_size,
            entries,
            ctypes.byref(made),
        )
    )


def hang_maps(array_of_maps: int, first_slot: int, inner_maps: list[int]) -> None:
    """Put maps into consecutive slots of an array of maps.

    The call returns only after an RCU grace period: no program that could still see what was
    there before is running (kernel/bpf/syscall.c, maybe_wait_bpf_programs). One batch waits
    once; kernels that have no batches for such maps wait for each slot.

    Args:
        array_of_maps: its descriptor.
        first_slot: where the first goes.
        inner_maps: their descriptors.
    Raises:
        OSError: the kernel refused.
    """
    count = len(inner_maps)
    slots = (ctypes.c_uint32 * count)(*range(first_slot, first_slot + count))
    values = (ctypes.c_uint32 * count)(*inner_maps)
    done = ctypes.c_uint32(count)
    made = options(BatchOptions)
    lib = library()
    result = lib.bpf_map_update_batch(
        array_of_maps, slots, values, ctypes.byref(done), ctypes.byref(made)
    )
    if result in (-ENOTSUPP, -errno.EOPNOTSUPP, -errno.EINVAL):
        for slot, value in zip(slots, values, strict=True):
            key, inner = ctypes.c_uint32(slot), ctypes.c_uint32(value)
            checked(
                lib.bpf_map_update_elem(array_of_maps, ctypes.byref(key), ctypes.byref(inner), 0)
            )
        return
    checked(result)
