"""Installed in a folder that only root may enter, `watch` serves all of its page and API.

Whatever it imported or opened once root is given up would be missing here: the interpreter with
its library, all packages and the program itself are below such a folder, and nowhere else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.lab import commands, watched
from tests.lab.watched import Page, both_ways

import tunnel_monitor
from tunnel_monitor.lab import namespaces
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

# Mounts are the process's own: they go with it, and nobody else ever sees them.
LOCKED = """
set -e
mount -t tmpfs -o mode=0700 locked "$1"
mkdir "$1/python" "$1/packages" "$1/source"
mount --bind "$2" "$1/python"
mount --bind "$3" "$1/packages"
mount --bind "$4" "$1/source"
python="$1/python/${5#$2/}"
export PYTHONPATH="$1/source:$1/packages"
shift 5
exec "$python" -P -m tunnel_monitor.cli.main "$@"
"""
PYTHON = Path(sys.executable).resolve()
PACKAGES = Path(np.__file__).parents[1]
SOURCE = Path(tunnel_monitor.__file__).parents[1]


@pytest.fixture(scope="module")
def page(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("locked")
    places = (folder, sys.base_prefix, PACKAGES, SOURCE, PYTHON)
    words = ["unshare", "--mount", "sh", "-c", LOCKED, "sh", *map(str, places)]
    words += [
        "watch",
        "eth0",
        "--netns",
        lab.path("host0"),
        "--interval",
        "0.2",
        "--history",
        "memory",
    ]
    told = tmp_path_factory.mktemp("told") / "told"
    with commands.home() as home, told.open("wb") as output:
        with namespaces.entered(home):
            process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT)
        running = commands.Running(home, process, told)
        try:
            running.wait_to_tell("Ctrl-C ends it.")
            expect_locked(process.pid, folder)
            yield Page.of(running)
            assert "Traceback" not in running.output, running.output
            assert "failed" not in running.output, running.output
        finally:
            process.terminate()
            process.wait(commands.DEADLINE_S)


def expect_locked(pid: int, folder: Path) -> None:
    """All code is from the folder, and the process may not enter that."""
    assert watched.status_of(Path(f"/proc/{pid}"))["CapEff"] == "0" * 16
    assert Path(f"/proc/{pid}/exe").readlink().is_relative_to(folder)
    assert (Path(f"/proc/{pid}/root") / folder.relative_to("/")).stat().st_mode & 0o777 == 0o700
    mapped = Path(f"/proc/{pid}/maps").read_text()
    assert f"{folder}/packages/numpy" in mapped
    assert str(PACKAGES) not in mapped


def test_the_page_is_served(page: Page) -> None:
    reply = page.ask("/", {"Accept-Encoding": "gzip"})
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")


def test_every_resource_answers(page: Page, lab: Lab) -> None:
    watched.ping(lab, 29)
    page.wait_for_drain()
    assert page.counted() == both_ways(29)
    for path in (
        "flows?vni=none&peer=172.16.1.100&limit=1",
        "matrix?vni=0&vni=16777215",
        "matrix?by=endpoint",
        "segments?window=total&interface=eth0",
        "ledger",
        "status",
        "timeline",
        "flows?from=-1h",
    ):
        assert isinstance(page.api(path), dict)


def test_drains_are_streamed(page: Page) -> None:
    with page.events() as events:
        assert next(events)["drains"] < next(events)["drains"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/flows?window=yesterday", 400),
        ("GET", "/api/v1/flows?peer=nobody", 400),
        ("GET", "/api/v1/live?vni=x", 400),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nothing.html", 404),
        ("POST", "/api/v1/flows", 405),
        ("DELETE", "/", 405),
    ],
)
def test_refusals_are_sentences(method: str, path: str, status: int, page: Page) -> None:
    reply = page.ask(path, method=method)
    assert reply.status == status
    assert set(json.loads(reply.body)) == {"error"}


def test_a_name_of_somebody_else_is_refused(page: Page) -> None:
    assert page.ask("/", {"Host": "example.org"}).status == 403


def test_the_folder_is_really_needed() -> None:
    """What the tests above rest on: this interpreter and its packages are where they are bound."""
    assert PYTHON.is_relative_to(sys.base_prefix)
    assert (PACKAGES / "starlette").is_dir()
    assert (PACKAGES / "uvicorn").is_dir()
    assert os.access(SOURCE / "tunnel_monitor" / "cli" / "main.py", os.R_OK)
