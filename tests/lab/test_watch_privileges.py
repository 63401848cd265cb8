"""Once attached, `watch` is nobody, may do nothing, cannot become more, and works on."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab import commands, watched
from tests.lab.commands import Running
from tests.lab.watched import Page, both_ways

from tunnel_monitor.kernel.privileges import CAP_NET_ADMIN
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

CAPABILITY_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
IN_GROUPS = ("setpriv", "--groups", "0,1,4")  # as a login of root's may be
NOBODY = pwd.getpwnam("nobody")


def threads(pid: int) -> list[dict[str, str]]:
    """What the kernel says of each thread."""
    return [watched.status_of(folder) for folder in Path(f"/proc/{pid}/task").iterdir()]


def expect_powerless(thread: dict[str, str], keeps: int = 0) -> None:
    """Nobody in every respect, but for capabilities that are kept on purpose."""
    assert thread["Uid"].split() == [str(NOBODY.pw_uid)] * 4
    assert thread["Gid"].split() == [str(NOBODY.pw_gid)] * 4
    assert thread["Groups"] == ""
    assert thread["NoNewPrivs"] == "1"
    held = {name: int(thread[name], 16) for name in CAPABILITY_SETS}
    assert held == {name: keeps if name in ("CapPrm", "CapEff") else 0 for name in held}


@pytest.mark.parametrize("attach", ["tcx", "clsact"])
def test_every_thread_has_given_up_root_and_all_goes_on(
    attach: str, lab: Lab, home: int, tmp_path: Path
) -> None:
    words = ("eth0", "--attach", attach, "--interval", "0.2")
    with watched.watch(lab, home, tmp_path, *words, prefix=IN_GROUPS) as running:
        page = Page.of(running)
        with page.events() as events:  # threads that make replies have begun by then
            first, second = next(events), next(events)
            assert second["drains"] > first["drains"]
            watched.ping(lab, 41)
            page.wait_for_drain()
            assert page.counted() == both_ways(41)
            assert page.ask("/").status == 200
            found = threads(running.process.pid)
        assert len(found) >= 4  # the server's, the drain's, the live view's, one that replies
        for thread in found:
            expect_powerless(thread)
        expect_keepers(running, 1 if attach == "clsact" else 0)
        assert page.api("status")["interfaces"][0]["attach"] == attach


def expect_keepers(running: Running, count: int) -> None:
    """The keeper of clsact filters may remove them, and nothing else."""
    below = commands.descendants(running.process.pid)
    assert len(below) == count
    for pid in below:
        for thread in threads(pid):
            expect_powerless(thread, keeps=1 << CAP_NET_ADMIN)


@pytest.mark.parametrize("attach", ["tcx", "clsact"])
def test_another_user_may_be_chosen(attach: str, lab: Lab, home: int, tmp_path: Path) -> None:
    words = ("eth0", "--user", "daemon", "--attach", attach)
    with watched.watch(lab, home, tmp_path, *words) as running:
        pids = [running.process.pid, *commands.descendants(running.process.pid)]
        (uid,) = {thread["Uid"].split()[0] for pid in pids for thread in threads(pid)}
        assert int(uid) == pwd.getpwnam("daemon").pw_uid


# Gives up root as `watch` does, then tries to get some of it back. All that it needs is imported
# before, since it could not read that any more.
TRY = """
import json, os, subprocess, sys
from tunnel_monitor.errors import MissingPrivilege
from tunnel_monitor.kernel.load import LoadedObject
from tunnel_monitor.kernel.namespace import enter
from tunnel_monitor.kernel.privileges import find_user, give_up_root
from tunnel_monitor.settings import MonitorSettings, TableSizes

secret, who = sys.argv[1:]
small = MonitorSettings(tables=TableSizes(16, 16, 16))
attempts = {
    "read": lambda: open(secret).read(),
    "setuid": lambda: os.setuid(0),
    "load": lambda: LoadedObject(small).close(),
    "enter": lambda: enter("/proc/self/ns/net"),
    "exec": lambda: subprocess.run([who, "-u"], capture_output=True, text=True).stdout.strip(),
}


def outcomes():
    for name, attempt in attempts.items():
        try:
            yield name, attempt()
        except Exception as error:
            yield name, type(error).__name__


give_up_root(find_user("nobody"))
print(json.dumps(dict(outcomes())))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that nobody may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_nothing_can_be_regained(open_folder: Path) -> None:
    secret = open_folder / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    who = open_folder / "id"  # with which anybody else would become root
    shutil.copy(shutil.which("id") or "id", who)
    who.chmod(0o4755)
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(secret), str(who)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert json.loads(done.stdout) == {
        "read": "PermissionError",
        "setuid": "PermissionError",
        "load": "MissingPrivilege",
        "enter": "MissingPrivilege",
        "exec": str(NOBODY.pw_uid),
    }


# Python is done with a joined thread a moment before the kernel is.
LINGER = """
import threading, time
from tunnel_monitor.kernel import privileges

lingering = threading.Thread(target=time.sleep, args=[0.2])
lingering.start()
privileges.wait_to_be_alone()
assert not lingering.is_alive()

privileges.LAST_STEPS_S = 0.1
threading.Thread(target=time.sleep, args=[5], daemon=True).start()
try:
    privileges.wait_to_be_alone()
except RuntimeError as error:
    print(error)
"""


def test_a_thread_that_is_about_to_end_is_waited_for_and_one_that_stays_is_a_fault() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LINGER], stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout == "2 threads run; root must be given up by the only one\n"


def test_the_monitor_of_a_demo_does_not_run_what_lies_about(home: int, tmp_path: Path) -> None:
    """Modules in the working directory came before its own, and were run by root."""
    ran = tmp_path / "ran"
    (tmp_path / "uvicorn.py").write_text(f"open({str(ran)!r}, 'w')\n")
    in_folder = ("env", "-C", str(tmp_path), "PYTHONSAFEPATH=")
    with commands.command(home, tmp_path, "demo", *commands.SMALL, prefix=in_folder) as demo:
        demo.wait_to_tell("Press enter to quit:")
    assert not ran.exists()
