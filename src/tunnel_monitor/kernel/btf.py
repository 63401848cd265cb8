"""Are the object's own types those that `layout.py` and `contract.py` believe in?"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import zip_longest

import numpy as np

from tunnel_monitor import contract, layout
from tunnel_monitor.errors import LoadFailed
from tunnel_monitor.kernel.libbpf import library

BTF_KIND_STRUCT = 4
BTF_KIND_ENUM = 6
# struct in flow.h -> dtype in layout.py
STRUCTS = {
    "narrow_key": layout.NARROW_KEY,
    "wide_key": layout.WIDE_KEY,
    "counters": layout.COUNTERS,
    "tally": layout.TALLY,
    "settings": layout.SETTINGS,
    "notices": layout.NOTICES,
    "segment_key": layout.SEGMENT_KEY,
    "segment": layout.SEGMENT,
    "station_key": layout.STATION_KEY,
    "station": layout.STATION,
}
# enum in flow.h -> enum in contract.py, and what the former writes in front of each name
ENUMS: dict[str, tuple[type[IntEnum], str]] = {
    "encap": (contract.Encap, "ENCAP_"),
    "outcome": (contract.Outcome, ""),
    "signal": (contract.Signal, "SIGNAL_"),
    "direction": (contract.Direction, ""),
    "quirk": (contract.Quirk, "QUIRK_"),
    "example": (contract.Example, "EXAMPLE_"),
}


class _Type(ctypes.Structure):
    """struct btf_type of linux/btf.h; its members follow in memory."""

    _fields_ = (
        ("name", ctypes.c_uint32),
        ("info", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
    )


class _Member(ctypes.Structure):
    """struct btf_member; `offset` in bits."""

    _fields_ = (
        ("name", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("offset", ctypes.c_uint32),
    )


class _Enumerator(ctypes.Structure):
    """struct btf_enum."""

    _fields_ = (("name", ctypes.c_uint32), ("value", ctypes.c_int32))


@dataclass(frozen=True, slots=True)
class Field:
    """Where a member lies in its struct, in bytes."""

    name: str
    offset: int
    size: int


def fields_of(dtype: np.dtype[np.void]) -> list[Field]:
    """The members of a structured dtype, in order of their offsets."""
    if dtype.fields is None:
        return []
    listed = [Field(name, found[1], found[0].itemsize) for name, found in dtype.fields.items()]
    return sorted(listed, key=lambda field: field.offset)


class Types:
    """The BTF of an opened object.

    Args:
        btf: what `bpf_object__btf` returned.
    """

    def __init__(self, btf: ctypes.c_void_p) -> None:
        self._btf = btf

    def _find(self, name: str, kind: int) -> tuple[int, int]:
        """(address, number of members) of a type; the members begin at the address."""
        lib = library()
        number = lib.btf__find_by_name_kind(self._btf, name.encode(), kind)
        if number < 0:
            raise LoadFailed(f"cannot use the BPF object: it has no type {name}", "build it again")
        address = lib.btf__type_by_id(self._btf, number)
        count = _Type.from_address(address).info & 0xFFFF
        return address + ctypes.sizeof(_Type), count

    def _text(self, offset: int) -> str:
        text: bytes = library().btf__name_by_offset(self._btf, offset)
        return text.decode()

    def struct(self, name: str) -> list[Field]:
        """The members of a struct.

        Raises:
            LoadFailed: the object has none of that name.
        """
        address, count = self._find(name, BTF_KIND_STRUCT)
        members = (_Member * count).from_address(address)
        resolve = library().btf__resolve_size
        resolve.restype = ctypes.c_int64
        return [
            Field(self._text(m.name), m.offset // 8, resolve(self._btf, m.type)) for m in members
        ]

    def enum(self, name: str) -> dict[str, int]:
        """The values of an enum, by name.

        Raises:
            LoadFailed: the object has none of that name.
        """
        address, count = self._find(name, BTF_KIND_ENUM)
        values = (_Enumerator * count).from_address(address)
        return {self._text(value.name): value.value for value in values}


def check_contract(types: Types) -> None:
    """Compare every shared type.

    Raises:
        LoadFailed: one differs; names it, what was expected and what was found.
    """
    for name, dtype in STRUCTS.items():
        _compare(f"struct {name}", fields_of(dtype), types.struct(name))
    for name, (mirror, prefix) in ENUMS.items():
        wanted = {prefix + member.name: member.value for member in mirror}
        wanted[f"{name}s".upper()] = len(mirror)  # the last name of each enum counts the others
        _compare(f"enum {name}", wanted.items(), types.enum(name).items())


def _compare(what: str, expected: Iterable[object], found: Iterable[object]) -> None:
    """Refuse the first difference."""
    for ours, theirs in zip_longest(expected, found, fillvalue="nothing"):
        if ours != theirs:
            raise LoadFailed(
                f"cannot use the BPF object: {what} has {theirs} where {ours} was expected",
                "build it again (make bpf)",
            )
