from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.serve import page
from tunnel_monitor.serve.routes import file_reply

SCRIPT = b"let answer = 42;\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(b"<!doctype html>")
    (tmp_path / "assets" / "main-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "inter-3c4d.woff2").write_bytes(bytes(2000))
    (tmp_path / "icon.svg").write_bytes(b"<svg/>")
    (tmp_path / "notes.xyz").write_bytes(b"?")
    return tmp_path


def test_all_files_are_in_memory(folder: Path) -> None:
    files = page.load(folder)
    for file in folder.rglob("*"):
        if file.is_file():
            file.unlink()
    assert {path: file.media_type for path, file in files.items()} == {
        "/": "text/html",
        "/index.html": "text/html",
        "/assets/main-1a2b.js": "text/javascript",
        "/assets/inter-3c4d.woff2": "font/woff2",
        "/icon.svg": "image/svg+xml",
        "/notes.xyz": "application/octet-stream",
    }
    assert file_reply(files["/"], gzip=True).body == b"<!doctype html>"


def test_only_what_gains_by_it_is_compressed(folder: Path) -> None:
    files = page.load(folder)
    script = files["/assets/main-1a2b.js"]
    packed = file_reply(script, gzip=True)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "accept-encoding"
    assert gzip.decompress(packed.body) == SCRIPT
    assert file_reply(script, gzip=False).body == SCRIPT
    assert "content-encoding" not in file_reply(script, gzip=False).headers
    assert files["/assets/inter-3c4d.woff2"].compressed is None


def test_hashed_names_are_kept_for_ever_others_asked_for_each_time(folder: Path) -> None:
    files = page.load(folder)
    assert (
        "immutable" in file_reply(files["/assets/main-1a2b.js"], gzip=True).headers["cache-control"]
    )
    assert file_reply(files["/"], gzip=True).headers["cache-control"] == "no-cache"


def test_a_page_that_was_not_built_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(TunnelMonitorError, match=r"index\.html does not exist; build it with"):
        page.load(tmp_path)
