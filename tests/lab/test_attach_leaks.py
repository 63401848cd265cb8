"""Fifty starts and stops leave nothing: no descriptor, no map, no program."""

from __future__ import annotations

import errno
import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.lab import hooks, underlay
from tests.lab.counting import SETTINGS, path_of, wait_for
from tests.lab.underlay import HERE

from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.kernel import libbpf
from tunnel_monitor.kernel.drain import WatchedInterface, watch
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

STARTS = {"tcx": 50, "clsact": 5}  # a keeper takes a fifth of a second each time
DESCRIPTORS = Path("/proc/self/fd")
KINDS = {"map_id": "bpf_map_get_fd_by_id", "prog_id": "bpf_prog_get_fd_by_id"}

Numbered = tuple[str, int]


@pytest.fixture
def lab() -> Iterator[Lab]:
    gc.collect()  # what tests before these left to it must not close its descriptors meanwhile
    with underlay.wired() as lab:
        yield lab


def descriptors() -> set[str]:
    return {file.name for file in DESCRIPTORS.iterdir()}


def held() -> set[Numbered]:
    """Maps and programs that this process has descriptors of, by the kernel's own numbers."""
    found = set()
    for name in descriptors():
        try:
            lines = Path("/proc/self/fdinfo", name).read_text(encoding="ascii").splitlines()
        except OSError:  # of the listing itself
            continue
        for line in lines:
            kind, _, number = line.partition(":")
            if kind in KINDS:
                found.add((kind, int(number)))
    return found


def exists(thing: Numbered) -> bool:
    kind, number = thing
    descriptor = getattr(libbpf.library(), KINDS[kind])(number)
    if descriptor == -errno.ENOENT:
        return False
    os.close(libbpf.checked(descriptor))
    return True


def still_there(made: set[Numbered]) -> set[Numbered]:
    """What the kernel does not give back.

    It does so in steps, a link, its program, its maps, the maps in those, each of them some
    grace periods after the last, and those are long on a busy machine.
    """
    wait_for(lambda: not any(map(exists, made)), patience_s=180)
    return set(filter(exists, made))


def start(lab: Lab, how: str) -> WatchedInterface:
    return watch("eth0", replace(SETTINGS, attach=how), path_of(lab, HERE))


@pytest.mark.parametrize("how", STARTS)
def test_starts_and_stops_leave_nothing(lab: Lab, how: str) -> None:
    start(lab, how).close()  # what is loaded once and kept, is loaded now
    before, made = descriptors(), set[Numbered]()
    for _ in range(STARTS[how]):
        watched = start(lab, how)
        made |= held()
        watched.close()
        assert descriptors() == before
    assert len(made) > STARTS[how] * 10, "the counting of what was made is wrong"
    assert not still_there(made)
    assert hooks.nothing_on(lab)


def test_what_is_still_open_is_found(lab: Lab) -> None:
    before = held()
    watched = start(lab, "tcx")
    made = held() - before
    assert made
    assert all(map(exists, made))
    watched.close()
    assert not still_there(made)


def test_failed_starts_leave_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it fails at: no such interface, or the hook that comes second."""
    before = descriptors()
    with pytest.raises(TunnelMonitorError):
        watch("eth7", SETTINGS, path_of(lab, HERE))
    assert descriptors() == before
    create, calls = libbpf.library().bpf_link_create, []

    def refuse_second(*given: object) -> int:
        calls.append(given)
        return -errno.EBUSY if len(calls) == 2 else int(create(*given))

    monkeypatch.setattr(libbpf.library(), "bpf_link_create", refuse_second)
    with pytest.raises(TunnelMonitorError, match="cannot attach to eth0"):
        start(lab, "tcx")
    assert len(calls) == 2
    assert descriptors() == before
    assert hooks.nothing_on(lab)
