"""What is committed: locks that name no registry and no surprise, one compiler for all."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
REGISTRY = re.compile(
    r"py[p]i\.org|python[h]osted\.org|registry\.np[m]js|registry\.yarn[p]kg|npm[m]irror", re.I
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def committed() -> list[Path]:
    """Files that are committed, or would be."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def locked(file: Path) -> dict[str, set[str]]:
    """Name -> versions, as a lock pins them (several where Pythons differ)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", file.read_text(), re.M):
        found.setdefault(name, set()).add(version)
    return found


def name_of(requirement: str) -> str:
    """The package a requirement is about: `Py-Test>=8` is about `py-test`."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return found.group().lower()


def test_no_file_names_a_registry() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {found.group()}"
        for file in committed()
        if (found := REGISTRY.search(file.read_bytes().decode(errors="ignore")))
    ]
    assert not wrong


def test_the_search_for_registries_finds_one() -> None:
    assert REGISTRY.search("https://files.python" + "hosted.org/packages/aa/bb/numpy.whl")


def test_the_page_is_locked_by_hash_and_to_no_place() -> None:
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}
    assert installed
    assert not [name for name, entry in installed.items() if "resolved" in entry]
    assert not [name for name, entry in installed.items() if "integrity" not in entry]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: file.name)
def test_a_lock_pins_each_package_by_hash(lock: Path) -> None:
    text = lock.read_text()
    pinned = re.findall(r"^[a-z0-9._-]+==[^\n]+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.M)
    named = re.findall(r"^[^\s#]", text, re.M)
    assert pinned
    assert len(pinned) == len(named)
    assert "://" not in text


def test_the_locks_hold_what_the_project_asks_for() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    run = [*PROJECT["project"]["dependencies"], *extras["build"]]
    runtime, everything = (
        locked(ROOT / "requirements" / f"{name}.txt") for name in ("run", "test")
    )
    assert {name_of(requirement) for requirement in run} <= runtime.keys()
    assert {name_of(requirement) for requirement in [*run, *extras["test"]]} <= everything.keys()


def test_the_tests_run_what_users_run() -> None:
    everything = locked(ROOT / "requirements" / "test.txt")
    for name, versions in locked(ROOT / "requirements" / "run.txt").items():
        assert everything[name] == versions


def test_every_build_has_the_same_compiler() -> None:
    def compilers(requirements: list[str]) -> list[str]:
        return [text for text in requirements if name_of(text) == "ziglang"]

    isolated = compilers(PROJECT["build-system"]["requires"])
    assert isolated == compilers(PROJECT["project"]["optional-dependencies"]["build"])
    (version,) = locked(ROOT / "requirements" / "run.txt")["ziglang"]
    assert isolated == [f"ziglang=={version}"]


def test_the_makefile_lists_its_targets() -> None:
    text = (ROOT / "Makefile").read_text()
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {line.split()[0] for line in listed.stdout.splitlines() if line}
    assert {"setup", "demo", "bpf", "web", "check", "test", "test-bpf", "test-lab"} <= names
    assert names == set(re.findall(r"^([a-z-]+):.*##", text, re.M))
