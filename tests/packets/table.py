"""The packet table: every header combination the parser must know, and what it becomes.

Pure data, for whoever can parse: the kernel's test-run, the native build, the slow reference.
"""

from __future__ import annotations

from typing import Final

from tests.packets import cases_inside, cases_nested, cases_outside, cases_tunnel
from tests.packets.expected import Case

CASES: Final[list[Case]] = [
    *cases_outside.CASES,
    *cases_tunnel.CASES,
    *cases_inside.CASES,
    *cases_nested.CASES,
]
