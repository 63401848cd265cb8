"""`make fuzz`: the fuzzer for as long as one likes, then all it found through the kernel, too.

What it found interesting is kept in `.fuzz/corpus`, so that the next run goes on from there; an
input that breaks something is beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz import both, fuzzer, inputs

FOLDER = Path(".fuzz")


def main() -> int:
    """Run it; the exit code."""
    seconds = int(os.environ.get("FUZZ_SECONDS", "3600"))
    jobs = int(os.environ.get("FUZZ_JOBS", str(os.cpu_count() or 1)))
    corpus = FOLDER / "corpus"
    fuzzer.write(inputs.seeds(), corpus)
    built = fuzzer.build(FOLDER / "fuzzer")
    print(f"Fuzzing for {seconds} s, {jobs} at a time; the corpus is {corpus}.", flush=True)

    def job(number: int) -> subprocess.CompletedProcess[str]:
        words = (f"-max_total_time={seconds}", f"-seed={os.getpid() * jobs + number}")
        return fuzzer.fuzz(built, corpus, *words, "-reload=1", folder=FOLDER)

    with ThreadPoolExecutor(jobs) as threads:
        done = list(threads.map(job, range(jobs)))
    for one in done:
        print(summary(one.stdout))
    broken = [one for one in done if one.returncode]
    if broken:
        print(broken[0].stdout[-5000:], file=sys.stderr)
        return 1
    return through_the_kernel([file.read_bytes() for file in corpus.iterdir()])


def summary(told: str) -> str:
    """The line that says how much was tried."""
    lines = [line for line in told.splitlines() if "DONE" in line]
    return lines[-1] if lines else "it broke"


def through_the_kernel(found: list[bytes]) -> int:
    """Whether both builds agree on all of it; the exit code."""
    if os.geteuid():
        print(f"{len(found)} inputs; not root, so the kernel was not asked.")
        return 0
    return both.compare(found, FOLDER)


if __name__ == "__main__":
    sys.exit(main())
