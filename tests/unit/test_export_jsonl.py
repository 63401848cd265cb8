from __future__ import annotations

import io
import json
import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.synthetic import SECOND_NS, Flow, drained
from tests.unit.test_flows_group import FLOWS

from tunnel_monitor.contract import Direction
from tunnel_monitor.export.jsonl import JsonLines, lines
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.filter.parse import parse

MEMBERS = [
    "time",
    "interface",
    "direction",
    "encap",
    "vni",
    "outer_src",
    "outer_dst",
    "inner_src",
    "inner_dst",
    "packets",
    "bytes",
]


def written(*flows: Flow, tunnels: tuple[Flow, ...] = ()) -> list[dict[str, object]]:
    raw = drained(flows, tunnels, interfaces=("eth0", "eth1"))
    return [json.loads(line) for line in lines(FlowBatch.of(raw)).splitlines()]


def test_one_line_in_full() -> None:
    raw = drained([Flow(packets=3, bytes=2**60)])
    assert lines(FlowBatch.of(raw)) == (
        b'{"time":1763800001.25,"interface":"eth0","direction":"egress","encap":"vxlan",'
        b'"vni":10000,"outer_src":"172.16.1.100","outer_dst":"172.16.1.101",'
        b'"inner_src":"192.168.0.1","inner_dst":"192.168.0.2",'
        b'"packets":3,"bytes":1152921504606846976}\n'
    )


def test_rows_without_vni_without_inner_header_and_without_room() -> None:
    bare = Flow(inner_src=None, inner_dst=None, vni=None, direction=Direction.INGRESS)
    rows = written(bare, tunnels=(Flow(inner_src=None, inner_dst=None, bytes=9),))
    assert [(row["vni"], row["inner_src"], row["inner_dst"], row["bytes"]) for row in rows] == [
        (None, "", "", 604),
        (10000, "", "", 9),
    ]


@given(st.lists(FLOWS, max_size=10))
def test_lines_hold_every_byte_in_the_promised_order(flows: list[Flow]) -> None:
    rows = written(*flows)
    assert all(list(row) == MEMBERS for row in rows)
    assert sum(int(str(row["bytes"])) for row in rows) == sum(flow.bytes for flow in flows)


def test_a_filter_judges_each_drain_by_itself() -> None:
    stream = io.BytesIO()
    sink = JsonLines(
        stream, lambda: None, only=parse("rate>5k interface:eth0 host:node1"), host="node1"
    )
    for number, size in ((1, 1250), (2, 1249), (3, 624)):
        raw = drained([Flow(bytes=size, vni=number)], number=number, interval_ns=2 * SECOND_NS)
        sink.take(FlowBatch.of(raw))
    sink.take(FlowBatch.of(drained([Flow(bytes=626, vni=4)], number=4)))
    sink.take(
        FlowBatch.of(drained([Flow(bytes=626, interface="eth1")], interfaces=("eth0", "eth1")))
    )
    assert [json.loads(line)["vni"] for line in stream.getvalue().splitlines()] == [4]


class Flushed(io.BytesIO):
    """Counts flushes."""

    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


def test_each_drain_is_flushed() -> None:
    stream = Flushed()
    sink = JsonLines(stream, lambda: None)
    sink.take(FlowBatch.of(drained([Flow()])))
    sink.take(FlowBatch.of(drained([])))
    sink.close()
    assert stream.flushes == 2
    assert stream.getvalue().count(b"\n") == 1


def test_a_reader_that_has_gone_is_told_once() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    told = list[str]()
    with os.fdopen(writer, "wb", buffering=0) as stream:
        sink = JsonLines(stream, lambda: told.append("gone"))
        for _ in range(3):
            sink.take(FlowBatch.of(drained([Flow()])))
    assert told == ["gone"]


def test_a_pipe_to_head_ends_without_a_trace() -> None:
    """The way it is used: standard output, buffered, closed by its reader in the middle."""
    program = (
        "import sys, os\n"
        "from tests.unit.synthetic import many\n"
        "from tunnel_monitor.export.jsonl import JsonLines\n"
        "from tunnel_monitor.flows.batch import FlowBatch\n"
        "gone = []\n"
        "sink = JsonLines(sys.stdout.buffer, lambda: gone.append(1))\n"
        "batch = FlowBatch.of(many(2000))\n"
        "for _ in range(100):\n"
        "    sink.take(batch)\n"
        "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)\n"
        "sys.exit(len(gone))\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout
    assert writer.stderr
    assert json.loads(writer.stdout.readline())["encap"] == "vxlan"
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait(60) == 1


def test_a_record_of_its_own_is_a_line_between_two_batches() -> None:
    stream = io.BytesIO()
    writer = JsonLines(stream, lambda: None)
    writer.take(FlowBatch.of(drained([Flow()])))
    writer.add({"time": 1.5, "finding": {"name": "storm"}})
    first, second = stream.getvalue().splitlines()
    assert "outer_src" in json.loads(first)
    assert second == b'{"time":1.5,"finding":{"name":"storm"}}'
