from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.synthetic import packed

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.flows import names
from tunnel_monitor.flows.names import Names

LINES = """
# hosts(5), and prefixes
127.0.0.1\tlocalhost  loopback   # the usual
172.16.1.100  gateway1 gw1.example
::1           localhost
fe80::1%eth0  link-local
172.16.0.0/16 lab
172.16.2.0/24 lab2
172.16.1.100  gateway1 first
10.0.0.1-10.0.0.9 pool
192.168.0.7/32 seven
"""


def read(text: str) -> Names:
    return names.of_lines(text.splitlines(), "names.txt")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("127.0.0.1", "localhost"),
        ("172.16.1.100", "gateway1"),
        ("fe80::1", "link-local"),
        ("172.16.2.9", "lab2"),
        ("172.16.3.9", "lab"),
        ("10.0.0.9", "pool"),
        ("192.168.0.7", "seven"),
        ("10.0.0.10", None),
        ("::", None),
    ],
)
def test_the_nearest_name_is_shown(address: str, name: str | None) -> None:
    assert read(LINES).of(packed(address)) == name


@pytest.mark.parametrize(
    ("pattern", "first_addresses"),
    [
        ("gateway1", ["172.16.1.100"]),
        ("GW1.example", ["172.16.1.100"]),
        ("first", ["172.16.1.100"]),
        ("localhost", ["127.0.0.1", "::1"]),
        ("lab*", ["172.16.2.0", "172.16.0.0"]),
        ("nobody", []),
    ],
)
def test_all_addresses_of_a_name(pattern: str, first_addresses: list[str]) -> None:
    found = read(LINES).lookup(pattern)
    assert [one.first for one in found] == [packed(address) for address in first_addresses]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("gateway1 172.16.1.100", "'gateway1' is no address; write the address first"),
        ("172.16.1.100", "172.16.1.100 has no name; write it behind the address"),
        ("172.16.1.300 x", "'172.16.1.300' is no address"),
        ("172.16.1.0/33 x", "'172.16.1.0/33' is no prefix; give a length from 0 to 32"),
        ("172.16.1.1 a:b", "'a:b' is no name; take letters, digits, dots and dashes"),
        ("172.16.1.1 a,b", "'a,b' is no name"),
        ("172.16.1.1 none", "'none' is no name"),
        ("172.16.1.1 17", "'17' is no name"),
    ],
)
def test_a_line_that_is_wrong_is_named_by_its_number(line: str, sentence: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read(f"# comment\n{line}\n")
    assert f"cannot read names from names.txt, line 2: {sentence}" in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="No such file or directory; give a file like /etc/hosts"):
        names.read(tmp_path / "absent")
    (tmp_path / "latin1").write_bytes(b"10.0.0.1 k\xf6ln\n")
    with pytest.raises(BadSetting, match="it is not UTF-8 text"):
        names.read(tmp_path / "latin1")
    (tmp_path / "good").write_text("10.0.0.1 köln\n")
    assert names.read(tmp_path / "good").of(packed("10.0.0.1")) == "köln"


def test_there_may_not_be_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MOST", 2)
    with pytest.raises(BadSetting, match="line 3: there are too many names; give 2 at most"):
        read("10.0.0.1 a\n10.0.0.2 b\n10.0.0.3 c\n")
    assert not Names()
    assert read("10.0.0.0/8 ten")
