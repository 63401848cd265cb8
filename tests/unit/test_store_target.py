"""Addresses of databases, and secrets, which are never in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tunnel_monitor.errors import BadSetting
from tunnel_monitor.store.clickhouse_target import Node, parse

SECRETS = {"TUNNEL_MONITOR_STORE_USER": "me", "TUNNEL_MONITOR_STORE_PASSWORD": "sesame"}


def test_an_address_in_full() -> None:
    target = parse("clickhouse://a:9,b,[2001:db8::1]:7/tunnels", environment=SECRETS)
    assert target.nodes == (Node("a", 9), Node("b", 8123), Node("2001:db8::1", 7))
    assert (target.database, target.user, target.password) == ("tunnels", "me", "sesame")
    assert target.tls is None
    assert str(target) == "clickhouse://a:9,b:8123,[2001:db8::1]:7/tunnels"
    assert "sesame" not in repr(target) + str(target)


def test_without_secrets_it_is_the_default_user() -> None:
    target = parse("clickhouses://a/t", environment={})
    assert (target.user, target.password, target.nodes[0].port) == ("default", "", 8443)
    assert target.tls is not None
    assert target.tls.check_hostname


def test_a_file_has_both(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("someone\nopen sesame\n")
    target = parse("clickhouse://a/t", credentials=str(file), environment=SECRETS)
    assert (target.user, target.password) == ("someone", "open sesame")
    file.write_text("someone")
    assert parse("clickhouse://a/t", credentials=str(file)).password == ""


@pytest.mark.parametrize(
    "written",
    ["clickhouse://me:sesame@a/t", "clickhouse://a/t?password=sesame", "clickhouses://me@a/t"],
)
def test_secrets_in_an_address_are_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(BadSetting, match="secrets do not belong on command lines") as refused:
        parse(written, environment={})
    assert "me:sesame" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("http://a/t", "no scheme that is known"),
        ("a/t", "no scheme that is known"),
        ("clickhouse://a", "'' is no name of a database"),
        ("clickhouse://a/t/u", "'t/u' is no name of a database"),
        ("clickhouse://a/t;DROP", "'t;DROP' is no name of a database"),
        ("clickhouse:///t", "'' is no host"),
        ("clickhouse://a,,b/t", "'' is no host"),
        ("clickhouse://a:x/t", "'a:x' is no host"),
        ("clickhouse://[2001:db8::1/t", "is no host"),
        ("clickhouse://a,[b]/t", "is no host"),
    ],
)
def test_what_is_no_address_is_refused(written: str, says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        parse(written, environment={})


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"cannot read the credentials in .*: No such file"):
        parse("clickhouse://a/t", credentials=str(tmp_path / "none"))
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with pytest.raises(BadSetting, match="cannot trust the certificates in"):
        parse("clickhouses://a/t", authority=str(empty), environment={})


def test_hosts_are_spread_evenly_and_stay() -> None:
    three = parse("clickhouse://a,b,c/t", environment={})
    four = parse("clickhouse://a,d,b,c/t", environment={})
    hosts = [f"host{number}" for number in range(3000)]
    shares = Counter(three.home(host).host for host in hosts)
    assert all(900 < count < 1100 for count in shares.values())
    moved = [host for host in hosts if three.home(host) != four.home(host)]
    assert {four.home(host).host for host in moved} == {"d"}
