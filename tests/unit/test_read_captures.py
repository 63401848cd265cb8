"""Captures of others, where an independent decoder says what is in them.

They are not part of the project; tests/packets/captures.py says where they may be.
"""

from __future__ import annotations

import json
import runpy
import sys
import warnings
from pathlib import Path

import pytest
from tests.packets.captures import folder

from tunnel_monitor.cli.main import main

FOLDER = folder() or Path()
CAPTURES = sorted((FOLDER / "pcaps").glob("*")) if folder() else []
KEY = ("encap", "vni", "outer_src", "outer_dst", "inner_src", "inner_dst")
# Folder of tables -> the words that make the command read what they have.
TABLES = {"expected": [], "expected-extended": ["--encaps", "all"]}
# tshark clamps a length on the wire that no packet ever had; the record says 4,093,509,168.
CLAMPED = {"odd--ndpi--fuzz-2021-06-07-c6c72a0a56.pcap"}

if CAPTURES:  # where there are none, there is nothing to leave out either

    @pytest.mark.parametrize("boundary", ["innermost", "outermost"])
    @pytest.mark.parametrize("tables", TABLES)
    @pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
    def test_a_capture(
        capture: Path,
        tables: str,
        boundary: str,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        words = ["--boundary", boundary, *TABLES[tables]]
        assert main(["read", str(capture), "--json", "--ledger", *words]) == 0
        found = json.loads(capsys.readouterr().out)
        expected = FOLDER / tables / f"{capture.name}.json"
        actual = tmp_path / "actual.json"
        actual.write_text(json.dumps({"tables": {boundary: without_paths(found["flows"])}}))
        assert compared(expected, actual) == 0, capsys.readouterr().out
        stats = json.loads(expected.read_text())["stats"]
        assert sum(row["packets"] for row in found["ledger"]) == stats["packets"]
        if capture.name not in CLAMPED:
            assert sum(row["bytes"] for row in found["ledger"]) == stats["bytes"]


def compared(expected: Path, actual: Path) -> object:
    """The exit code of the captures' own comparer, which says on standard output what differs."""
    comparer = str(FOLDER / "oracle" / "compare.py")
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves files to be closed
        patch.setattr(sys, "argv", [comparer, str(expected), str(actual)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(comparer, run_name="__main__")
    return ended.value.code


def without_paths(flows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows that differ only in their path, added up: the expected tables have no paths."""
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    for flow in flows:
        row = rows.setdefault(tuple(flow[name] for name in KEY), {**flow, "packets": 0, "bytes": 0})
        for name in ("packets", "bytes"):
            row[name] = int(str(row[name])) + int(str(flow[name]))
    return list(rows.values())


def test_paths_are_added_up() -> None:
    key: dict[str, object] = dict.fromkeys(KEY, 1)
    flows = [{**key, "packets": 2, "bytes": 3, "path": path} for path in ("gre", "vxlan/gre")]
    assert without_paths(flows) == [{**key, "packets": 4, "bytes": 6, "path": "gre"}]
