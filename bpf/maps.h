/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Every map: what it holds, who reads it, what happens when it is full.
 *
 * Tables of flows come in two generations. Programs write to the active one; userspace flips
 * `first_slot`, waits until no program that saw the old value still runs, and empties the other
 * at leisure (ADR 0004). Each CPU has tables of its own, so no counter is shared and nothing is
 * atomic: tc programs run with bottom halves disabled, so none interrupts another on its CPU.
 */
#pragma once

#include "flow.h"
#include "helpers.h"
#include "notices.h"
#include "parse/heads.h"

/*
 * The inner maps are made by userspace, one for each generation and CPU, and hung into slot
 * generation * CPUs + CPU. These templates only fix their shape; kernel/load.py shows the kernel
 * others, with the flags that it needs. Sizes instead of types, because clang 14 leaves the BTF of
 * a struct that is only named in __type() a forward declaration.
 */
struct narrow_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct narrow_key));
	__uint(value_size, sizeof(struct counters));
	__uint(max_entries, 1);
};

struct wide_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct wide_key));
	__uint(value_size, sizeof(struct counters));
	__uint(max_entries, 1);
};

struct notices_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct wide_key));
	__uint(value_size, sizeof(struct notices));
	__uint(max_entries, 1);
};

struct segments_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct segment_key));
	__uint(value_size, sizeof(struct segment));
	__uint(max_entries, 1);
};

struct stations_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct station_key));
	__uint(value_size, sizeof(struct station));
	__uint(max_entries, 1);
};

/* Flows of IPv4 in IPv4. Full: the packet goes to its tunnel's row in `tunnels`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 2);
	__array(values, struct narrow_table);
} narrow_flows SEC(".maps");

/* All other flows. Full: the packet goes to its tunnel's row in `tunnels`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 2);
	__array(values, struct wide_table);
} wide_flows SEC(".maps");

/*
 * What is counted by tunnel, inner addresses empty: flows that found no room, and, with a signal
 * of their own, later fragments. Full: the ledger alone has it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 2);
	__array(values, struct wide_table);
} tunnels SEC(".maps");

/* struct notices by tunnel. Full: of further tunnels nothing is noticed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 2);
	__array(values, struct notices_table);
} noticed SEC(".maps");

/* Large TCP segments. Full: further flows go unnoticed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 2);
	__array(values, struct segments_table);
} segments SEC(".maps");

/* Inner link addresses by peer. Full: further ones go unnoticed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 2);
	__array(values, struct stations_table);
} stations SEC(".maps");

/*
 * Heads of fragmented packets, so that later fragments are counted by tunnel. Nobody else reads
 * them. One for all CPUs: the fragments of a packet need not meet on one. Full: the oldest goes.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct head_key);
	__type(value, struct head);
	__uint(max_entries, 8192);
} heads SEC(".maps");

/*
 * The ledger, indexed by ledger_row(). Never reset: userspace takes differences. The row FLOW
 * counts super-packets only; a flow's single packets are added up from the drained tables,
 * which saves a lookup for each.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct tally);
	__uint(max_entries, 2 * DIRECTIONS * OUTCOMES);
} ledger SEC(".maps");

/* The walk through the packet at hand, between two tail calls. One program at a time runs on a
 * CPU. Not skb->cb, which programs behind us on the hook can see. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct walk);
	__uint(max_entries, 1);
} scratch SEC(".maps");

/* Set before loading. */
const volatile struct settings settings = {.encaps = ~0};

/*
 * Which generation is written, by the slot of its first table: 0, or how many CPUs there may be.
 * Mapped by userspace, which flips it.
 */
volatile __u32 first_slot = 0;

/* Mapped by userspace, so that ports can change while packets pass. */
__u8 port_encap[65536] SEC(".data.ports") = {};

static __always_inline __u32 enabled_encaps(void)
{
	return settings.encaps;
}

static __always_inline bool records_outermost(void)
{
	return settings.outermost;
}

static __always_inline __u32 ledger_row(__u32 active, __u32 direction, __u32 outcome)
{
	return (active * DIRECTIONS + direction) * OUTCOMES + outcome;
}
