"""`tunnel-monitor history`, while a monitor runs and after it was killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.lab import commands, watched
from tests.lab.watched import HERE, THERE, Page

from tunnel_monitor.lab.build import Lab
from tunnel_monitor.serve.beside import socket_of

pytestmark = pytest.mark.root

OFTEN = ("--interval", "0.2")
SECOND = ("--from", "-1h", "--by", "inner", "--sort", "-packets")


@pytest.fixture
def file(nobodys: Path) -> Path:
    return nobodys / "history.duckdb"


def asked(home: int, folder: Path, file: Path, *words: str) -> Any:  # the tests say what is in it
    code, told = commands.run(home, folder, "history", "--history", str(file), *words, "--json")
    assert code == 0, told
    return json.loads(told)


def packets(found: Any) -> dict[tuple[str, str], int]:
    return {
        (row["inner_src"], row["inner_dst"]): int(row["packets"])
        for row in found["rows"]
        if row["inner_src"]
    }


def test_it_asks_the_monitor_and_then_the_file(
    lab: Lab, home: int, tmp_path: Path, file: Path
) -> None:
    both = {(HERE, THERE): 103, (THERE, HERE): 103}
    with watched.watch(lab, home, tmp_path, "eth0", "--history", str(file), *OFTEN) as running:
        watched.ping(lab, 103)
        commands.wait_for(socket_of(file).exists, "the file is there, and who answers for it")
        commands.wait_for(
            lambda: packets(asked(home, tmp_path, file, *SECOND)) == both, "all is in the file"
        )
        exported = tmp_path / "live.parquet"
        words = ("export", str(exported), "--history", str(file))
        assert commands.run(home, tmp_path, "history", *words) == (0, "")
        refused = ("--history", str(file), "--by", "nonsense")
        code, told = commands.run(home, tmp_path, "history", *refused)
        assert (code, told.count("\n")) == (2, 1)
        running.process.kill()
        running.wait()
    assert packets(asked(home, tmp_path, file, *SECOND)) == both
    one_way = asked(home, tmp_path, file, *SECOND, "--filter", f"inner_src:{HERE}")
    assert packets(one_way) == {(HERE, THERE): 103}
    told = commands.run(home, tmp_path, "history", "--history", str(file), *SECOND)[1]
    assert f"{HERE}  {THERE}      103" in told
    after = tmp_path / "after.parquet"
    assert commands.run(home, tmp_path, "history", *words[:1], str(after), *words[2:]) == (0, "")
    for parquet in (exported, after):
        counted = f"SELECT sum(packets) FROM '{parquet}' WHERE inner_src IN ('{HERE}', '{THERE}')"  # noqa: S608
        assert duckdb.execute(counted).fetchall() == [(206,)]


def test_the_page_reaches_back_to_what_a_monitor_before_it_kept(
    lab: Lab, home: int, tmp_path: Path, file: Path
) -> None:
    words = ("eth0", "--history", str(file), *OFTEN)
    for count, total in ((11, 11), (13, 24)):
        with watched.watch(lab, home, tmp_path, *words) as running:
            watched.ping(lab, count)
            page = Page.of(running)
            expect(page, {(HERE, THERE): total, (THERE, HERE): total})
            running.process.terminate()
            assert running.wait() == 0
    assert not file.with_name(file.name + ".sock").exists()


def expect(page: Page, both: dict[tuple[str, str], int]) -> None:
    """The file is a moment behind what is in memory."""
    commands.wait_for(lambda: packets(page.api("flows?from=-1h&by=inner")) == both, "all is told")


def test_without_a_file_it_says_so(home: int, tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    code, told = commands.run(home, tmp_path, "history", "--history", missing)
    assert code == 1
    assert f"cannot read the history {missing}: no such file" in told
