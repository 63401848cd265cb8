"""The direction of imports: a package uses only what lies before it on a packet's path."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tunnel_monitor"
PATH_OF_A_PACKET = ("kernel", "capture", "flows", "store", "export", "diagnose", "serve")
ALONE = ("lab", "testing")
WIRE = "monitor"  # the running whole of a packet's path; only the commands know it
EVERYBODYS = {"contract", "layout", "settings", "errors", "__version__"}
PLACES = sorted({file.relative_to(SOURCE).parts[0] for file in SOURCE.rglob("*.py")})


def allowed(place: str) -> set[str] | None:
    """What a package or module right under `tunnel_monitor` may import from it; None: all."""
    name = place.removesuffix(".py")
    if name == "cli":
        return None
    if name == WIRE:
        return EVERYBODYS | set(PATH_OF_A_PACKET)
    if name in PATH_OF_A_PACKET:
        return EVERYBODYS | set(PATH_OF_A_PACKET[: PATH_OF_A_PACKET.index(name) + 1])
    if name in ALONE:
        return EVERYBODYS | {name}
    return EVERYBODYS


def imported(text: str, package: str) -> set[str]:
    """Names right under `tunnel_monitor` that a module's text imports, anywhere in it.

    Args:
        text: the module.
        package: the dotted name of the package the module is in, for relative imports.
    """
    full: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            full += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*above, node.module or ""] if node.level else [node.module or ""])
            full += [f"{base}.{alias.name}".replace("..", ".") for alias in node.names]
    parts = (name.split(".") for name in full)
    return {name[1] for name in parts if name[0] == "tunnel_monitor" and len(name) > 1}


def package_of(file: Path) -> str:
    return ".".join(file.relative_to(SOURCE.parent).parent.parts)


@pytest.mark.parametrize("place", PLACES)
def test_imports_point_to_the_left(place: str) -> None:
    may = allowed(place)
    if may is None:
        return
    root = SOURCE / place
    for file in [root] if root.is_file() else sorted(root.rglob("*.py")):
        wrong = imported(file.read_text(), package_of(file)) - may
        assert not wrong, f"{file.relative_to(SOURCE)} imports {sorted(wrong)}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import tunnel_monitor.serve.app", {"serve"}),
        ("from tunnel_monitor import flows, errors", {"flows", "errors"}),
        ("from tunnel_monitor.store.base import Store", {"store"}),
        ("from . import batch", {"flows"}),
        ("from .batch import FlowBatch", {"flows"}),
        ("from .. import serve", {"serve"}),
        ("from ..serve.app import app", {"serve"}),
        ("def late():\n    from tunnel_monitor.serve import app", {"serve"}),
        ("import numpy\nfrom pathlib import Path", set()),
    ],
)
def test_imports_are_found_however_written(text: str, names: set[str]) -> None:
    assert imported(text, "tunnel_monitor.flows") == names


def test_an_import_to_the_right_is_refused() -> None:
    assert not {"kernel", "flows", "errors"} - (allowed("flows") or set())
    assert {"serve"} - (allowed("flows") or set()) == {"serve"}
    assert {"kernel"} - (allowed("lab") or set()) == {"kernel"}
    assert {"lab"} - (allowed("serve") or set()) == {"lab"}


SERVING = {"asyncio", "uvicorn", "starlette", "duckdb"}


@pytest.mark.parametrize(
    ("module", "later"),
    [
        ("watch", {"numpy", "ssl", "tunnel_monitor.flows", *SERVING}),
        ("attaching", SERVING),
    ],
)
def test_watch_begins_without_what_takes_long_to_import(module: str, later: set[str]) -> None:
    """It is imported while the kernel works (ADR 0029): one import too many, and it is not."""
    program = f"import sys, tunnel_monitor.cli.{module}; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert not later & set(told.stdout.decode().split())
