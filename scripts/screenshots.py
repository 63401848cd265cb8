"""Make the pictures of the page from a running demo: `make screenshots`.

Starts the demo with traffic, opens the page in headless Chromium, and photographs every view in
both themes; then one client begins to flood the link, and then something breaks. Takes four
minutes, and needs root for the lab.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser import chromium_path

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
COMMAND = Path(sys.executable).parent / "tunnel-monitor"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# A minute after the last ARP request the page lets go of the multicast groups.
DRAINS_FOR_A_CURVE = 75
DRAINS_OF_GROWTH = 40
LONGEST_MS = 120_000
FAULT = "mtu"
PEER = "172.16.1.101"  # has clients of three segments that are pinged

# What is chosen in each picture, as the page's links have it.
USUAL = {
    "chord": "",
    "peer": f"chosen={PEER}",
    "overlay": "layer=overlay",
    "matrix": "view=matrix",
    "sankey": "view=sankey",
    "table": "view=table",
}
BROKEN = {"findings": "view=findings"}


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A running command, told to end in the end."""
    process = subprocess.Popen(
        [str(COMMAND), *words], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


@contextmanager
def demo(*options: str) -> Iterator[str]:
    """A demo on a free port; its page's address."""
    with started("demo", "--listen", "127.0.0.1:0", *options) as process:
        assert process.stdout is not None  # noqa: S101 - tells mypy what PIPE means
        for line in process.stdout:
            if line.startswith("Open "):
                yield line.split()[1]
                return
        raise SystemExit("the demo did not start; it has said why")


def settle(page: Page, drains: int) -> None:
    """Wait until so many more drains were drawn."""
    least = drains + int(page.evaluate("Number(document.body.dataset.drains)"))
    page.wait_for_function(
        "least => Number(document.body.dataset.drains) >= least", arg=least, timeout=LONGEST_MS
    )


def photograph(
    browser: Browser, url: str, pictures: Mapping[str, str], size: Mapping[str, int] = DESK
) -> None:
    """Each in both themes."""
    for theme in ("light", "dark"):
        page = browser.new_page(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="light" if theme == "light" else "dark",
            reduced_motion="reduce",
        )
        for name, words in pictures.items():
            page.goto("about:blank")
            page.goto(f"{url}#v=2&{words}")
            page.wait_for_selector("html[data-ready]", state="attached")
            # What was does not go on; what it is compared with is asked for.
            if "span=" in words:
                page.wait_for_selector(".contribution")
            else:
                settle(page, 2)
            page.screenshot(path=PICTURES / f"{name}-{theme}.png")
        page.close()


def status(url: str) -> Any:
    """What the server says of itself."""
    with urlopen(f"{url}api/v1/status") as reply:  # noqa: S310 - our own http address
        return json.loads(reply.read())


def grown(url: str) -> dict[str, str]:
    """The newest half minute, compared with the one before anybody grew."""
    now = status(url)["time"]
    stretch = f"span={now - 32:.0f}-{now - 2:.0f}&before={now - 85:.0f}-{now - 55:.0f}"
    return {"culprit": "", "timeline": f"view=timeline&{stretch}"}


def main() -> None:
    """Make them all."""
    with sync_playwright() as playwright, demo("--traffic", "classic") as url:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("html[data-ready]", state="attached")
        settle(page, DRAINS_FOR_A_CURVE)
        photograph(browser, url, USUAL)
        photograph(browser, url, {"phone": ""}, PHONE)
        with started("traffic", "--profile", "culprit", "--seed", "7"):
            settle(page, DRAINS_OF_GROWTH)
            photograph(browser, url, grown(url))
        subprocess.run([str(COMMAND), "lab", "fault", FAULT], check=True)
        page.wait_for_selector("#findings.open", timeout=LONGEST_MS)
        photograph(browser, url, BROKEN)
        browser.close()


if __name__ == "__main__":
    main()
