"""What the page should show, from the API's replies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.web.reading import Endpoint, Exchange

# The page rounds to three significant digits.
ROUNDED = 0.0051

Weigh = Callable[[Any], float]


def rounded(exact: float) -> Any:
    """Equal to what the page says of a number."""
    return pytest.approx(exact, rel=ROUNDED)


def exchanges(exact: Mapping[Any, Exchange]) -> dict[Any, Any]:
    """Equal to what the page says of all of them, and of nobody else."""
    return {key: (rounded(both.sent), rounded(both.received)) for key, both in exact.items()}


def peers_of(matrix: Any, unit: str, factor: float = 1) -> dict[str, Exchange]:
    """What each peer sends and receives, by a reply of `matrix`.

    Args:
        unit: "packets" or "bytes".
        factor: by which counts become what the page shows.
    """
    values = [[int(cell) * factor for cell in row] for row in matrix[unit]]
    return {
        peer: Exchange(sum(values[place]), sum(row[place] for row in values))
        for place, peer in enumerate(matrix["labels"])
        if sum(values[place]) or sum(row[place] for row in values)
    }


def endpoints_of(flows: Any) -> dict[Endpoint, Exchange]:
    """How many packets each endpoint sends and receives, by a reply of `flows`."""
    sums: defaultdict[Endpoint, list[int]] = defaultdict(lambda: [0, 0])
    for row in flows["rows"]:
        for place, end in enumerate(("src", "dst")):
            key = Endpoint(row[f"outer_{end}"], row["vni"], row[f"inner_{end}"])
            sums[key][place] += int(row["packets"])
    return {key: Exchange(*both) for key, both in sums.items()}


def networks_of(segments: Any, unit: str, factor: float = 1) -> dict[str, Any]:
    """Equal to what the page says of each network and of all, by a reply of `segments`."""
    exact = {str(row["vni"]): int(row[unit]) * factor for row in segments["rows"]}
    return {key: rounded(value) for key, value in {"all": sum(exact.values()), **exact}.items()}
