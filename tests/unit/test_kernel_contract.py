"""Loading refuses what it does not know, and says what is wrong and what to do."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from tunnel_monitor import layout
from tunnel_monitor.capture.native import LIBRARY
from tunnel_monitor.errors import LoadFailed, MissingPrivilege
from tunnel_monitor.kernel import btf
from tunnel_monitor.kernel.load import OBJECT, LoadedObject, refusal
from tunnel_monitor.kernel.tables import check_records
from tunnel_monitor.settings import MonitorSettings, TableSizes

SMALL = MonitorSettings(tables=TableSizes(narrow=1, wide=1, tunnels=1))


def check_loaded(path: Path) -> None:
    with LoadedObject(SMALL, path=path) as loaded:
        check_records(loaded)


def fails(path: Path = OBJECT) -> LoadFailed:
    """The error of loading, which must tell a user what to do."""
    with pytest.raises(LoadFailed) as caught:
        check_loaded(path)
    assert caught.value.what
    assert caught.value.remedy
    return caught.value


CHANGED = {
    "one field is elsewhere": (
        "counters",
        [("packets", "<u8"), ("inner_bytes", "<u8"), ("bytes", "<u8")],
        "bytes",
    ),
    "one field is smaller": ("settings", [("encaps", "<u2"), ("outermost", "<u4")], "encaps"),
    "one field is missing": ("tally", layout.TALLY.descr[:-1], "buffer_bytes"),
    "one field is too many": ("wide_key", [*layout.WIDE_KEY.descr, ("mark", "<u4")], "mark"),
    "one field has another name": (
        "narrow_key",
        [("outer_src", "V4"), ("outer_dest", "V4"), *layout.NARROW_KEY.descr[2:]],
        "outer_dst",
    ),
}


@pytest.mark.parametrize(("struct", "fields", "field"), CHANGED.values(), ids=CHANGED.keys())
def test_a_struct_that_differs_is_named_with_its_field(
    struct: str, fields: list[tuple[str, str]], field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(btf.STRUCTS, struct, np.dtype(fields))
    said = str(fails())
    assert f"struct {struct}" in said
    assert field in said
    assert "make bpf" in said


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"INGRESS": 1, "EGRESS": 0}, "INGRESS"),
        ({"INGRESS": 0, "OUTGRESS": 1}, "OUTGRESS"),
        ({"INGRESS": 0}, "EGRESS"),
        ({"INGRESS": 0, "EGRESS": 1, "SIDEWAYS": 2}, "SIDEWAYS"),
    ],
)
def test_an_enum_that_differs_is_named(
    members: dict[str, int], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = IntEnum("changed", members)  # type: ignore[misc]  # its members are the test's data
    monkeypatch.setitem(btf.ENUMS, "direction", (changed, ""))
    said = str(fails())
    assert "enum direction" in said
    assert named in said


def test_an_object_without_our_types_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(btf.STRUCTS, "no_such_struct", layout.COUNTERS)
    assert "no type no_such_struct" in str(fails())


def test_a_missing_object_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "tunnel.bpf.o"
    assert str(missing) in fails(missing).what


def cut_in_half(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def only_a_header(whole: bytes) -> bytes:
    return whole[:64]


def no_sections(whole: bytes) -> bytes:
    return whole[:40] + bytes(8) + whole[48:]


def text(whole: bytes) -> bytes:
    return whole.hex().encode()


def empty(whole: bytes) -> bytes:
    return whole[:0]


@pytest.mark.parametrize("change", [cut_in_half, only_a_header, no_sections, text, empty])
def test_a_corrupt_object_is_named(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    file = tmp_path / "tunnel.bpf.o"
    file.write_bytes(change(OBJECT.read_bytes()))
    assert str(file) in fails(file).what


def test_an_object_for_another_machine_is_named() -> None:
    assert str(LIBRARY) in fails(LIBRARY).what


def test_what_the_kernel_refuses_has_a_remedy() -> None:
    for number, kind in (
        (errno.EPERM, MissingPrivilege),
        (errno.EACCES, MissingPrivilege),
        (errno.ENOMEM, LoadFailed),
        (errno.EINVAL, LoadFailed),
    ):
        error = refusal(OSError(number, "so it is"))
        assert type(error) is kind
        assert error.remedy


# It works as root first, which also imports all that nobody may not be allowed to read.
AS_NOBODY = """
import os
import sys
from pathlib import Path
from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.kernel.drain import watch
from tunnel_monitor.kernel.load import LoadedObject
from tunnel_monitor.kernel.privileges import find_user
from tunnel_monitor.settings import MonitorSettings

attempts = (
    lambda: LoadedObject(MonitorSettings(), path=Path(sys.argv[1])),
    lambda: watch("lo", MonitorSettings()),
)
for attempt in attempts:
    attempt().close()
user = find_user("nobody")
os.setgroups([])
os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
for attempt in attempts:
    try:
        attempt()
    except TunnelMonitorError as error:
        print(type(error).__name__, error.exit_code, error)
"""


@pytest.mark.root
def test_without_privileges_it_says_so() -> None:
    with TemporaryDirectory() as folder:  # pytest's own folders are root's alone
        Path(folder).chmod(0o755)
        words = [sys.executable, "-c", AS_NOBODY, shutil.copy(OBJECT, folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert not done.stderr
    told = done.stdout.splitlines()
    assert len(told) == 2
    for line in told:
        assert line.startswith("MissingPrivilege 77 cannot load the BPF programs: not permitted")
        assert "sudo" in line
