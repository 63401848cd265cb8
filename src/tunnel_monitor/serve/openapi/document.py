"""The whole description."""

from __future__ import annotations

from tunnel_monitor import __version__
from tunnel_monitor.serve.members import Json
from tunnel_monitor.serve.openapi.questions import parameters
from tunnel_monitor.serve.openapi.replies import REPLIES
from tunnel_monitor.serve.openapi.schemas import SCHEMAS
from tunnel_monitor.serve.openapi.shapes import TEXT, named

API = "/api/v1"
TOKEN = "The token that the server printed at its start; on loopback none is needed."  # noqa: S105
REFUSED = {
    "400": "A parameter is wrong, given twice, or unknown; of a filter, with its place.",
    "401": "The token is missing or wrong.",
    "403": "The Host header does not name this server, or Origin is another site.",
    "405": "A method other than GET and HEAD.",
    "500": "A fault of the server.",
    "503": "History or the store cannot be asked now.",
}
FULL = {"503": "As many viewers are connected as there may be."}


def document() -> Json:
    """OpenAPI 3.1, as JSON."""
    paths = {f"{API}/{name}": {"get": _operation(name)} for name in REPLIES}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tunnel Monitor",
            "version": __version__,
            "description": "Who sends how much to whom, outside and inside tunnels. "
            "docs/reference/api.md says the same for people.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}, {"query": []}],
        "paths": paths | {f"{API}/live": {"get": _live()}, f"{API}/openapi.json": {"get": _self()}},
        "components": {
            "schemas": dict(SCHEMAS),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": TOKEN},
                "query": {"type": "apiKey", "in": "query", "name": "token", "description": TOKEN},
            },
        },
    }


def _operation(resource: str) -> Json:
    summary, shape = REPLIES[resource]
    return {
        "operationId": resource,
        "summary": summary,
        "parameters": parameters(resource),
        "responses": {"200": _reply("The reply.", "application/json", shape), **_refusals(REFUSED)},
    }


def _live() -> Json:
    text = "Server-sent events: `event: drain`, its data being one Snapshot."
    return {
        "operationId": "live",
        "summary": "Each drain as it happens.",
        "parameters": parameters("live"),
        "responses": {
            "200": _reply(text, "text/event-stream", TEXT),
            **_refusals(REFUSED | FULL),
        },
    }


def _self() -> Json:
    return {
        "operationId": "openapi",
        "summary": "This document.",
        "responses": {
            "200": _reply("This.", "application/json", {"type": "object"}),
            **_refusals(REFUSED),
        },
    }


def _reply(about: str, media_type: str, shape: Json) -> Json:
    return {"description": about, "content": {media_type: {"schema": shape}}}


def _refusals(known: dict[str, str]) -> Json:
    return {
        status: _reply(about, "application/json", named("Error")) for status, about in known.items()
    }
