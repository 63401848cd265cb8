from __future__ import annotations

import ipaddress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows import addresses

GROUPS = st.lists(st.sampled_from([0, 0, 0, 1, 0xFFFF, 0xDB8]), min_size=8, max_size=8)


def expected(packed: bytes) -> str:
    address = ipaddress.IPv6Address(packed)
    return str(address.ipv4_mapped or address)


@given(GROUPS | st.lists(st.integers(0, 0xFFFF), min_size=8, max_size=8))
def test_text_is_rfc_5952(groups: list[int]) -> None:
    packed = b"".join(group.to_bytes(2, "big") for group in groups)
    assert addresses.text(packed) == expected(packed)
    assert addresses.parse(addresses.text(packed)) == packed


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("172.16.1.100", "172.16.1.100"),
        ("::ffff:172.16.1.100", "172.16.1.100"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("::", "::"),
        ("::1", "::1"),
        ("::1.2.3.4", "::102:304"),
    ],
)
def test_known_texts(written: str, text: str) -> None:
    assert addresses.text(addresses.parse(written)) == text


@pytest.mark.parametrize(
    "written",
    ["", "host", "1.2.3", "1.2.3.4.5", "01.2.3.4/8", "fe80::1%eth0", ":::", "1\x00", "é", "\ud800"],
)
def test_what_is_no_address_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(BadSetting, match=r"is no address; give one like 172\.16\.1\.100"):
        addresses.parse(written)


def test_many_are_written_at_once_and_the_cache_stays_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "_cache", {})
    monkeypatch.setattr(addresses, "MOST_CACHED", 10)
    packed = [addresses.parse(f"10.0.0.{host % 25}") for host in range(100)]
    words = np.frombuffer(b"".join(packed), np.uint64).reshape(-1, 2)
    assert addresses.texts(words) == [f"10.0.0.{host % 25}" for host in range(100)]
    assert 0 < len(addresses._cache) <= 10
    assert addresses.texts(words[:0]) == []
