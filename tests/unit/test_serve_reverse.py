"""Names from the resolver: nobody waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from tests.unit.serving import PAIR, batch, serving
from tests.unit.synthetic import packed

from tunnel_monitor.flows import names
from tunnel_monitor.serve import reverse
from tunnel_monitor.serve.reverse import Resolver

DEADLINE_S = 20
GATEWAY, WEB = packed("172.16.1.100"), packed("192.168.0.1")
ZONE = {GATEWAY: "gateway1.example", WEB: "web.example"}


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_name_is_there_once_it_was_found() -> None:
    resolver = Resolver(look_up=ZONE.get)
    wait_for(lambda: resolver.of(GATEWAY) == "gateway1.example")
    assert [one.first for one in resolver.lookup("gateway*")] == [GATEWAY]
    assert list(resolver.all()) == [("gateway1.example", GATEWAY)]
    assert resolver.lookup("web.example") == ()


def test_a_file_comes_first_and_is_not_asked_again() -> None:
    asked = list[bytes]()

    def look_up(address: bytes) -> str | None:
        asked.append(address)
        return "found"

    resolver = Resolver(names.of_lines(["172.16.1.100 mine"], "here"), look_up)
    assert resolver.of(GATEWAY) == "mine"
    wait_for(lambda: resolver.of(WEB) == "found")
    assert asked == [WEB]
    assert len(resolver.lookup("mine")) == 1


def test_a_resolver_that_hangs_holds_up_nobody() -> None:
    ask, begun = threading.Event(), threading.Semaphore(0)

    def hangs(_: bytes) -> str | None:
        begun.release()
        assert ask.wait(DEADLINE_S)
        return None

    resolver = Resolver(look_up=hangs)
    each = [number.to_bytes(16) for number in range(1, 3000)]
    assert [resolver.of(address) for address in each] == [None] * len(each)
    for _ in range(reverse.ATTEMPTS):
        assert begun.acquire(timeout=DEADLINE_S)
    assert len(resolver._waiting) <= reverse.MOST_WAITING
    assert threading.active_count() < 20
    ask.set()
    wait_for(lambda: not resolver._waiting)


@pytest.mark.parametrize(("fresh_s", "expected"), [(3600.0, 1), (0.0, 3)])
def test_an_address_without_a_name_is_asked_for_again_when_that_is_old(
    fresh_s: float, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reverse, "FRESH_S", fresh_s)
    asked = list[bytes]()

    def nothing(address: bytes) -> str | None:
        asked.append(address)
        return ZONE.get(b"")

    resolver = Resolver(look_up=nothing)
    for _ in range(3):
        resolver.of(GATEWAY)
        wait_for(lambda: GATEWAY not in resolver._asked)
    assert asked == [GATEWAY] * expected


def test_what_is_remembered_is_bounded() -> None:
    resolver = Resolver(look_up=lambda address: address.hex(), most=10)
    for number in range(1, 100):
        address = number.to_bytes(16)
        wait_for(lambda address=address: resolver.of(address))  # type: ignore[misc]
        assert len(resolver._found) <= 10


def test_the_systems_resolver_knows_loopback() -> None:
    """From /etc/hosts: no network is needed."""
    assert reverse.look_up(packed("127.0.0.1")) is not None


def test_replies_have_names_and_filters_take_them() -> None:
    known = names.of_lines(["172.16.1.100 gateway1", "192.168.0.0/24 lab"], "here")
    with serving(names=known) as running:
        running.view.take(batch(*PAIR))
        expected = {"172.16.1.100": "gateway1", "192.168.0.1": "lab", "192.168.0.2": "lab"}
        assert running.api("flows")["names"] == expected
        assert running.api("snapshot")["names"] == expected
        assert running.api("flows?by=peer")["names"] == {"172.16.1.100": "gateway1"}
        assert running.api("matrix?by=endpoint")["names"] == expected
        assert running.api("series?by=inner_src")["names"] == {
            "192.168.0.1": "lab",
            "192.168.0.2": "lab",
        }
        assert len(running.api("flows?filter=outer_src:gateway1")["rows"]) == 1
        assert running.get("/api/v1/flows?filter=peer:nobody").status == 400
    with serving() as running:
        running.view.take(batch(*PAIR))
        assert running.api("flows")["names"] == {}
