"""What the fuzzer found, through both builds: `read --kernel` over all of it."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.fuzz.inputs import LINKS, Option
from tests.unit.captures import Captured, enhanced, interface, section

HEADER_SIZE = 2  # INPUT_HEADER_SIZE of input.h
# An input's options -> the command's.
WORDS = {
    Option.ALL_ENCAPS: ("--encaps", "all"),
    Option.ONE_ENCAP: ("--encaps", "vxlan"),  # the last one counts
    Option.OUTERMOST: ("--boundary", "outermost"),
}
MOST_FILES = 1000  # of one command


def compare(found: Iterable[bytes], folder: Path) -> int:
    """Let both builds read all inputs, those of equal options together; the worst exit code."""
    by_words: dict[tuple[str, ...], list[bytes]] = defaultdict(list)
    for one in found:
        if len(one) >= HEADER_SIZE:
            by_words[words_of(one[0])].append(one)
    worst = 0
    for number, (words, some) in enumerate(sorted(by_words.items())):
        for files in written(some, folder / f"both-{number}"):
            worst = max(worst, agree(files, words))
    return worst


def words_of(options: int) -> tuple[str, ...]:
    """Options of the command that mean the same."""
    return tuple(word for option, words in WORDS.items() if options & option for word in words)


def written(some: Sequence[bytes], folder: Path) -> Iterator[list[Path]]:
    """Captures as files of their own, and all packets in one more, in bunches."""
    folder.mkdir(parents=True, exist_ok=True)
    packets = [one for one in some if not one[0] & Option.CAPTURE]
    captures = [one[HEADER_SIZE:] for one in some if one[0] & Option.CAPTURE]
    files = []
    for number, data in enumerate([as_capture(packets), *captures]):
        path = folder / f"{number}.pcap"
        path.write_bytes(data)
        files.append(path)
    for start in range(0, len(files), MOST_FILES):
        yield files[start : start + MOST_FILES]


def as_capture(packets: Iterable[bytes]) -> bytes:
    """Inputs that are packets, in one capture: as long on the wire as the fuzzer says."""
    blocks = [section(), *(interface(link_type=link_type) for link_type in LINKS)]
    for one in packets:
        data, more = one[HEADER_SIZE:], one[1]
        blocks.append(enhanced(Captured(data, len(data) + more * 7), more % len(LINKS)))
    return b"".join(blocks)


def agree(files: Sequence[Path], words: Sequence[str]) -> int:
    """0 if both builds print the same, and say that they agree."""
    command = [sys.executable, "-m", "tunnel_monitor.cli.main", "read", "--json", "--ledger"]
    names = [str(file) for file in files]
    native, kernel = (
        subprocess.run([*command, *more, *words, *names], capture_output=True, check=False)
        for more in ((), ("--kernel",))
    )
    (verdict,) = (line for line in kernel.stderr.splitlines() if b"agree" in line)
    print(verdict.decode())
    return int(kernel.stdout != native.stdout or b"disagree" in verdict)
