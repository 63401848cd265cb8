"""`tunnel-monitor read` as a process of its own."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import termios
import time

DEADLINE_S = 60


def environment() -> dict[str, str]:
    """In which it finds what these tests find."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


class Live:
    """`read -`, fed through a pipe."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tunnel_monitor.cli.main", "read", "-", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def wait_until_read(self) -> None:
        """Until it has taken all it was given, and so listens to Ctrl-C, too."""
        assert self.process.stdin is not None
        deadline = time.monotonic() + DEADLINE_S
        while fcntl.ioctl(self.process.stdin, termios.FIONREAD, bytes(4)) != bytes(4):
            assert time.monotonic() < deadline, "it never read what it was given"
            time.sleep(0.01)

    def end(self) -> tuple[str, str]:
        out, err = self.process.communicate(timeout=60)
        return out.decode(), err.decode()
