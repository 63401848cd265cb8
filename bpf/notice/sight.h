/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The packet at hand, again, and the rows that what is seen goes into. */
#pragma once

#include "../count.h"
#include "../notices.h"

#define IPV4_DONT_FRAGMENT 0x4000

/* The packet at hand, again. */
struct sight {
	const __u8 *start;
	const __u8 *end;
	struct walk *walk;
	struct place place;
};

static __always_inline const __u8 *bytes_at(const struct sight *sight, __u64 offset, __u64 size)
{
	struct cursor at = {
		.start = sight->start, .end = sight->end, .offset = offset, .limit = ~0ULL};

	return header_of(&at, size);
}

/* One of 128: the upper bits of a product depend on all of a number's. */
static __always_inline __u32 hash_of(__u32 number)
{
	return number * 0x9e3779b1U >> 25;
}

static __always_inline void set_bit(__u64 *bits, __u32 hash)
{
	bits[hash >> 6 & 1] |= 1ULL << (hash & 63);
}

/* What a row begins with. Not on the stack, of which there are 512 bytes for everything. */
static const struct notices nothing_yet SEC(".rodata.notices") = {};

/* The row of a key's tunnel, made if there is room. */
static __always_inline struct notices *notices_of(const struct sight *sight,
						  const struct wide_key *key)
{
	__u32 slot = sight->place.slot;
	struct notices *row;
	void *table;

	table = bpf_map_lookup_elem(&noticed, &slot);
	if (!table)
		return NULL;
	row = bpf_map_lookup_elem(table, key);
	if (row)
		return row;
	bpf_map_update_elem(table, key, &nothing_yet, BPF_NOEXIST);
	return bpf_map_lookup_elem(table, key);
}

/* The packet shows something: it is who sends it to whom that is told then. */
static __always_inline void name_example(struct notices *row, enum example example, const __u8 *src,
					 const __u8 *dst)
{
	copy_address(row->ends[example].src, src);
	copy_address(row->ends[example].dst, dst);
}

/* Likewise; what has no addresses inside leaves those before. */
static __always_inline void name_flow(struct notices *row, enum example example,
				      const struct wide_key *flow)
{
	const __u64 *words = (const __u64 *)flow->inner_dst;

	if (words[0] | words[1])
		name_example(row, example, flow->inner_src, flow->inner_dst);
}

#define ETHERTYPE_ARP 0x0806
#define ARP_SIZE 28
#define ARP_OF_IPV4 0x08000604 /* the protocol, and how long both kinds of addresses are */

/* Whose addresses a frame has that is no flow's: ARP's own, or those of what never was one. */
static __always_inline void read_ends(const struct sight *sight, __u64 offset,
				      struct wide_key *flow)
{
	const __u8 *frame = bytes_at(sight, offset, ETHERNET_SIZE + ARP_SIZE);
	const __u8 *inside;

	if (!frame)
		return;
	inside = frame + ETHERNET_SIZE;
	switch (load16(frame + 12)) {
	case to_network16(ETHERTYPE_ARP):
		if (load32(inside + 2) != to_network32(ARP_OF_IPV4))
			return;
		map_address(flow->inner_src, inside + 14);
		map_address(flow->inner_dst, inside + 24);
		return;
	case to_network16(ETHERTYPE_IPV4):
		copy_pair(flow->inner_src, flow->inner_dst, inside, true);
		return;
	case to_network16(ETHERTYPE_IPV6):
		inside = bytes_at(sight, offset + ETHERNET_SIZE, IPV6_SIZE);
		if (inside)
			copy_pair(flow->inner_src, flow->inner_dst, inside, false);
	}
}

struct ip_facts {
	__u8 tos;
	__u8 ttl;
	bool dont_fragment;
	__u16 size; /* as declared; 0 for more than the field can say */
};

static __always_inline bool read_facts(const struct sight *sight, __u64 offset, bool ipv4,
				       struct ip_facts *facts)
{
	const __u8 *ip;
	__u32 length;

	if (ipv4) {
		ip = bytes_at(sight, offset, IPV4_SIZE);
		if (!ip)
			return false;
		facts->tos = ip[1];
		facts->ttl = ip[8];
		facts->size = to_host16(load16(ip + 2));
		facts->dont_fragment = load16(ip + 6) & to_network16(IPV4_DONT_FRAGMENT);
		return true;
	}
	ip = bytes_at(sight, offset, IPV6_SIZE);
	if (!ip)
		return false;
	facts->tos = to_host16(load16(ip)) >> 4;
	facts->ttl = ip[7];
	length = to_host16(load16(ip + 4));
	facts->size = length && length <= 0xffff - IPV6_SIZE ? length + IPV6_SIZE : 0;
	facts->dont_fragment = true;
	return true;
}
