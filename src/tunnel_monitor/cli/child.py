"""What `demo` is told by the commands that it runs as its children."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping


def tell(descriptor: int, said: Mapping[str, str]) -> None:
    """One line of JSON, and no more."""
    with os.fdopen(descriptor, "w", encoding="utf-8") as ready:
        ready.write(json.dumps(said) + "\n")
