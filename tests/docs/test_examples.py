"""Commands in the documentation can be typed as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.docs.test_links import ROOT, pages

from tunnel_monitor.cli.main import COMMANDS, parser_for

SHELLS = ("", "sh", "bash", "shell", "console")


def commands_in(text: str) -> list[list[str]]:
    """Calls of `make` and `tunnel-monitor` in a page's shell blocks, as words."""
    found = []
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S):
        if language not in SHELLS:
            continue
        for line in block.replace("\\\n", " ").splitlines():
            call = re.match(r"\s*(?:[$#] )?(?:sudo )?((?:\S*/)?tunnel-monitor|make)\b(.*)", line)
            if call:
                words = re.split(r"\s(?:\||>|2>|&|;)", call[2] + " ")[0]
                found.append([Path(call[1]).name, *shlex.split(words, comments=True)])
    return found


def fault_of(words: list[str]) -> str | None:
    """Why a call would be refused; None if it would not."""
    if words[0] == "make":
        return fault_of_make(words[1:])
    return fault_of_monitor(words[1:])


def fault_of_make(words: list[str]) -> str | None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M))
    unknown = {word for word in words if "=" not in word} - targets - {"..."}
    if unknown:
        return f"make has no target {sorted(unknown)}"
    asked = [word.removeprefix("ARGS=") for word in words if word.startswith("ARGS=")]
    return fault_of_monitor(["demo", *shlex.split(asked[0])]) if "demo" in words and asked else None


def fault_of_monitor(words: list[str]) -> str | None:
    try:
        parser_for([word for word in words if word in COMMANDS][:1]).parse_args(words)
    except SystemExit as stop:
        return f"tunnel-monitor refuses {shlex.join(words)}" if stop.code else None
    return None


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_would_be_accepted(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = [fault for words in commands_in(page.read_text()) if (fault := fault_of(words))]
    assert not faults, capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "make everything",
        'make demo ARGS="--no-such"',
        "sudo tunnel-monitor fly",
        "tunnel-monitor demo --x",
    ],
)
def test_an_example_that_fails_is_found(line: str) -> None:
    (words,) = commands_in(f"```sh\n{line} | head\n```\n")
    assert fault_of(words) is not None
