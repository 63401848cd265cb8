"""A visit to the page of a demo: what it shows, read at one moment, and what it did wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request
from tests.lab import commands
from tests.lab.commands import Running
from tests.web.invented import Invented
from tests.web.reading import COLLECT, Shown

DESK = (1280, 800)
# How often the pointer may miss what moves.
AIMS = 10
# A point that belongs to a mark and is not covered: a ring's middle is not on the ring.
POINT_ON = """(query) => {
  const mark = document.querySelector(query);
  const box = mark.getBoundingClientRect();
  const steps = [...Array(40).keys()].map((step) => (step + 0.5) / 40);
  const points = steps.flatMap((y) => steps.map((x) => [
    box.x + x * box.width, box.y + y * box.height,
  ]));
  const own = points.filter(([x, y]) => mark.contains(document.elementFromPoint(x, y)));
  return own[Math.floor(own.length / 2)];
}"""
IS_ON = """([query, point]) =>
  document.querySelector(query)?.contains(document.elementFromPoint(...point)) ?? false
"""


class Faults:
    """What no page may do: complain in the console, break its policy, ask somebody else.

    Args:
        page: what is watched from now on.
    """

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        self.server = ""
        self._page = page
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)

    def forgive(self, words: str) -> None:
        """Forget the faults with these words, as soon as there are some.

        A browser may complain after the page has shown what it makes of it: of a connection that
        is refused when it next tries to reconnect.
        """
        commands.wait_for(lambda: self._was_found(words), f"a fault with {words!r}")
        self.found[:] = [fault for fault in self.found if words not in fault]

    def _was_found(self, words: str) -> bool:
        self._page.wait_for_timeout(1)  # lets events in
        return any(words in fault for fault in self.found)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.found.append(f"console: {message.text}")

    def _error(self, error: Error) -> None:
        self.found.append(f"exception: {error.message}")

    def _request(self, request: Request) -> None:
        own = request.url.startswith(("data:", "blob:"))
        if urlsplit(request.url).netloc != self.server and not own:
            self.found.append(f"request to {request.url}")


@dataclass
class Visit:
    """One open page.

    Attributes:
        demo: whose page it is.
        page: it.
        faults: what it did wrong so far; a test that provokes some forgives them.
        traceless: whether the page can be used again; a test that does to it what cannot be
            undone says no.
    """

    demo: Running | Invented
    page: Page
    faults: Faults
    traceless: bool = True

    def shown(self) -> Shown:
        """All that it shows, from one drawing."""
        return Shown(self.page.evaluate(COLLECT))

    def location(self) -> str:
        """Its address, with what is chosen. `page.url` is told of a change a moment later."""
        return str(self.page.evaluate("location.href"))

    def point_at(self, mark: str) -> tuple[float, float]:
        """Move the pointer onto a mark of the diagram, and follow it while it moves away.

        Returns:
            Where the pointer is now.
        """
        self.page.wait_for_selector(mark)
        for _ in range(AIMS):
            point = self.page.evaluate(POINT_ON, mark)
            assert point, f"{mark} is covered"
            self.page.mouse.move(*point)
            if self.page.evaluate(IS_ON, [mark, point]):
                return tuple(point)
        raise AssertionError(f"{mark} moves too fast to point at it")

    def choose_peer(self, address: str) -> None:
        """Click on its arc."""
        self.page.mouse.click(*self.point_at(f'.peer[data-peer="{address}"]'))

    def open_peer(self, address: str) -> None:
        """Click on its arc, and again: only its traffic is shown then."""
        self.choose_peer(address)
        self.page.wait_for_selector(f'.peer.opened[data-peer="{address}"]')
        self.choose_peer(address)

    def wait_for(self, condition: Callable[[Shown], bool], what: str) -> Shown:
        """What it shows as soon as that fulfils the condition."""
        shown = self.shown()

        def fulfilled() -> bool:
            nonlocal shown
            shown = self.shown()
            return condition(shown)

        commands.wait_for(fulfilled, what)
        return shown

    def wait_for_drain(self, number: int) -> Shown:
        """What it shows at that drain or a later one."""
        return self.wait_for(lambda shown: shown.drains >= number, f"drain {number} on the page")

    def let_pass(self, drains: int) -> None:
        """Wait until it shows so many more drains; unlike reading it, this gives it no work."""
        last = drain_again(self.demo, drains)
        told = "(last) => Number(document.body.dataset.drains) >= last"
        self.page.wait_for_function(told, arg=last, polling=100)

    def with_api(self, *paths: str) -> tuple[Shown, list[Any]]:
        """What it shows and what the API says, of the same drain.

        Args:
            paths: of replies that have a `time`, below `api/v1/`.
        """
        deadline = time.monotonic() + commands.DEADLINE_S
        while time.monotonic() < deadline:
            shown = self.shown()
            replies = [self.demo.get(f"api/v1/{path}") for path in paths]
            status = self.demo.get("api/v1/status")
            times = {reply["time"] for reply in [*replies, status]}
            if len(times) == 1 and shown.drains == status["drains"]:
                return shown, replies
        raise AssertionError("the page and the API never told of the same drain")


class Tabs:
    """Pages to visit demos with, each used again: a new one costs four times a navigation.

    Args:
        browser: opens them.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: list[tuple[Page, Faults]] = []

    @contextmanager
    def visiting(
        self,
        demo: Running | Invented,
        fragment: str = "",
        *,
        size: tuple[int, int] = DESK,
        theme: Literal["dark", "light"] = "dark",
        motion: bool = False,
    ) -> Iterator[Visit]:
        """A page that has drawn its first data. Fails in the end if it did what no page may do.

        Args:
            fragment: of the address, with its `#`.
            size: of the window, in px.
            theme: what the system is set to.
            motion: whether things move to their places; without, they are there at once.
        """
        page, faults = self._free.pop() if self._free else self._opened()
        faults.server = urlsplit(address(demo)).netloc
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(
            color_scheme=theme, reduced_motion="no-preference" if motion else "reduce"
        )
        page.goto(address(demo) + fragment)
        page.wait_for_selector("html[data-ready]", state="attached")
        visit = Visit(demo, page, faults)
        yield visit
        found = faults.found.copy()
        if visit.traceless:
            self._forget(page, faults)
        else:
            page.context.close()
        assert found == [], found

    def _opened(self) -> tuple[Page, Faults]:
        page = self._browser.new_context().new_page()
        return page, Faults(page)

    def _forget(self, page: Page, faults: Faults) -> None:
        """Leave no trace for the next visit."""
        page.evaluate("localStorage.clear()")
        page.context.clear_cookies()
        page.mouse.move(0, 0)
        page.goto("about:blank")
        faults.found.clear()
        self._free.append((page, faults))


def address(demo: Running | Invented) -> str:
    """Where its page is, as it told."""
    (line,) = (line for line in demo.output.splitlines() if line.startswith("Open "))
    return line.split()[1]


def drains(demo: Running | Invented) -> int:
    """How often it has drained."""
    return int(demo.get("api/v1/status")["drains"])


def drain_again(demo: Running | Invented, times: int = 1) -> int:
    """Wait until it has drained so often again; how often in all."""
    last = drains(demo) + times
    commands.wait_for(lambda: drains(demo) >= last, f"drain {last}")
    return last
