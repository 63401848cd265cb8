"""A share of the fuzzing that `make fuzz` does for an hour, the same each time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.fuzz import both, fuzzer, inputs
from tests.unit import captures

from tunnel_monitor.testing.packets import UDP, Ethernet, Geneve, IPv4, packet, payload

ROOT = Path(__file__).resolve().parents[2]
SEED = 20250101
PLAIN = packet(Ethernet(), IPv4(), UDP(), payload(40))
IN_GENEVE = packet(Ethernet(), IPv4(), UDP(), Geneve(vni=5), Ethernet(), IPv4(), UDP())
RUNS = 100_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Path:
    """What the fuzzer begins with and what it found, when nothing broke."""
    corpus = folder / "corpus"
    fuzzer.write(inputs.seeds(), corpus)
    before = len(list(corpus.iterdir()))
    built = fuzzer.build(folder / "fuzzer")
    prefix, words = fuzzer.repeatable(SEED)
    done = fuzzer.fuzz(built, corpus, *words, f"-runs={RUNS}", folder=folder, prefix=prefix)
    assert done.returncode == 0, done.stdout[-5000:]
    assert len(list(corpus.iterdir())) > before, "it found nothing that was new to it"
    return corpus


def test_nothing_breaks(corpus: Path) -> None:
    assert corpus.is_dir()


@pytest.mark.root
def test_the_kernel_agrees_on_all_that_was_found(corpus: Path, folder: Path) -> None:
    found = [file.read_bytes() for file in corpus.iterdir()]
    assert both.compare(found, folder) == 0


PLANTED = {
    "a block shorter than its packet": (
        "native/pcapng.h",
        "if (packet->captured > room)",
        "if (0)",
        "AddressSanitizer: heap-",  # behind the block, or in one freed before
    ),
    "a packet that is nowhere": (
        "native/counts.h",
        "tally(&counts->ledger[outcome], packet->wire);",
        "if (outcome != UNKNOWN_VERSION) tally(&counts->ledger[outcome], packet->wire);",
        "does not hold",
    ),
    "options longer than the packet": (
        "bpf/parse/geneve.h",
        "if (!header_of(at, size))",
        "if (0)",
        "does not hold",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_is_found(tmp_path: Path, name: str) -> None:
    """Also one that no input of those it begins with shows."""
    file, right, wrong, said = PLANTED[name]
    for part in ("bpf", "native", "tests/fuzz"):
        shutil.copytree(ROOT / part, tmp_path / part)
    broken = tmp_path / file
    assert right in broken.read_text()
    broken.write_text(broken.read_text().replace(right, wrong))
    built = fuzzer.build(tmp_path / "fuzzer", source=tmp_path / "tests" / "fuzz" / "target.c")
    few = [inputs.of_capture(captures.pcapng(captures.PACKETS[:3]))]
    few += [inputs.of_packet(frame) for frame in (PLAIN, IN_GENEVE)]
    fuzzer.write(few, tmp_path / "corpus")
    prefix, words = fuzzer.repeatable(SEED)
    runs = f"-runs={50 * RUNS}"
    done = fuzzer.fuzz(built, tmp_path / "corpus", *words, runs, folder=tmp_path, prefix=prefix)
    assert done.returncode != 0, "it found nothing"
    assert said in done.stdout, done.stdout[-5000:]
