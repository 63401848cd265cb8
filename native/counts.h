/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What readings of captures count together. Each packet is in exactly one row of the ledger; those
 * of outcome FLOW are in a flow too, those of OVERFLOW in their tunnel's row as long as that has
 * room. Later fragments have rows among those of tunnels, with a signal of their own.
 */
#pragma once

#include "heads.h"
#include "kernel_run.h"
#include "table.h"

#define MOST_TUNNELS (1U << 20)
#define MOST_WAITING 32

/* A packet of a flow, parsed; counted together with others, so that their rows are at hand. */
struct waiting {
	struct walk walk;
	__u64 wire;
	__u32 hash;
};

struct counts {
	__u64 packets; /* since the beginning; capture/reader.py reads it */

	struct waiting waiting[MOST_WAITING];
	__u32 waiting_count;

	struct table flows;
	struct table tunnels;
	struct heads heads;
	struct tally ledger[OUTCOMES];
	struct tally unknown[LINK_TYPES]; /* since the beginning: UNKNOWN_LINK by link type */
	struct kernel_run *kernel;	  /* NULL: only this build counts */
};

static inline void tally(struct tally *row, __u64 bytes)
{
	row->packets += 1;
	row->bytes += bytes;
	row->buffers += 1;
	row->buffer_bytes += bytes;
}

static inline void count_in_tunnels(struct counts *counts, const struct wide_key *key, __u64 wire,
				    __u64 inner)
{
	table_add(&counts->tunnels, key, hash_of(key, counts->tunnels.seed), wire, inner);
}

static inline __u32 count_flow(struct counts *counts, struct waiting *packet)
{
	struct wide_key *key = &packet->walk.key;
	__u64 outside = packet->walk.inner_offset;
	__u64 inner = packet->wire > outside ? packet->wire - outside : 0;

	if (table_add(&counts->flows, key, packet->hash, packet->wire, inner))
		return FLOW;
	clear_inner(&packet->walk);
	count_in_tunnels(counts, key, packet->wire, inner);
	return OVERFLOW;
}

static inline void count_waiting(struct counts *counts)
{
	for (__u32 i = 0; i < counts->waiting_count; i++)
		fetch_row(&counts->flows, counts->waiting[i].hash);
	for (__u32 i = 0; i < counts->waiting_count; i++) {
		struct waiting *packet = &counts->waiting[i];

		tally(&counts->ledger[count_flow(counts, packet)], packet->wire);
	}
	counts->waiting_count = 0;
}

static inline void let_wait(struct counts *counts, struct waiting *packet, __u64 wire)
{
	packet->wire = wire;
	packet->hash = hash_of(&packet->walk.key, counts->flows.seed);
	fetch_slot(&counts->flows, packet->hash);
	if (++counts->waiting_count == MOST_WAITING)
		count_waiting(counts);
}

/* Each packet once, since fragments are known by those before them. */
static inline __u32 parse_in_order(struct counts *counts, const struct packet *packet,
				   struct beginning beginning, struct walk *walk)
{
	__u32 outcome = parse_packet(packet, beginning, walk);

	if (walk->has_more) {
		keep_head(&counts->heads, walk);
	} else if (outcome == LATER_FRAGMENT) {
		find_head(&counts->heads, walk);
		count_in_tunnels(counts, &walk->key, packet->wire, packet->wire);
	}
	return outcome;
}

static inline void run_in_kernel(struct kernel_run *run, const struct packet *packet,
				 struct beginning beginning);

/* Whoever reads the tables calls count_waiting() before. */
static inline void count_packet(struct counts *counts, __u16 link_type, const struct packet *packet)
{
	struct waiting *next = &counts->waiting[counts->waiting_count];
	struct beginning beginning;
	__u32 outcome = begin_link(link_type, packet, &beginning);

	counts->packets++;
	if (outcome == UNKNOWN_LINK)
		tally(&counts->unknown[link_type], packet->wire);
	if (counts->kernel)
		run_in_kernel(counts->kernel, packet, outcome == FLOW ? beginning : NOWHERE);
	if (outcome == FLOW)
		outcome = parse_in_order(counts, packet, beginning, &next->walk);
	if (outcome == FLOW)
		let_wait(counts, next, packet->wire);
	else
		tally(&counts->ledger[outcome], packet->wire);
}

static inline void run_in_kernel(struct kernel_run *run, const struct packet *packet,
				 struct beginning beginning)
{
	struct frame frame;
	struct packet shown = {.bytes = frame.bytes};

	if (run->error)
		return;
	if (!make_frame(&frame, packet, beginning) || !test_run(run, &frame)) {
		run->refused++;
		return;
	}
	shown.captured = shown.wire = frame.size;
	count_packet(run->shown, LINK_ETHERNET, &shown);
}

static inline void count_all_waiting(struct counts *counts)
{
	count_waiting(counts);
	if (counts->kernel)
		count_waiting(counts->kernel->shown);
}

/* Flows and ledger are empty again. What was unknown adds up: it is for a message at the end. */
static inline void clear_counts(struct counts *counts)
{
	table_clear(&counts->flows);
	table_clear(&counts->tunnels);
	memset(counts->ledger, 0, sizeof(counts->ledger));
}
