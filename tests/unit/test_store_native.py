"""The Native format, byte by byte."""

from __future__ import annotations

import pytest

from tunnel_monitor.errors import StoreFailed
from tunnel_monitor.store.clickhouse_native import columns

TWO_ROWS = (
    b"\x03\x02"
    b"\x01n\x06UInt16"
    + (7).to_bytes(2, "little")
    + (500).to_bytes(2, "little")
    + b"\x01t\x06String"
    + b"\x02ab"
    + b"\x00"
    + b"\x01f\x0eFixedString(4)"
    + b"abcd"
    + b"\0\0\0\0"
)


def test_blocks_follow_each_other() -> None:
    found = columns(TWO_ROWS * 2)
    assert found["n"].tolist() == [7, 500, 7, 500]
    assert found["t"].tolist() == ["ab", "", "ab", ""]
    assert found["f"].tolist() == [b"abcd", bytes(4)] * 2


def test_nothing_has_no_columns_and_all_of_them() -> None:
    found = columns(b"")
    assert not len(found["anything"])
    assert "anything" not in found


def test_a_text_may_be_long() -> None:
    long = b"\x01\x01\x01t\x06String" + b"\xc8\x01" + b"x" * 200
    assert columns(long)["t"].tolist() == ["x" * 200]


@pytest.mark.parametrize("cut", range(1, len(TWO_ROWS)))
def test_an_answer_that_ends_early_is_none(cut: int) -> None:
    with pytest.raises(StoreFailed, match="cannot read the store's answer"):
        columns(TWO_ROWS[:cut])


def test_a_type_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(StoreFailed, match=r"columns of type Nullable\(UInt8\)"):
        columns(b"\x01\x01\x01n\x0fNullable(UInt8)\x00\x05")
