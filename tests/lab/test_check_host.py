"""`check` tells what this host can do, what to do if not, and which tunnels it has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lab import commands, watched
from tests.lab.watched import AS_NOBODY, Page

from tunnel_monitor.lab import traffic
from tunnel_monitor.lab.build import Lab

pytestmark = pytest.mark.root

QUESTIONS = ["privileges", "libbpf", "programs", "attach", "JIT", "BTF"]
ODD_PORT = 19999
ODD_VNI = 77


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Two hosts, and between them a second tunnel on a port that nobody expects."""
    with watched.two_hosts() as built:
        for number, host in enumerate(("host0", "host1")):
            far = f"172.16.1.{101 - number}"
            built.ip(
                host,
                [
                    f"link add odd up type vxlan id {ODD_VNI} dev eth0 remote {far} "
                    f"dstport {ODD_PORT}",
                    f"address add 10.7.0.{1 + number}/24 dev odd",
                    "link add any up type vxlan external dstport 8472",
                ],
            )
        yield built


def checked(home: int, folder: Path, *words: str, **how: Any) -> dict[str, Any]:
    """What it tells programs."""
    _, told = commands.run(home, folder, "check", "--json", *words, **how)
    found: dict[str, Any] = json.loads(told)
    return found


def test_root_can_run_it(home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "check")
    assert code == 0, told
    lines = told.splitlines()
    assert [line.split()[:2] for line in lines[: len(QUESTIONS)]] == [
        ["ok", question] for question in QUESTIONS
    ]
    assert lines[-1].startswith("No tunnel devices in this network namespace.")


def test_nobody_is_told_what_to_do(home: int, tmp_path: Path) -> None:
    code, told = commands.run(home, tmp_path, "check", prefix=AS_NOBODY)
    assert code == 1
    assert "Traceback" not in told
    answers = checked(home, tmp_path, prefix=AS_NOBODY)["answers"]
    bad = {answer["question"]: answer for answer in answers if answer["verdict"] == "no"}
    assert list(bad) == ["privileges", "programs"]
    assert bad["privileges"]["found"] == "lacks CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF"
    for answer in bad.values():
        assert answer["remedy"].startswith("run as root or with sudo")
        assert f"-> {answer['remedy']}" in told


def test_it_tells_what_the_machine_code_is_in_any_namespace(home: int, tmp_path: Path) -> None:
    """Where the sysctl does not show it said `always on`."""
    with_sysctl = Path("/proc/sys/net/core/bpf_jit_enable").read_text().strip()
    answers = {answer["question"]: answer for answer in checked(home, tmp_path)["answers"]}
    assert answers["JIT"]["found"].startswith("off" if with_sysctl == "0" else "on")


def test_it_lists_the_tunnel_devices(lab: Lab, tmp_path: Path) -> None:
    host = lab.namespace("host0")
    devices = {
        one["name"]: (one["kind"], one["vni"], one["port"], one["read"])
        for one in checked(host, tmp_path)["tunnel_devices"]
    }
    assert devices == {
        "vxlan10000": ("vxlan", 10000, 4789, True),
        "odd": ("vxlan", ODD_VNI, ODD_PORT, True),
        "any": ("vxlan", None, 8472, True),
    }
    code, told = commands.run(host, tmp_path, "check")
    assert code == 0
    assert told.splitlines()[len(QUESTIONS) + 1 :] == [
        "vxlan10000: vxlan, VNI 10000, UDP port 4789",
        f"odd: vxlan, VNI {ODD_VNI}, UDP port {ODD_PORT}",
        "any: vxlan, UDP port 8472",
    ]


def test_what_it_calls_read_is_counted(lab: Lab, home: int, tmp_path: Path) -> None:
    with watched.watch(lab, home, tmp_path, "eth0", "--interval", "0.2") as running:
        page = Page.of(running)
        assert traffic.ping(lab, "host0", "10.7.0.2", 23) == 23
        page.wait_for_drain()
        assert page.counted(ODD_VNI) == {
            ("eth0", "egress", "10.7.0.1"): 23,
            ("eth0", "ingress", "10.7.0.2"): 23,
        }


def test_it_looks_at_interfaces_that_are_named(lab: Lab, tmp_path: Path) -> None:
    code, told = commands.run(lab.namespace("host0"), tmp_path, "check", "eth0", "eth7")
    assert code == 1
    lines = told.splitlines()[len(QUESTIONS) :]
    assert lines[0].split(maxsplit=3) == [
        *("ok", "interface", "eth0"),
        "packets begin with an Ethernet header, MTU 1500",
    ]
    assert lines[1].split(maxsplit=3) == [
        *("no", "interface", "eth7"),
        "cannot watch eth7: no such interface",
    ]
    assert lines[2].strip() == "-> `ip link` lists them"


def test_it_changes_nothing(lab: Lab, tmp_path: Path) -> None:
    before = watched.in_host(lab, "host0", "tc qdisc show")
    commands.run(lab.namespace("host0"), tmp_path, "check", "eth0")
    assert watched.in_host(lab, "host0", "tc qdisc show") == before
    for device in ("eth0", "lo"):
        assert watched.tcx_programs(lab, "host0", device) == 0
