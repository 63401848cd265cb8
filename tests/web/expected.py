"""What the page should show, from the API's replies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from ipaddress import ip_address
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
    """What each peer, and all multicast groups, send and receive, by a reply of `matrix`.

    Args:
        unit: "packets" or "bytes".
        factor: by which counts become what the page shows.
    """
    values = [[int(cell) * factor for cell in row] for row in matrix[unit]]
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0])
    for place, peer in enumerate(matrix["labels"]):
        key = "groups" if ip_address(peer).is_multicast else peer
        sums[key][0] += sum(values[place])
        sums[key][1] += sum(row[place] for row in values)
    return {peer: Exchange(*both) for peer, both in sums.items() if any(both)}


def endpoints_of(flows: Any) -> dict[Endpoint, Exchange]:
    """How many packets each endpoint behind a peer sends and receives, by a reply of `flows`."""
    sums: defaultdict[Endpoint, list[int]] = defaultdict(lambda: [0, 0])
    for row in flows["rows"]:
        for place, end in enumerate(("src", "dst")):
            if ip_address(row[f"outer_{end}"]).is_multicast:
                continue
            key = Endpoint(row[f"outer_{end}"], row["vni"], row[f"inner_{end}"])
            sums[key][place] += int(row["packets"])
    return {key: Exchange(*both) for key, both in sums.items()}


def networks_of(segments: Any, unit: str, factor: float = 1) -> dict[str, Any]:
    """Equal to what the page says of each network and of all, by a reply of `segments`."""
    exact = {str(row["vni"]): int(row[unit]) * factor for row in segments["rows"]}
    return {key: rounded(value) for key, value in {"all": sum(exact.values()), **exact}.items()}
