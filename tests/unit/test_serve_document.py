"""docs/reference: the examples are what the server sends, and nothing is left out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.serving import PAIR, Events, batch, serving
from tests.unit.synthetic import Flow

from tunnel_monitor.contract import Encap, Outcome, Signal
from tunnel_monitor.flows.groupings import GROUPINGS
from tunnel_monitor.flows.names import of_lines
from tunnel_monitor.flows.sinks import DEPTH
from tunnel_monitor.serve import comparing, event, live, timeline
from tunnel_monitor.serve.parameters import LARGEST_STEP_S, LIMITS, PARAMETERS
from tunnel_monitor.serve.totals import Limits

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
API = (REFERENCE / "api.md").read_text()
EXAMPLES = dict(re.findall(r"## `GET /api/v1/(\w+)`.*?```json\n(.*?)```", API, re.DOTALL))
# Their keys are data, not names of members.
OPEN = ("ports", "outcomes", "evidence", "names")
NAMES = of_lines(["172.16.1.100 gateway1"], "here")
# Where the plain question has an answer without all members.
QUESTIONS = {"filter": "?text=vni:10000+peer:172"}
# Where it takes other flows to have all members: the other end is watched, too.
MORE = {
    "loss": (Flow(outer_src="172.16.1.101", outer_dst="172.16.1.100"),),
    "signals": (Flow(path=(Encap.GENEVE,), signals=(Signal.GENEVE_OPTIONS,)),),
}


def shape(value: object, path: str = "") -> set[str]:
    """Every member with its type; of lists the first element stands for all."""
    if isinstance(value, dict):
        if path.endswith(OPEN):
            value = dict(list(value.items())[:1]) and {"*": next(iter(value.values()))}
        return {path + " {}"}.union(*(shape(part, f"{path}.{key}") for key, part in value.items()))
    if isinstance(value, list):
        return {path + " []"}.union(*(shape(part, f"{path}[]") for part in value[:1]))
    kind = "number" if isinstance(value, int | float) else type(value).__name__
    return {f"{path} {kind}"}


def part(heading: str) -> str:
    """What stands below a heading, up to the next one."""
    return re.split(r"\n##+ ", API.partition(f"\n{heading}\n")[2])[0]


def sent(resource: str) -> Any:  # JSON
    with serving(names=NAMES) as running:
        running.view.take(batch(*PAIR, *MORE.get(resource, ())))
        if resource != "live":
            return running.api(resource + QUESTIONS.get(resource, ""))
        with Events(running) as events:
            return events.event()


@pytest.mark.parametrize("resource", sorted(PARAMETERS))
def test_the_example_has_exactly_the_members_that_are_sent(resource: str) -> None:
    example, reply = json.loads(EXAMPLES[resource]), sent(resource)
    assert list(example) == list(reply)
    for name in ("segments", "ledger", "status") if resource in ("live", "snapshot") else ():
        example[name] = reply[name] = None  # described by their own sections
    assert shape(example) == shape(reply)


def test_every_resource_has_a_section_and_every_parameter_a_row() -> None:
    assert set(EXAMPLES) == set(PARAMETERS)
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", part("## Parameters"), re.MULTILINE))
    used = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows.items()}
    assert used == {
        name: {resource for resource, known in PARAMETERS.items() if name in known}
        for known in PARAMETERS.values()
        for name in known
    }


def test_every_grouping_is_described() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", part("### Groups"), re.MULTILINE)
    told = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows[1:]}
    assert told == dict(GROUPINGS)


def number(value: float) -> str:
    return f"{value:,}"


@pytest.mark.parametrize(
    "fact",
    [
        f"{number(timeline.MOST_DRAINS)}",
        f"at most {timeline.SHOWN}, in address order",
        f"at most {timeline.TRACKED} peers",
        f"at most {number(event.MOST_TUNNELS)} rows",
        f"`flows` at most {event.MOST_FLOWS}, with `peer=` {number(event.MOST_PEER_FLOWS)}, or",
        f"more than {number(event.MOST_SEGMENTS)} segments",
        f"{live.MOST_VIEWERS} viewers",
        f"for {live.HEARTBEAT_S:.0f} seconds",
        f"last {timeline.SPAN_S // 60} minutes",
        f"1 to {LIMITS['flows'][1]} rows; 1 to {LIMITS['matrix'][1]} places; "
        f"1 to {LIMITS['series'][1]} groups; 1 to {LIMITS['growth'][1]} rows; "
        f"1 to {LIMITS['loss'][1]} tunnels; 1 to {LIMITS['live'][1]} flows",
        "; ".join(str(LIMITS[name][0]) for name in ("flows", "matrix", "series", "growth", "loss")),
        f"1 to {LARGEST_STEP_S} seconds",
        f"a {comparing.STEPS}th of the stretch",
    ],
)
def test_numbers_in_the_document_are_those_in_force(fact: str) -> None:
    assert fact in re.sub(r"\s+", " ", API)


def test_every_outcome_has_its_section() -> None:
    text = (REFERENCE / "reasons.md").read_text()
    sections = re.findall(r"^## `(\w+)`$", text, re.MULTILINE)
    assert sections == [outcome.label for outcome in Outcome]
    for section in re.split(r"^## `", text, flags=re.MULTILINE)[1:]:
        assert "**What to do:**" in section


@pytest.mark.parametrize(
    "value",
    [
        Limits().flows,
        Limits().tunnels,
        Limits().endpoints,
        timeline.MOST_DRAINS,
        timeline.TRACKED,
        event.MOST_TUNNELS,
        event.MOST_SEGMENTS,
        live.MOST_VIEWERS,
        DEPTH,
    ],
)
def test_every_limit_is_published(value: int) -> None:
    assert f" {number(value)} " in (REFERENCE / "limits.md").read_text()
