-- One machine's history, in DuckDB. Statements before the first line are run once, those behind it
-- also for files of version 1, and those for each level with LEVEL replaced by raw, minutes and
-- hours.
--
-- Addresses are two numbers each, the upper and the lower half of 16 bytes in network order (IPv4
-- mapped), so that a prefix is a range. `time_ns` is when the drain's interval, the minute or the
-- hour began, in nanoseconds since 1970.

CREATE TABLE about (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- Names get numbers in the order in which they were met.
CREATE TABLE interfaces (number USMALLINT PRIMARY KEY, name VARCHAR NOT NULL UNIQUE);

-- What a level has: all from from_ns on and before until_ns. Later than that it is in the level
-- before, and not yet added up.
CREATE TABLE levels (name VARCHAR PRIMARY KEY, from_ns BIGINT NOT NULL, until_ns BIGINT NOT NULL);

-- since version 2 --

-- What was found wrong, when it opened, closed or happened: the line of JSON that was told.
CREATE TABLE findings (time_ns BIGINT NOT NULL, told VARCHAR NOT NULL);

-- each level --

CREATE TABLE LEVEL_flows (
    time_ns BIGINT NOT NULL,
    interface USMALLINT NOT NULL,
    meta UINTEGER NOT NULL,         -- of contract.py: direction, path, which of the others are set
    encap UTINYINT NOT NULL,        -- the innermost of the path
    overflow BOOLEAN NOT NULL,      -- counted by tunnel only: it found no room in a flow table
    vni UINTEGER NOT NULL,
    outer_src_high UBIGINT NOT NULL, outer_src_low UBIGINT NOT NULL,
    outer_dst_high UBIGINT NOT NULL, outer_dst_low UBIGINT NOT NULL,
    inner_src_high UBIGINT NOT NULL, inner_src_low UBIGINT NOT NULL,
    inner_dst_high UBIGINT NOT NULL, inner_dst_low UBIGINT NOT NULL,
    packets UBIGINT NOT NULL,
    bytes UBIGINT NOT NULL,
    inner_bytes UBIGINT NOT NULL
);

-- Where every packet went; outcomes without packets have no row.
CREATE TABLE LEVEL_ledger (
    time_ns BIGINT NOT NULL,
    interface USMALLINT NOT NULL,
    direction UTINYINT NOT NULL,
    outcome UTINYINT NOT NULL,
    packets UBIGINT NOT NULL,
    bytes UBIGINT NOT NULL,
    buffers UBIGINT NOT NULL,
    buffer_bytes UBIGINT NOT NULL
);

-- What the interfaces counted themselves, and by how much more that is than the programs saw.
CREATE TABLE LEVEL_devices (
    time_ns BIGINT NOT NULL,
    interface USMALLINT NOT NULL,
    direction UTINYINT NOT NULL,
    packets BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    residual_packets BIGINT NOT NULL,
    residual_bytes BIGINT NOT NULL
);

-- How much of the time was watched at all.
CREATE TABLE LEVEL_drains (
    time_ns BIGINT NOT NULL,
    drains UINTEGER NOT NULL,
    covered_ns BIGINT NOT NULL
);
