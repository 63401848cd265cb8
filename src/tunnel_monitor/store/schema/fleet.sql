-- A fleet's history, in ClickHouse. Words in braces are filled in by clickhouse_schema.py: names,
-- and what only newer servers have. Statements end with a line of dashes.
--
-- One table for each level holds everything, so that what a monitor sends is one insert into one
-- table, and is there as a whole or not at all. `kind` says what a row is:
--   0  a flow                                     packets, bytes, inner_bytes
--   1  what was counted of a tunnel only          likewise
--   2  a receipt: bit `block % 64` of `bytes` says that block `vni * 64 + block % 64` is here
--   3  an outcome of the ledger                   packets, bytes, buffers, buffer_bytes
--   4  what an interface counted itself           packets, bytes; buffers and buffer_bytes are by
--                                                 how much more that is than the programs saw
--   5  a drain                                    packets: how many; bytes: how long, in ns;
--                                                 inner_bytes: how long as set
-- `time_ns` is when the drain's interval, the minute or the hour began. Numbers wrap at 2^64, as
-- their sums do. `run` is a number of one start of a monitor, so two on one host stay apart.

CREATE TABLE IF NOT EXISTS {database}.about (
    key String,
    value String,
    changed DateTime DEFAULT now()
) ENGINE = {about} ORDER BY key
----
CREATE TABLE IF NOT EXISTS {database}.raw{local} (
    kind UInt8,
    time_ns Int64 {delta},
    day Date,
    host String {packed},
    run UInt64 {packed},
    block UInt32 {packed},
    interface FixedString(16) {packed},
    meta UInt32 {packed},
    encap UInt8,
    vni UInt32 {packed},
    outer_src FixedString(16) {packed},
    outer_dst FixedString(16) {packed},
    inner_src FixedString(16) {packed},
    inner_dst FixedString(16) {packed},
    outcome UInt8,
    packets UInt64 {packed},
    bytes UInt64 {packed},
    inner_bytes UInt64 {packed},
    buffers UInt64 {packed},
    buffer_bytes UInt64 {packed},
    arrived DateTime DEFAULT now()
) ENGINE = {raw} PARTITION BY day ORDER BY (kind, time_ns, host, run) {raw_ttl}
----
CREATE TABLE IF NOT EXISTS {database}.{level}{local} (
    kind UInt8,
    time_ns Int64 {delta},
    day Date,
    host String {packed},
    run UInt64 {packed},
    interface FixedString(16) {packed},
    meta UInt32 {packed},
    encap UInt8,
    vni UInt32 {packed},
    outer_src FixedString(16) {packed},
    outer_dst FixedString(16) {packed},
    inner_src FixedString(16) {packed},
    inner_dst FixedString(16) {packed},
    outcome UInt8,
    packets UInt64 {packed},
    bytes UInt64 {packed},
    inner_bytes UInt64 {packed},
    buffers UInt64 {packed},
    buffer_bytes UInt64 {packed}
) ENGINE = {summed} PARTITION BY day
ORDER BY (kind, time_ns, host, run, interface, meta, encap, vni,
          outer_src, outer_dst, inner_src, inner_dst, outcome) {level_ttl}
----
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.raw_to_{level} TO {database}.{level}{local}
AS {rolled_up}
----
CREATE TABLE IF NOT EXISTS {database}.{table} AS {database}.{table}_local
ENGINE = Distributed({cluster}, {database}, {table}_local, cityHash64(host))
