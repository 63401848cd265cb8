"""The reference says what the program does: every option, every outcome, no other."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

import pytest
from tests.lab import tunnels

from tunnel_monitor.cli.main import COMMANDS, parser_for
from tunnel_monitor.contract import Encap, Outcome, Signal
from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.flows.filter.keys import KEY
from tunnel_monitor.flows.filter.parse import parse
from tunnel_monitor.lab.faults import FAULTS

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def subparser_of(command: str) -> argparse.ArgumentParser:
    (subparsers,) = (
        action
        for action in parser_for([command])._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    found = subparsers.choices[command]
    assert isinstance(found, argparse.ArgumentParser)
    return found


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """Long options that a parser and those below it take, and help says."""
    below = (
        sub
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for sub in action.choices.values()
    )
    own = {
        word
        for action in parser._actions
        if action.help != argparse.SUPPRESS
        for word in action.option_strings
        if word.startswith("--")
    } - {"--help"}
    return own.union(*map(options_of, below))


def section_of(text: str, command: str) -> str:
    """The part of the reference below the heading of one command."""
    found = re.search(
        rf"^##+ [^\n]*`(?:tunnel-monitor )?{command}\b.*?(?=^## |\Z)", text, re.M | re.S
    )
    assert found is not None, f"cli.md has no heading for `{command}`"
    return found.group()


def described(section: str) -> set[str]:
    """Options that have a row or an entry of their own: they come first on their line."""
    return {
        option
        for line in section.splitlines()
        if re.match(r"\s*[|*-]\s*`-", line)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", line.lstrip("|*- ").split("|")[0])
    }


def rows_of(text: str) -> set[str]:
    """First cells of tables that are one word of code."""
    return set(re.findall(r"^\|\s*`([a-z0-9_]+)`\s*\|", text, re.M))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_reference_has_the_options_of(command: str) -> None:
    section = section_of((REFERENCE / "cli.md").read_text(), command)
    assert described(section) == options_of(subparser_of(command))


def test_the_reference_has_every_fault_of_the_lab() -> None:
    text = section_of((REFERENCE / "lab.md").read_text(), "lab fault")
    rows = re.findall(r"^\|\s*`([a-z-]+)`\s*\|", text, re.M)
    assert rows == list(FAULTS)


def test_the_reference_has_every_outcome() -> None:
    assert rows_of((REFERENCE / "reasons.md").read_text()) == {one.label for one in Outcome}


def test_the_reference_has_every_signal() -> None:
    text = (REFERENCE / "signals.md").read_text()
    assert rows_of(text) == {one.label for one in Signal}
    assert set(re.findall(r"^## `([a-z_]+)`$", text, re.M)) == rows_of(text)


def test_the_reference_has_every_encapsulation() -> None:
    text = (REFERENCE / "encapsulations.md").read_text()
    rows = set(re.findall(r"^\|\s*`([a-z0-9-]+)`\s*\|", text, re.M))
    assert rows == {one.label for one in Encap if one is not Encap.NONE}


def test_the_reference_has_every_tunnel_that_linux_makes() -> None:
    text = (REFERENCE / "encapsulations.md").read_text().partition("What it is tested with")[2]
    table, _, lacking = text.partition("has no\n")
    makes = {name for row in re.findall(r"^\| (`.*?) \|", table, re.M) for name in code_of(row)}
    assert makes == {kind.name for kind in tunnels.KINDS}
    lacked = set(code_of(lacking.partition("So that")[0]))
    assert lacked <= makes
    if os.geteuid() == 0:
        assert tunnels.missing() <= lacked, "name what this kernel does not make"


def code_of(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def test_the_reference_has_every_exit_code() -> None:
    def below(error: type[TunnelMonitorError]) -> set[int]:
        return {error.exit_code}.union(*map(below, error.__subclasses__()))

    told = re.findall(r"^\| (\d+) \|", (REFERENCE / "errors.md").read_text(), re.M)
    done, something_open, interrupted = 0, 3, 130
    assert {int(code) for code in told} == below(TunnelMonitorError) | {
        *(done, something_open, interrupted)
    }


def test_an_option_without_an_entry_is_found() -> None:
    rows = "| `--hosts N` | how many |\n| `--rate` | see `--hosts` and `--seed` |"
    text = f"## `tunnel-monitor demo`\n\nAs `--other`.\n\n{rows}\n## next\n"
    assert described(section_of(text, "demo")) == {"--hosts", "--rate"}


def test_the_reference_has_every_key_of_filters() -> None:
    text = (REFERENCE / "filter.md").read_text()
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `"))
    assert {name for name in KEY if re.search(rf"`{name}[:><`]", rows)} == set(KEY)


def test_the_filters_of_the_reference_are_filters() -> None:
    text = (REFERENCE / "filter.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \|", text, re.M)
    assert len(rows) > len(KEY) - 3
    for row in rows:
        parse(row)


def test_words_of_the_page_s_links_and_its_keys_are_documented() -> None:
    page = (REFERENCE / "page.md").read_text(encoding="utf-8")
    source = REFERENCE.parents[1] / "web" / "src"
    words = re.findall(r'put\("(\w+)"', (source / "link.ts").read_text(encoding="utf-8"))
    texts = [(source / name).read_text(encoding="utf-8") for name in ("controls.ts", "main.ts")]
    keys = {key for text in texts for key in re.findall(r'key: "(.)",', text)} - {" "}
    assert len(words) > 10
    assert len(keys) > 5
    links = page[page.index("## Links") :]
    assert [word for word in words if f"| `{word}` |" not in links] == []
    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []
