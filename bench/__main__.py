"""What it costs, on this machine: `python -m bench [NAME …]` from the root, or `make bench`.

Prints a table for each part and writes all of them to one file of JSON. README.md has the method.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench.figures import FULL, QUICK, Effort, Row, table

RESULTS = Path(__file__).parent / "results.json"
# name of a module here -> what it answers
PARTS = {
    "packet": "what a packet costs, by what is in it",
    "random_flows": "what it costs where memory is: many flows in random order",
    "new_flows": "what the first packet of a flow costs",
    "cpus": "whether two CPUs count twice as much as one",
    "live": "what counting on a wire costs, beside other tools",
    "throughput": "whether TCP through a tunnel notices",
    "start": "how soon the first numbers are there",
    "process": "what the running monitor takes",
    "drain": "what taking all flows out of the kernel costs",
    "flows": "what a drain costs behind the kernel",
    "updates": "what goes to a browser that watches",
    "read": "how fast captures are read",
    "growth": "how costs grow with flows, peers, hosts and CPUs",
    "healthy": "whether an hour of each healthy profile gives no finding; only when named",
    "residual": "whether an hour of load leaves anything uncounted; only when named",
    "page": "whether an hour of 500 peers blocks or fills a browser's page; only when named",
}
ONLY_WHEN_NAMED = {"healthy", "residual", "page"}  # hours


def main(arguments: list[str] | None = None) -> int:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", metavar="NAME", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="whether it runs, not what it costs")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FILE", help="results")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.parts) - PARTS.keys())
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    usual = [name for name in PARTS if name not in ONLY_WHEN_NAMED]
    found = measure(options.parts or usual, QUICK if options.quick else FULL)
    options.json.write_text(json.dumps(results(found), indent=1) + "\n", encoding="utf-8")
    return 0


def measure(parts: list[str], effort: Effort) -> Mapping[str, list[Row]]:
    """Measure some parts, one after the other, and print each."""
    found: dict[str, list[Row]] = {}
    for name in parts:
        before = time.monotonic()
        found[name] = importlib.import_module(f"bench.{name}").measure(effort)
        took = time.monotonic() - before
        print(f"{name}: {PARTS[name]} ({took:.0f} s)\n\n{table(found[name])}\n", flush=True)
    return found


def results(found: Mapping[str, list[Row]]) -> Mapping[str, object]:
    """All of it, and on what it was measured."""
    return {
        "kernel": platform.release(),
        "machine": platform.machine(),
        "processor": processor(),
        "python": platform.python_version(),
        "parts": {name: [row.members() for row in rows] for name, rows in found.items()},
    }


def processor() -> str:
    """What the kernel calls it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


if __name__ == "__main__":
    sys.exit(main())
