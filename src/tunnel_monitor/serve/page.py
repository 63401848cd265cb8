"""The built page, read into memory once: later the right to read its folder may be gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tunnel_monitor
from tunnel_monitor.errors import TunnelMonitorError
from tunnel_monitor.serve.encoding import WORTH_BYTES, compress

FOLDER = Path(tunnel_monitor.__file__).parent / "built" / "page"
# Names below this folder carry a hash of the content, so a browser may keep them for ever.
HASHED = "/assets/"
# The host's own tables of types differ; the page must not.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
COMPRESSED = {".css", ".html", ".js", ".json", ".map", ".svg", ".txt", ".webmanifest"}


@dataclass(frozen=True, slots=True)
class File:
    """One file of the page.

    Args:
        body: its content.
        compressed: the same as gzip, None where that gains nothing.
        media_type: for the Content-Type header.
        hashed: whether its name changes with its content.
    """

    body: bytes
    compressed: bytes | None
    media_type: str
    hashed: bool

    @classmethod
    def read(cls, file: Path, *, hashed: bool) -> File:
        """Read it, and compress it once for all."""
        body = file.read_bytes()
        worth = file.suffix in COMPRESSED and len(body) >= WORTH_BYTES
        media_type = TYPES.get(file.suffix, "application/octet-stream")
        return cls(body, compress(body) if worth else None, media_type, hashed)


def load(folder: Path = FOLDER) -> Mapping[str, File]:
    """Path in the address -> file, of all files; `/` is the index.

    Raises:
        TunnelMonitorError: the page has not been built.
    """
    if not (folder / "index.html").is_file():
        raise TunnelMonitorError(
            f"cannot serve the page: {folder / 'index.html'} does not exist",
            "build it with `make setup`",
        )
    paths = {
        f"/{file.relative_to(folder).as_posix()}": file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    files = {path: File.read(file, hashed=path.startswith(HASHED)) for path, file in paths.items()}
    return {"/": files["/index.html"], **files}
