"""Whose history is, and where."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store import place


@pytest.fixture
def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def test_the_folder_of_state_is_where_systems_look_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for named, folder in (
        (None, "/var/lib/tunnel-monitor"),
        ("", "/var/lib/tunnel-monitor"),
        ("relative", "/var/lib/tunnel-monitor"),
        ("/home/me/state", "/home/me/state/tunnel-monitor"),
    ):
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
        if named is not None:
            monkeypatch.setenv("XDG_STATE_HOME", named)
        assert place.history_file(None) == Path(folder) / "history.duckdb"
    assert place.history_file("off") is None
    assert place.history_file("/x/y") == Path("/x/y")
    assert place.history_file("y") == Path.cwd() / "y"


@pytest.mark.root
def test_the_folder_is_the_users_and_its_group_the_callers(
    tmp_path: Path, nobody: pwd.struct_passwd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_GID", "1234")
    folder = tmp_path / "above" / "tunnel-monitor"
    place.prepare(folder, nobody)
    left = folder / "history.duckdb"
    left.write_bytes(b"of a former user")
    place.prepare(folder, nobody)
    for path, mode in ((folder, 0o42750), (left, left.stat().st_mode)):
        found = path.stat()
        assert (found.st_uid, found.st_gid) == (nobody.pw_uid, 1234)
        assert found.st_mode & 0o7777 == mode & 0o7777
    monkeypatch.delenv("SUDO_GID")
    place.prepare(folder, nobody)
    assert folder.stat().st_gid == left.stat().st_gid == nobody.pw_gid


@pytest.mark.root
def test_nothing_elsewhere_is_handed_over(tmp_path: Path, nobody: pwd.struct_passwd) -> None:
    """The former user put links into the folder, and a second name of a file of root's."""
    precious = tmp_path / "precious"
    precious.write_bytes(b"of root")
    folder = tmp_path / "tunnel-monitor"
    place.prepare(folder, nobody)
    (folder / "link").symlink_to(precious)
    (folder / "second-name").hardlink_to(precious)
    os.mkfifo(folder / "pipe")
    place.prepare(folder, nobody)
    assert precious.stat().st_uid == 0
    assert (folder / "pipe").stat().st_uid == 0


def test_a_link_is_no_folder(tmp_path: Path, nobody: pwd.struct_passwd) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "tunnel-monitor").symlink_to(tmp_path / "real")
    with pytest.raises(StoreFailed, match=r"cannot make .* for history: Not a directory"):
        place.prepare(tmp_path / "tunnel-monitor", nobody)
    assert (tmp_path / "real").stat().st_uid == os.geteuid()
