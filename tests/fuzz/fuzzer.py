"""The fuzzer: libFuzzer over the native build, under sanitizers (target.c)."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tunnel_monitor.contract import bits_of
from tunnel_monitor.settings import ALL_ENCAPS, DEFAULT_ENCAPS, USUAL_PORTS

TARGET = Path(__file__).with_name("target.c")
SANITIZERS = (
    "-fsanitize=fuzzer,address,undefined",
    "-fno-sanitize=alignment",  # words of packets are read where they lie: bpf/parse/cursor.h
    "-fno-sanitize-recover=all",
)
FLAGS = ("-g", "-O1", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing")
MOST_INPUT = 4096
SECONDS_AN_INPUT = 5


def definitions() -> list[str]:
    """What the target has to know of settings.py."""
    pairs = [(number, encap) for encap, numbers in USUAL_PORTS.items() for number in numbers]
    ports = ",".join(f"{{{number},{encap.value}}}" for number, encap in pairs)
    return [
        f"-DUSUAL_PORTS={ports}",
        f"-DALL_ENCAPS={bits_of(ALL_ENCAPS)}U",
        f"-DDEFAULT_ENCAPS={bits_of(DEFAULT_ENCAPS)}U",
        "-DFIRST_SLOTS=4",
    ]


def build(result: Path, *, source: Path = TARGET) -> Path:
    """Compile it; clang is the compiler that has libFuzzer."""
    command = ["clang", *FLAGS, *SANITIZERS, *definitions(), str(source), "-o", str(result)]
    subprocess.run(command, check=True)
    return result


def write(inputs: Iterable[bytes], folder: Path) -> None:
    """Write inputs into a corpus, named by their content as libFuzzer does."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in inputs:
        (folder / hashlib.sha1(one, usedforsecurity=False).hexdigest()).write_bytes(one)


def repeatable(seed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What makes two runs do the same: a command in front, and options.

    Without it, comparisons with addresses are among what it learns from, and how long inputs take
    is part of how they are chosen. Where a container forbids the command, runs differ a little.
    """
    fixed = ("setarch", "--addr-no-randomize")
    allowed = subprocess.run([*fixed, "true"], check=False, capture_output=True).returncode == 0
    return fixed if allowed else (), (f"-seed={seed}", "-entropic=0")


def fuzz(
    fuzzer: Path,
    corpus: Path,
    *words: str,
    folder: Path,
    prefix: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run it; what it finds interesting is added to the corpus.

    Args:
        fuzzer: as built.
        corpus: what to begin with.
        words: further options of libFuzzer, which say when to end.
        folder: for inputs that break something.
        prefix: a command to start it by.
    """
    command = [
        *prefix,
        str(fuzzer),
        str(corpus),
        f"-max_len={MOST_INPUT}",
        f"-timeout={SECONDS_AN_INPUT}",
        f"-artifact_prefix={folder}/",
        *words,
    ]
    return subprocess.run(
        command,
        check=False,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=1"},
    )
