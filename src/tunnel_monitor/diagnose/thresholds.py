"""From where on something is wrong: every number that a detector compares with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Self

from tunnel_monitor.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of them; docs/reference/findings.md says what each is for.

    Those that end in `_s` are seconds. Nothing is judged more often than once a drain, so with
    a long interval it takes one drain at least.
    """

    # for all findings
    open_s: float = 2.0
    close_s: float = 10.0
    reopen_s: float = 300.0
    group_at: float = 5
    # mtu
    mtu_bytes: float = 1
    # black-hole
    black_hole_repeats: float = 3
    black_hole_s: float = 1.0
    # fragments
    fragments_per_s: float = 1
    # one-way
    one_way_asks: float = 3
    one_way_s: float = 5.0
    # vni-mismatch
    vni_mismatch_packets: float = 1
    # storm
    storm_packets_per_s: float = 200
    storm_s: float = 3.0
    # duplicate (RFC 7432, section 15.1)
    duplicate_moves: float = 5
    duplicate_s: float = 180
    # low-entropy
    low_entropy_flows: float = 16
    low_entropy_share: float = 0.25
    low_entropy_s: float = 10.0
    # dscp
    dscp_packets: float = 1
    # header
    header_packets: float = 1
    # path-change
    path_change_s: float = 600
    # rogue
    rogue_s: float = 4.0
    # decap-failure
    decap_failure_share: float = 0.05
    decap_failure_packets: float = 5
    decap_failure_s: float = 5.0
    # hog
    hog_share: float = 0.7
    hog_growth: float = 2.0
    hog_mbit_per_s: float = 10
    hog_s: float = 4.0
    hog_before_s: float = 30.0
    hog_link_share: float = 0.5
    # loss
    loss_share: float = 0.01
    loss_packets: float = 10
    loss_s: float = 3.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) < float("inf"):
                raise BadSetting(
                    f"cannot set {written(field.name)} to {getattr(self, field.name)}",
                    "give a number from 0 on",
                )

    @classmethod
    def of(cls, given: Iterable[str]) -> Self:
        """Those in force where a user gave some as NAME=VALUE.

        Raises:
            BadSetting: no such threshold, or no number.
        """
        return replace(cls(), **dict(map(cls._parsed, given)))

    @classmethod
    def names(cls) -> list[str]:
        """All names, as users write them."""
        return [written(field.name) for field in fields(cls)]

    @classmethod
    def _parsed(cls, given: str) -> tuple[str, float]:
        name, equals, value = given.partition("=")
        if not equals or name not in cls.names():
            raise BadSetting(
                f"{given!r} sets no threshold",
                f"give NAME=VALUE with one of {', '.join(cls.names())}",
            )
        try:
            return name.replace("-", "_"), float(value)
        except ValueError as error:
            raise BadSetting(
                f"cannot set {name} to {value!r}: no number", "give a number from 0 on"
            ) from error


def written(field: str) -> str:
    """A threshold's name as users write it."""
    return field.replace("_", "-")
