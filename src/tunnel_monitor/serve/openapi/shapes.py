"""JSON Schema (2020-12), in few words."""

from __future__ import annotations

from collections.abc import Sequence

from tunnel_monitor.serve.members import COUNTED, Json

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
WHOLE: Json = {"type": "integer", "minimum": 0}
FLAG: Json = {"type": "boolean"}
COUNT: Json = {"type": "string", "pattern": "^[0-9]+$"}
SIGNED: Json = {"type": "string", "pattern": "^-?[0-9]+$"}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1.0001}  # rounded
VNI: Json = {"type": ["integer", "null"], "minimum": 0, "maximum": 2**32 - 1}
ANYTHING: Json = {}


def members(**each: Json) -> Json:
    """An object with exactly these members; a name may end in `_` where Python has it itself."""
    named = {name.removesuffix("_"): shape for name, shape in each.items()}
    return {
        "type": "object",
        "properties": named,
        "required": list(named),
        "additionalProperties": False,
    }


def open_members(**each: Json) -> Json:
    """An object that has some of these members."""
    return {"type": "object", "properties": each, "additionalProperties": False}


def listed(shape: Json) -> Json:
    """A list of any length."""
    return {"type": "array", "items": shape}


def keyed(shape: Json) -> Json:
    """An object whose names are data."""
    return {"type": "object", "additionalProperties": shape}


def row(*shapes: Json) -> Json:
    """A list of exactly these."""
    return {
        "type": "array",
        "prefixItems": list(shapes),
        "minItems": len(shapes),
        "maxItems": len(shapes),
    }


def maybe(shape: Json) -> Json:
    """That, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def one_of(*values: str) -> Json:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


def named(name: str) -> Json:
    """A shape of components.schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def with_counts(counts: Sequence[str] = COUNTED, **more: Json) -> Json:
    """An object of counts, and more before them."""
    return members(**more, **dict.fromkeys(counts, COUNT))
