"""A page that others can reach: its address is the key, and the key leaves the address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.visits import Visit, address

pytestmark = [pytest.mark.root, pytest.mark.browser]

# What Chromium complains of wherever a page comes over plain HTTP from another host.
NO_TLS = "Cross-Origin-Opener-Policy header has been ignored"


@pytest.fixture(scope="module")
def guarded(home: int, folder: Path) -> Iterator[Running]:
    words = ("--hosts", "2", "--segments", "1", "--listen", "0.0.0.0:8080")
    with commands.demo(home, folder, *words) as running:
        yield running


def test_the_token_goes_from_the_address_into_a_cookie(
    visit: Callable[..., Visit], guarded: Running
) -> None:
    assert "?token=" in address(guarded)
    here = visit(guarded)
    for _ in range(2):
        here.wait_for(lambda shown: shown.pill == "LIVE", "it is live")
        assert here.location() == address(guarded).partition("?")[0]
        here.page.reload()
    here.faults.forgive(NO_TLS)


def test_without_the_token_there_is_only_a_sentence(browser: Browser, guarded: Running) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        reply = page.goto(f"http://{urlsplit(address(guarded)).netloc}/")
        assert reply is not None
        assert reply.status == 401
        assert "this needs the token that the server printed" in page.inner_text("body")
    finally:
        context.close()


def test_a_page_that_loses_its_token_says_so(visit: Callable[..., Visit], guarded: Running) -> None:
    here = visit(guarded)
    here.wait_for(lambda shown: shown.pill == "LIVE", "it is live")
    here.page.context.clear_cookies()
    here.page.click("[data-role=window-total]")  # asks the server anew
    here.wait_for(lambda shown: shown.pill == "NO ACCESS", "it says so")
    expect(here.page.get_by_role("alert")).to_contain_text("This page needs a token.")
    here.faults.forgive("401 (Unauthorized)")
    here.faults.forgive(NO_TLS)
