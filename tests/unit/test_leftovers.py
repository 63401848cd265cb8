"""The check that tests leave nothing behind can fail."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.leftovers import MARK, belongings, left_since


def test_nothing_is_left_by_doing_nothing() -> None:
    assert not left_since(belongings())


def test_a_running_process_is_left_until_it_ends() -> None:
    before = belongings()
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        try:
            assert f"process {sleeper.pid}: sleep 60" in left_since(before, patience_s=0.2)
        finally:
            sleeper.kill()
    assert not left_since(before)


def test_a_process_whose_parent_has_gone_is_left(tmp_path: Path) -> None:
    before = belongings()
    noted = tmp_path / "pid"
    subprocess.run(["sh", "-c", f"sleep 60 & echo $! > {noted}"], check=True)
    orphan = int(noted.read_text())
    try:
        assert f"process {orphan}: sleep 60" in left_since(before, patience_s=0.2)
    finally:
        os.kill(orphan, 9)
    assert not left_since(before)


def test_somebody_elses_process_is_not_ours() -> None:
    before = belongings()
    others = {name: value for name, value in os.environ.items() if name != MARK}
    with subprocess.Popen(["sleep", "60"], env=others) as sleeper:
        try:
            assert not left_since(before, patience_s=0.2)
        finally:
            sleeper.kill()


def test_an_open_namespace_is_left_until_it_is_closed() -> None:
    before = belongings()
    held = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        assert left_since(before, patience_s=0.2) == {"descriptor of net": 1}
    finally:
        os.close(held)
    assert not left_since(before)
