"""Where history lies, and how it becomes the property of whom the monitor becomes (ADR 0014)."""

from __future__ import annotations

import os
import pwd
import stat
from contextlib import closing
from pathlib import Path
from typing import Final

from tunnel_monitor.errors import StoreFailed

NAME: Final = "tunnel-monitor"
STATE_OF_ROOT: Final = Path("/var/lib")
FILE: Final = "history.duckdb"
SPOOL: Final = "spool"
FOLDER_MODE: Final = 0o2750  # what is made in it belongs to the folder's group, who may read it
UMASK: Final = 0o027
OFF: Final = "off"
# Between two looks at the size the file may grow by what is written in a minute, and while
# DuckDB writes blocks anew the old ones are still there.
SLACK_BYTES: Final = 32 << 20
SMALLEST_BYTES: Final = 2 * SLACK_BYTES


def state_folder() -> Path:
    """Where this program's files lie unless the user says otherwise."""
    named = os.environ.get("XDG_STATE_HOME", "")
    return (Path(named) if named.startswith("/") else STATE_OF_ROOT) / NAME


def history_file(given: str | None) -> Path | None:
    """The file that `--history` means; None for `off`."""
    if given == OFF:
        return None
    return Path(given).absolute() if given else state_folder() / FILE


def prepare(folder: Path, user: pwd.struct_passwd) -> None:
    """Make our folder, as root, and let a user write in it.

    Its group is that of whoever called sudo, who can then read history without it. What a former
    user left in it is handed over. Nothing here follows a link: the folder was writable for
    somebody without privileges.

    Raises:
        StoreFailed: it cannot be made, or is none.
    """
    group = int(os.environ.get("SUDO_GID", user.pw_gid))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(_Folder(folder)) as opened:
            opened.hand_to(user.pw_uid, group)
    except OSError as error:
        raise StoreFailed(
            f"cannot make {folder} for history: {error.strerror}", "give a place with --history"
        ) from error


class _Folder:
    def __init__(self, path: Path | str, within: int | None = None) -> None:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        self._descriptor = os.open(path, flags, dir_fd=within)

    def close(self) -> None:
        os.close(self._descriptor)

    def hand_to(self, user: int, group: int) -> None:
        """The folder itself first: then only its new owner and root can exchange what is in it."""
        os.fchown(self._descriptor, user, group)
        os.fchmod(self._descriptor, FOLDER_MODE)
        for name in os.listdir(self._descriptor):  # noqa: PTH208  # a descriptor, no path
            self._hand_over(name, user, group)

    def _hand_over(self, name: str, user: int, group: int) -> None:
        """What a former user left; a second name of somebody else's file is left alone."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            file = os.open(name, flags, dir_fd=self._descriptor)
        except OSError:  # a link, or a socket
            return
        try:
            found = os.fstat(file)
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                os.fchown(file, user, group)
            elif stat.S_ISDIR(found.st_mode):
                with closing(_Folder(name, self._descriptor)) as below:
                    below.hand_to(user, group)
        finally:
            os.close(file)
