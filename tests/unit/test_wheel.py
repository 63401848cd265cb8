"""The wheel stands alone: the command works from it, far from this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    "src",
    "bpf",
    "native",
    "web",
    "scripts",
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
)
LICENSES = ("LICENSE", "NOTICE", "LICENSES")
BUILT = {
    "tunnel_monitor/built/tunnel.bpf.o",
    "tunnel_monitor/built/libtunnelparse.so",
    "tunnel_monitor/built/page/index.html",
    "tunnel_monitor/built/page/licenses.txt",
}


def uv(*words: str | Path) -> None:
    subprocess.run([Path(sys.executable).parent / "uv", *words], check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy: a demo may be using what is built in this folder."""
    copy = tmp_path_factory.mktemp("source")
    left_out = shutil.ignore_patterns("built", "node_modules", "__pycache__")
    for name in (*SOURCES, *LICENSES):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=left_out)
        else:
            shutil.copy2(ROOT / name, copy / name)
    (copy / "web" / "node_modules").symlink_to(ROOT / "web" / "node_modules")
    uv("build", "--offline", "--wheel", "--no-build-isolation", "--python", sys.executable, copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_it_carries_all_that_is_built(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= BUILT
    assert any(name.startswith("tunnel_monitor/built/page/assets/") for name in names)
    assert any(name.endswith("licenses/LICENSES/GPL-2.0-only.txt") for name in names)
    assert not any("tests" in name or "node_modules" in name for name in names)


def test_one_wheel_serves_every_python(wheel: Path) -> None:
    platform = sysconfig.get_platform().replace("-", "_")
    assert wheel.name.endswith(f"-py3-none-{platform}.whl")


def test_its_command_runs_in_another_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "elsewhere"
    uv("venv", "--offline", "--python", sys.executable, environment)
    python = environment / "bin" / "python"
    uv("pip", "install", "--offline", "--no-deps", "--python", python, wheel)
    # What it depends on is lent from here, without the path entry of our own editable install.
    lent = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    run = subprocess.run(
        [environment / "bin" / "tunnel-monitor", "demo", "--help"],
        cwd=tmp_path,
        env=lent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--traffic" in run.stdout
    where = "import tunnel_monitor; print(tunnel_monitor.__file__)"
    asked = [str(python), "-c", where]
    found = subprocess.run(
        asked, cwd=tmp_path, env=lent, capture_output=True, text=True, check=True
    )
    assert Path(found.stdout.strip()).is_relative_to(environment)
