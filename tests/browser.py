"""Which browser the tests drive: the one that `scripts/install-browser` found or installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tunnel_monitor.lab import namespaces

NAMES = ("chromium", "google-chrome", "google-chrome-stable")


@contextmanager
def launched(home: int) -> Iterator[Browser]:
    """It, in a network namespace.

    Args:
        home: its descriptor.
    """
    with ExitStack() as stack:
        with namespaces.entered(home):
            playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        stack.callback(chromium.close)
        yield chromium


def chromium_path() -> str | None:
    """For Playwright's `executable_path`; None where there is no Chromium.

    Ubuntu's `chromium-browser` is left aside: it is a snap, which its confinement keeps from
    being driven.
    """
    installed = (path for name in NAMES if (path := shutil.which(name)))
    return next(installed, None) or next(map(str, playwrights_own()), None)


def playwrights_own() -> list[Path]:
    """What `playwright install chromium` has fetched."""
    usual = Path.home() / ".cache" / "ms-playwright"
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", usual))
    return sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
