/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* From a walked packet to its flow's counters or to the ledger. */
#pragma once

#include "heads.h"

/* Where this packet is counted. Read once: userspace may flip the generation meanwhile. */
struct place {
	__u32 generation;
	__u32 slot; /* in the arrays of tables */
};

static __always_inline struct place current_place(void)
{
	struct place place;

	__u32 first;

	place.slot = bpf_get_smp_processor_id();
	first = first_slot;
	place.slot += first;
	place.generation = first != 0;
	return place;
}

/*
 * How many packets a buffer is on the wire. What a virtual machine hands over (tap, virtio) tells
 * how long its segments are, not how many: the kernel counts them only once it cuts them.
 */
static __always_inline __u64 packets_of(struct __sk_buff *skb, __u32 headers)
{
	if (skb->gso_segs)
		return skb->gso_segs;
	if (!skb->gso_size || skb->len <= headers)
		return 1;
	return (skb->len - headers + skb->gso_size - 1) / skb->gso_size;
}

/*
 * What a buffer is on the wire. A super-packet's packets each repeat its headers (on egress this
 * agrees with the kernel's wire_len; on ingress wire_len does not include it). A VLAN tag that
 * the card or the stack took out of the data was on the wire all the same.
 */
struct size {
	__u64 packets;
	__u64 bytes;
	__u64 inner_bytes;
};

static __always_inline struct size size_of(struct __sk_buff *skb, const struct walk *walk)
{
	__u64 tag = skb->vlan_present ? TAG_SIZE : 0;
	struct size size = {.packets = 1, .bytes = skb->len + tag};

	if (skb->gso_size) {
		__u32 headers = repeated_headers(walk, (void *)(long)skb->data,
						 (void *)(long)skb->data_end);

		size.packets = packets_of(skb, headers);
		size.bytes += (size.packets - 1) * (headers + tag) - size.packets * walk->unsent;
	}
	size.inner_bytes = size.bytes - size.packets * (walk->inner_offset + tag);
	return size;
}

static __always_inline void add(struct counters *row, const struct size *size)
{
	row->packets += size->packets;
	row->bytes += size->bytes;
	row->inner_bytes += size->inner_bytes;
}

static __always_inline struct counters *find(void *tables, __u32 slot, const void *key)
{
	void *table = bpf_map_lookup_elem(tables, &slot);

	return table ? bpf_map_lookup_elem(table, key) : NULL;
}

enum added { NO_ROOM, ADDED, MADE };

/* Adds to the key's row, making it if there is room. */
static __always_inline enum added add_to(void *tables, __u32 slot, const void *key,
					 const struct size *size)
{
	struct counters first = {size->packets, size->bytes, size->inner_bytes};
	void *table = bpf_map_lookup_elem(tables, &slot);
	struct counters *row;

	if (!table)
		return NO_ROOM;
	row = bpf_map_lookup_elem(table, key);
	if (row) {
		add(row, size);
		return ADDED;
	}
	return bpf_map_update_elem(table, key, &first, BPF_NOEXIST) ? NO_ROOM : MADE;
}

static __always_inline void tally(struct place place, __u32 direction, enum outcome outcome,
				  const struct size *size, __u64 buffer_bytes)
{
	__u32 index = ledger_row(place.generation, direction, outcome);
	struct tally *row = bpf_map_lookup_elem(&ledger, &index);

	if (!row)
		return;
	row->packets += size->packets;
	row->bytes += size->bytes;
	row->buffers += 1;
	row->buffer_bytes += buffer_bytes;
}

/* The inner half of `key`'s narrow twin, and the outer: the last four bytes of each address. */
static __always_inline void narrow(struct narrow_key *to, const struct wide_key *key)
{
	to->outer_src = load32(key->outer_src + 12);
	to->outer_dst = load32(key->outer_dst + 12);
	to->inner_src = load32(key->inner_src + 12);
	to->inner_dst = load32(key->inner_dst + 12);
	to->vni = key->vni;
	to->meta = key->meta;
}

static __always_inline enum added add_to_flow(struct place place, const struct walk *walk,
					      const struct size *size)
{
	struct narrow_key key;

	if (!walk->outer_ipv4 || (walk->key.meta & META_HAS_INNER && !walk->inner_ipv4))
		return add_to(&wide_flows, place.slot, &walk->key, size);
	narrow(&key, &walk->key);
	return add_to(&narrow_flows, place.slot, &key, size);
}

/* The flow tables are full: keep at least what tunnel it was. */
static __always_inline void overflow(struct place place, struct walk *walk, __u32 direction,
				     const struct size *size, __u64 buffer_bytes)
{
	clear_inner(walk);
	add_to(&tunnels, place.slot, &walk->key, size);
	tally(place, direction, OVERFLOW, size, buffer_bytes);
}

/* A packet in no flow: the ledger has it, and if it is a fragment, others may belong to it. */
static __always_inline void count_outside(struct place place, struct walk *walk, __u32 direction,
					  enum outcome outcome, const struct size *size,
					  __u64 buffer_bytes)
{
	if (outcome == LATER_FRAGMENT) {
		find_head(walk);
		add_to(&tunnels, place.slot, &walk->key, size);
	} else if (walk->has_more && !walk->depth) {
		keep_head(walk);
	}
	tally(place, direction, outcome, size, buffer_bytes);
}

/*
 * The one place where a packet that took the long way is counted. Returns whether it was its flow's
 * first in this generation.
 */
static __always_inline bool count(struct __sk_buff *skb, struct walk *walk, enum outcome outcome)
{
	__u32 direction = walk->key.meta & META_EGRESS ? EGRESS : INGRESS;
	struct size size = size_of(skb, walk);
	struct place place = current_place();
	enum added added;

	if (outcome != FLOW) {
		count_outside(place, walk, direction, outcome, &size, skb->len);
		return false;
	}
	added = add_to_flow(place, walk, &size);
	if (added == NO_ROOM)
		overflow(place, walk, direction, &size, skb->len);
	else if (size.packets > 1 || size.bytes != skb->len)
		tally(place, direction, FLOW, &size, skb->len);
	return added == MADE;
}
