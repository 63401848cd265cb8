"""Equal sources give equal objects, wherever they are compiled, and by whom one says."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OBJECTS = ("tunnel.bpf.o", "libtunnelparse.so")
WITHOUT_CONTENT = 8  # SHT_NOBITS


def compiled(folder: Path, **environment: str) -> Path:
    """Compile a copy of the sources in `folder`; answers with where the results are."""
    for name in ("bpf", "native", "scripts"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy2(ROOT / "hatch_build.py", folder)
    command = [sys.executable, "hatch_build.py", "object", "native"]
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True)
    return folder / "src" / "tunnel_monitor" / "built"


def sections(file: Path) -> dict[str, list[bytes]]:
    """Section name -> contents, of a 64-bit little-endian ELF file.

    The type information is given as its words, sorted: clang numbers the types that are only
    pointed to in an order that depends on where its own memory lies (two of `linux/bpf.h`).
    """
    raw = file.read_bytes()
    (table,) = struct.unpack_from("<Q", raw, 0x28)
    count, names_at = struct.unpack_from("<2H", raw, 0x3C)
    headers = [struct.unpack_from("<IIQQQQ", raw, table + 64 * place) for place in range(count)]
    names = raw[headers[names_at][4] :]
    found: dict[str, list[bytes]] = {}
    for name, kind, _flags, _address, start, size in headers:
        label = names[name:].split(b"\0", 1)[0].decode()
        content = b"" if kind == WITHOUT_CONTENT else raw[start : start + size]
        found.setdefault(label, []).append(words_of(content) if label == ".BTF" else content)
    return found


def words_of(btf: bytes) -> bytes:
    """The words of type information, sorted."""
    header, strings = struct.unpack_from("<4xI8xI", btf)
    return b"\0".join(sorted(btf[header + strings :].split(b"\0")))


def test_two_folders_compile_the_same(tmp_path: Path) -> None:
    here, there = (compiled(tmp_path / name) for name in ("here", "somewhere/else/and/longer"))
    for name in OBJECTS:
        assert sections(here / name) == sections(there / name)
    assert {"tc", "license", ".maps", ".BTF"} <= sections(here / "tunnel.bpf.o").keys()


@pytest.mark.parametrize("name", OBJECTS)
def test_what_is_built_here_is_current(name: str, tmp_path: Path) -> None:
    fresh = sections(compiled(tmp_path / "copy") / name)
    built = sections(ROOT / "src" / "tunnel_monitor" / "built" / name)
    assert built == fresh, "run `make bpf`"


def test_another_compiler_can_be_named(tmp_path: Path) -> None:
    said = tmp_path / "said"
    compiler = tmp_path / "clang"
    # It notes its arguments and makes what comes after `-o`, the last of them.
    compiler.write_text(f'#!/bin/sh\necho "$@" > {said}\necho made > "$(eval echo \\${{$#}})"\n')
    compiler.chmod(0o755)
    built = compiled(tmp_path / "copy", BPF_CLANG=str(compiler))
    assert said.read_text().startswith("-target bpf ")
    assert (built / "tunnel.bpf.o").read_text() == "made\n"


def test_the_native_parser_copies_and_compares_by_the_c_library() -> None:
    """The compiler has slow functions of its own, and brings them along with some of its helpers.

    With them captures were read at two thirds of the speed.
    """
    (names,) = sections(ROOT / "src" / "tunnel_monitor" / "built" / OBJECTS[1])[".strtab"]
    assert b"capture_feed" in names
    assert b"compiler_rt" not in names
