/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of every packet and of every count. */
#pragma once

#include <stdio.h>

#include "input.h"

#define MUST(condition) ((condition) ? (void)0 : broken(#condition, __LINE__))

static inline void broken(const char *condition, int line)
{
	fprintf(stderr, "does not hold, in line %d: %s\n", line, condition);
	abort();
}

static inline bool is_zero(const __u8 *bytes, __u32 size)
{
	while (size--)
		if (bytes[size])
			return false;
	return true;
}

static inline bool is_mapped(const __u8 *address)
{
	return is_zero(address, 10) && address[10] == 0xff && address[11] == 0xff;
}

/* A path has no gap, and nothing but encapsulations that are read. */
static inline void path_holds(__u32 meta, __u32 depth)
{
	for (__u32 i = 0; i < MAX_DEPTH; i++) {
		__u32 step = meta >> (META_PATH_SHIFT + i * PATH_BITS) & ((1U << PATH_BITS) - 1);

		MUST((step != 0) == (i < depth));
		MUST(step < ENCAPS);
		MUST(!step || settings.encaps & 1U << step);
	}
}

static inline void flow_holds(const struct walk *walk, const struct packet *packet)
{
	const struct wide_key *key = &walk->key;

	MUST(walk->depth >= 1 && walk->depth <= MAX_DEPTH);
	path_holds(key->meta, walk->depth);
	MUST(!(key->meta & META_EGRESS));
	MUST(!(key->meta & META_SIGNALS) || settings.encaps & 1U << ENCAP_GENEVE);
	MUST(key->meta & META_HAS_VNI || !key->vni);
	if (walk->outer_ipv4)
		MUST(is_mapped(key->outer_src) && is_mapped(key->outer_dst));
	if (!(key->meta & META_HAS_INNER))
		MUST(is_zero(key->inner_src, 32));
	else if (walk->inner_ipv4)
		MUST(is_mapped(key->inner_src) && is_mapped(key->inner_dst));
	MUST(walk->inner_offset <= packet->captured);
	MUST(walk->payload_offset <= packet->captured);
}

static inline bool is_outcome(__u32 outcome)
{
	return outcome < OUTCOMES && outcome != OVERFLOW && outcome != NOT_ENTERED;
}

static inline bool is_later_fragments(const struct row *row)
{
	return row->key.meta & 1U << (META_SIGNALS_SHIFT + SIGNAL_LATER_FRAGMENT);
}

static inline struct tally sum_of(const struct table *table, bool later_fragments)
{
	struct tally sum = {};

	for (__u64 i = 0; i < table->count; i++) {
		const struct counters *row = &table->rows[i].counters;

		MUST(row->packets && row->inner_bytes <= row->bytes);
		if (is_later_fragments(&table->rows[i]) != later_fragments)
			continue;
		sum.packets += row->packets;
		sum.bytes += row->bytes;
	}
	return sum;
}

static inline bool same(const struct tally *some, const struct tally *other)
{
	return some->packets == other->packets && some->bytes == other->bytes;
}

/* Each packet is in exactly one row of the ledger, and flows and tunnels add up to theirs. */
static inline void counts_hold(const struct counts *counts)
{
	struct tally flows = sum_of(&counts->flows, false);
	struct tally tunnels = sum_of(&counts->tunnels, false);
	struct tally fragments = sum_of(&counts->tunnels, true);
	struct tally unknown = {};
	__u64 packets = 0;

	for (__u32 outcome = 0; outcome < OUTCOMES; outcome++) {
		MUST(!counts->ledger[outcome].packets || outcome == OVERFLOW ||
		     is_outcome(outcome));
		MUST(counts->ledger[outcome].buffers == counts->ledger[outcome].packets);
		MUST(counts->ledger[outcome].buffer_bytes == counts->ledger[outcome].bytes);
		packets += counts->ledger[outcome].packets;
	}
	for (__u32 link = 0; link < LINK_TYPES && counts->ledger[UNKNOWN_LINK].packets; link++) {
		unknown.packets += counts->unknown[link].packets;
		unknown.bytes += counts->unknown[link].bytes;
	}
	MUST(packets == counts->packets);
	MUST(same(&flows, &counts->ledger[FLOW]));
	MUST(same(&tunnels, &counts->ledger[OVERFLOW]));
	MUST(same(&fragments, &counts->ledger[LATER_FRAGMENT]));
	MUST(same(&unknown, &counts->ledger[UNKNOWN_LINK]));
}
