"""Make the README's pictures from a running demo: `make screenshots`.

Starts the demo with traffic, opens the page in headless Chromium, and photographs what a user
sees, in both themes. Needs root, for the lab.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
COMMAND = Path(sys.executable).parent / "tunnel-monitor"
CHROMIUM = "/usr/bin/chromium"
SIZE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# A minute after the last ARP request the page lets go of the multicast groups.
DRAINS_FOR_A_CURVE = 75
PEER = "172.16.1.101"  # has clients of three segments that are pinged


@contextmanager
def demo(*options: str) -> Iterator[str]:
    """A demo on a free port; its page's address."""
    words = [str(COMMAND), "demo", "--listen", "127.0.0.1:0", *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - tells mypy what PIPE means
        for line in process.stdout:
            if line.startswith("Open "):
                yield line.split()[1]
                break
        else:
            raise SystemExit("the demo did not start; it has said why")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def settle(page: Page, drains: int) -> None:
    """Wait until so many drains were drawn."""
    page.wait_for_function(
        "least => Number(document.body.dataset.drains) >= least", arg=drains, timeout=120_000
    )


def photograph(browser: Browser, url: str, theme: str) -> None:
    """The overview, one host opened, and the same on a phone."""
    page = browser.new_page(viewport=SIZE, color_scheme=theme)  # type: ignore[arg-type]
    page.goto(url)
    settle(page, DRAINS_FOR_A_CURVE)
    page.screenshot(path=PICTURES / f"chord-{theme}.png")
    page.locator(f'[data-label="{PEER}"] .name').first.click()
    page.wait_for_selector("[data-endpoint]")
    page.wait_for_timeout(1000)  # until everything has moved to its place
    page.screenshot(path=PICTURES / f"peer-{theme}.png")
    page.close()
    phone = browser.new_page(viewport=PHONE, color_scheme=theme)  # type: ignore[arg-type]
    phone.goto(url)
    phone.wait_for_selector("html[data-ready]")
    phone.wait_for_timeout(1000)
    phone.screenshot(path=PICTURES / f"phone-{theme}.png")
    phone.close()


def main() -> None:
    """Make them all."""
    with sync_playwright() as playwright, demo("--traffic", "classic") as url:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            photograph(browser, url, theme)
        browser.close()


if __name__ == "__main__":
    main()
