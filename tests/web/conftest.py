"""A browser for each module, in its demos' network, and pages whose faults fail the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import launched
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.invented import Invented, draining, invented
from tests.web.visits import Tabs, Visit

DEMO = ("--listen", "127.0.0.1:0", "--interval", "0.5")
expect.set_options(timeout=commands.DEADLINE_S * 1000)


@pytest.fixture(scope="module")
def home() -> Iterator[int]:
    """A network without a way out: what a page fetched from elsewhere would fail."""
    with commands.home() as descriptor:
        yield descriptor


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def browser(home: int) -> Iterator[Browser]:
    with launched(home) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def quiet(home: int, folder: Path) -> Iterator[Running]:
    """A demo without traffic."""
    with commands.demo(home, folder, *DEMO) as running:
        yield running


@pytest.fixture(scope="module")
def classic(home: int, folder: Path) -> Iterator[Running]:
    """A demo in which the classic traffic runs on."""
    with commands.demo(home, folder, *DEMO, "--traffic", "classic") as running:
        commands.wait_for(lambda: running.get("api/v1/status")["peers"] == 9, "all peers are seen")
        yield running


@pytest.fixture(scope="module")
def mirror(home: int) -> Iterator[Invented]:
    """A page as behind a mirror port: two dozen peers, of whom one has grown."""
    with invented(home, past_s=60) as here, draining(here, 0.5):
        yield here


@pytest.fixture(scope="module")
def still(home: int) -> Iterator[Invented]:
    """The same, but no more drains come: what the page shows can be compared with the API."""
    with invented(home, past_s=5) as here:
        yield here


@pytest.fixture(scope="module")
def past(home: int) -> Iterator[Invented]:
    """The same with a quarter of an hour behind it."""
    with invented(home) as here:
        yield here


@pytest.fixture(scope="module")
def many_still(home: int) -> Iterator[Invented]:
    """The largest page, standing still."""
    with invented(home, flows=64_000, peers=500, past_s=2) as here:
        yield here


@pytest.fixture(scope="module")
def many(home: int) -> Iterator[Invented]:
    """A page of 500 peers with 50,000 flows."""
    with invented(home, flows=50_000, peers=500, past_s=3) as here, draining(here):
        yield here


@pytest.fixture(scope="module")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def visit(tabs: Tabs) -> Iterator[Callable[..., Visit]]:
    """Visits demos as `Tabs.visiting` does; all visits end, and are judged, with the test."""
    with ExitStack() as stack:
        yield lambda *words, **options: stack.enter_context(tabs.visiting(*words, **options))
