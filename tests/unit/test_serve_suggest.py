from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.unit.serving import PAIR, batch, serving
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Encap
from tunnel_monitor.flows import names
from tunnel_monitor.serve import suggest
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.parameters import Query
from tunnel_monitor.serve.view import LiveView

FLOWS = (
    *PAIR,
    Flow(outer_src="172.16.1.103", vni=20000, bytes=10_000),
    Flow(vni=None, path=(Encap.VXLAN, Encap.GRE), inner_src="2001:db8::1", inner_dst="2001:db8::2"),
)
NAMES = names.of_lines(["172.16.1.103 gateway3"], "here")


def reply(text: str) -> Json:
    view = LiveView(["eth0"], 1.0, host="node1", names=NAMES)
    view.take(batch(*FLOWS))
    view.close()
    return suggest.reply(view.snapshot, Query(text=text, cursor=len(text)))


def choices(text: str) -> list[str]:
    return [choice["text"] for choice in reply(text)["completion"]["choices"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vni:", ["20000", "10000", "none"]),
        ("outer_src:", ["172.16.1.103", "172.16.1.100", "172.16.1.101", "gateway3", "none"]),
        ("peer:gate", ["gateway3"]),
        ("endpoint:2001", ["2001:db8::1", "2001:db8::2"]),
        ("inner_dst:2001", ["2001:db8::2"]),
        ("encap:", ["vxlan", "gre"]),
        ("path:", ["vxlan", "vxlan/gre"]),
        ("direction:", ["ingress", "egress"]),
        ("interface:", ["eth0"]),
        ("host:", ["node1"]),
        ("192.168.0", ["192.168.0.1", "192.168.0.2"]),
    ],
)
def test_values_that_were_seen_are_offered_those_with_most_bytes_first(
    text: str, expected: list[str]
) -> None:
    assert choices(text) == expected


def test_an_address_comes_with_its_name() -> None:
    first = reply("outer_src:")["completion"]["choices"][0]
    assert first == {"text": "172.16.1.103", "about": "gateway3"}


def test_a_mistake_has_its_place() -> None:
    assert reply("vni:10000")["mistake"] is None
    found = reply("vni:10000 peer:nobody")["mistake"]
    assert (found["start"], found["length"]) == (15, 6)
    assert "nobody" in found["error"]


@pytest.mark.parametrize("resource", ["flows", "matrix", "segments", "live"])
def test_every_reply_refuses_a_wrong_filter_at_its_place(resource: str) -> None:
    with serving() as running:
        refused = running.get(f"/api/v1/{resource}?filter={quote('vni:1 encap:vxlam')}")
    assert refused.status == 400
    assert refused.json["start"] == 12
    assert refused.json["length"] == 5
    assert refused.json["error"].startswith("'vxlam' is no encap; choose none, vxlan")


def test_every_reply_is_of_the_filter_alone() -> None:
    with serving() as running:
        running.view.take(batch(*FLOWS))
        text = f"?filter={quote('!vni:20000 path:vxlan')}"
        flows = running.api(f"flows{text}")["rows"]
        matrix = running.api(f"matrix{text}")
        segments = running.api(f"segments{text}")["rows"]
    assert [row["bytes"] for row in flows] == ["604", "604"]
    assert matrix["bytes"] == [["0", "604"], ["604", "0"]]
    assert [(row["vni"], row["bytes"]) for row in segments] == [
        (10000, "1208"),
        (20000, "0"),
        (None, "0"),
    ]
