"""The API's description is valid, whole, and true: the server is fuzzed against it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from tests.unit.serving import FACTS, PAIR, REPORT, batch
from tests.unit.synthetic import Flow, drained

from tunnel_monitor.contract import Encap, Signal
from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.flows.batch import FlowBatch
from tunnel_monitor.flows.names import of_lines
from tunnel_monitor.flows.question import Answer, Books, Question, Series, Span
from tunnel_monitor.serve.app import make_app
from tunnel_monitor.serve.encoding import encode
from tunnel_monitor.serve.live import Hub
from tunnel_monitor.serve.openapi.document import document
from tunnel_monitor.serve.parameters import PARAMETERS
from tunnel_monitor.serve.routes import Routes
from tunnel_monitor.serve.security import Access
from tunnel_monitor.serve.view import LiveView

FLOWS = (
    *PAIR,
    Flow(vni=None, path=(Encap.VXLAN, Encap.GRE), inner_src="2001:db8::1", inner_dst="2001:db8::2"),
    Flow(inner_src=None, inner_dst=None, bytes=2**54),
    Flow(path=(Encap.GENEVE,), signals=(Signal.GENEVE_OPTIONS, Signal.GENEVE_CRITICAL)),
)
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]


def busy() -> LiveView:
    view = LiveView(["eth0"], 1.0, host="node1", names=of_lines(["172.16.1.100 gw"], "here"))
    for number in range(1, 121):
        loud = [Flow(bytes=10**7)] if number > 60 else []
        view.take(batch(*FLOWS, *loud, number=number))
    return view


def new() -> LiveView:
    return LiveView(["eth0"], 1.0)


def capture() -> LiveView:
    view = LiveView(["x.pcap"], 1.0, slices=10)
    drains = (drained(FLOWS, interfaces=("eth0",), number=number) for number in range(1, 11))
    view.replay(replace(FlowBatch.of(one), interfaces=("x.pcap",)) for one in drains)
    return view


class Unreadable:
    """A history that began long ago, and cannot be asked."""

    def span(self) -> Span:
        return Span(1, 2)

    def answer(self, question: Question) -> Answer:
        raise StoreFailed(f"cannot answer {question}", "ask again in a moment")

    def series(self, question: Question, step_ns: int) -> Series:
        raise StoreFailed(f"cannot answer {question} by {step_ns}", "ask again in a moment")

    def ledger(self, span: Span, hosts: Collection[str] = ()) -> Books:
        raise StoreFailed(f"cannot add up {span} of {hosts}", "ask again in a moment")


def forgetful() -> LiveView:
    view = LiveView(["eth0"], 1.0, history=Unreadable())
    view.take(batch(*FLOWS))
    return view


@contextmanager
def described(view: LiveView) -> Iterator[Any]:
    """What schemathesis makes of the description of a server that answers from a view."""
    facts = replace(FACTS, started_ns=view.snapshot.time_ns)
    with ThreadPoolExecutor(2) as pool, closing(view):
        hub = Hub(view, lambda: facts, pool)
        access = Access("127.0.0.1", 80, frozenset({"testserver"}))
        app = make_app(Routes(view, lambda: facts, hub, {}, pool, judged=lambda: REPORT), access)
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.fixture(scope="module", params=[busy, new, capture], ids=lambda make: make.__name__)
def api(request: pytest.FixtureRequest) -> Iterator[Any]:
    with described(request.param()) as found:
        yield found


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("resource", sorted(set(PARAMETERS) - {"live"}))
def test_the_server_does_what_its_description_says(
    api: Any, resource: str, mode: GenerationMode
) -> None:
    """Whatever is asked, right or wrong."""
    if mode is GenerationMode.NEGATIVE and not PARAMETERS[resource]:
        return  # nothing can be wrong
    operation = api[f"/api/v1/{resource}"]["GET"]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    asked()


def test_the_description_is_valid() -> None:
    validate(document())


def test_every_resource_and_parameter_is_described() -> None:
    described = {
        path.removeprefix("/api/v1/"): {one["name"] for one in item["get"].get("parameters", [])}
        for path, item in document()["paths"].items()
    }
    assert described.pop("openapi.json") == set()
    assert described == {name: set(known) for name, known in PARAMETERS.items()}


def test_a_history_that_cannot_be_asked_is_described() -> None:
    with described(forgetful()) as api:
        operation = api["/api/v1/flows"]["GET"]
        case = operation.Case(query={"from": "0"})
        assert case.call_and_validate(checks=CHECKS[1:]).status_code == 503
        assert set(operation.responses.status_codes) >= {"200", "400", "503"}


def test_a_reply_that_is_not_as_described_is_found() -> None:
    """The checks above can fail."""
    with described(busy()) as api:
        case = api["/api/v1/ledger"]["GET"].Case()
        response = case.call()
    case.validate_response(response, checks=CHECKS)
    body = response.json()
    body["rows"][0]["outcomes"]["flow"]["packets"] = 5
    response.content = encode(body)
    with pytest.raises(FailureGroup):
        case.validate_response(response, checks=CHECKS)
