/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What is inside the tunnel: who asks and who answers, segments, stations. */
#pragma once

#include "outer.h"

#define TCP_FLAGS 13
#define TCP_SYN 0x02
#define TCP_ACK 0x10
#define TCP_SIZE 20
#define TCP_OPTION_END 0
#define TCP_OPTION_NOP 1
#define TCP_OPTION_MSS 2
#define MAX_TCP_OPTIONS 6
#define LARGE_SEGMENT 600 /* of which a path of the least IPv4 MTU everybody takes has no room */

#define ARP_REQUEST 1

#define ICMP_SIZE 8
#define ICMPV6_SOLICITATION 135
#define ICMPV6_ADVERTISEMENT 136

/* The MSS of a SYN's options, 0 without one. */
static __always_inline __u16 mss_of(const struct sight *sight, __u64 tcp, __u64 size)
{
	__u64 at = tcp + TCP_SIZE;

	for (int i = 0; i < MAX_TCP_OPTIONS; i++) {
		const __u8 *option = bytes_at(sight, at, 4);

		if (!option || at + 4 > tcp + size || option[0] == TCP_OPTION_END)
			return 0;
		if (option[0] == TCP_OPTION_MSS)
			return to_host16(load16(option + 2));
		at += option[0] == TCP_OPTION_NOP ? 1 : option[1];
	}
	return 0;
}

/* SYNs say what they allow, and want an answer. */
static __always_inline void notice_tcp(const struct sight *sight, struct notices *row,
				       const struct wide_key *flow)
{
	struct walk *walk = sight->walk;
	const __u8 *tcp = bytes_at(sight, walk->payload_offset, TCP_SIZE);
	__u32 headers = (walk->inner_ipv4 ? IPV4_SIZE : IPV6_SIZE) + TCP_SIZE;
	__u16 mss;

	if (!tcp || !(tcp[TCP_FLAGS] & TCP_SYN))
		return;
	if (tcp[TCP_FLAGS] & TCP_ACK) {
		row->answers += 1;
	} else {
		row->asks += 1;
		name_flow(row, EXAMPLE_ASK, flow);
	}
	mss = mss_of(sight, walk->payload_offset, (tcp[12] >> 4) * 4);
	if (mss && mss + headers <= 0xffff && mss + headers > row->largest_syn) {
		row->largest_syn = mss + headers;
		name_flow(row, EXAMPLE_SYN, flow);
	}
}

/* RFC 4861, section 4.3: whom a solicitation is about follows. */
static __always_inline void notice_neighbour(const struct sight *sight, struct notices *row,
					     const struct wide_key *flow)
{
	const __u8 *icmp = bytes_at(sight, sight->walk->payload_offset, ICMP_SIZE + 16);

	if (!icmp)
		return;
	if (icmp[0] == ICMPV6_SOLICITATION) {
		row->asks += 1;
		name_example(row, EXAMPLE_ASK, flow->inner_src, icmp + ICMP_SIZE);
	} else if (icmp[0] == ICMPV6_ADVERTISEMENT) {
		row->answers += 1;
	}
}

/* RFC 826. A host that announces itself asks for its own address, and wants no answer. */
static __always_inline void notice_arp(const struct sight *sight, struct notices *row,
				       const struct wide_key *flow)
{
	const __u8 *ethernet = bytes_at(sight, sight->walk->inner_offset, ETHERNET_SIZE + ARP_SIZE);
	const __u8 *arp;

	if (!ethernet || load16(ethernet + 12) != to_network16(ETHERTYPE_ARP))
		return;
	arp = ethernet + ETHERNET_SIZE;
	row->arps += 1;
	row->asker = load32(arp + 14);
	if (to_host16(load16(arp + 6)) != ARP_REQUEST) {
		row->answers += 1;
	} else if (load32(arp + 14) != load32(arp + 24)) {
		row->asks += 1;
		name_flow(row, EXAMPLE_ASK, flow);
	}
}

/* The inner IP packet and what it carries; `flow` still has the inner addresses. */
static __always_inline void notice_inner(const struct sight *sight, struct notices *row,
					 const struct ip_facts *outer, const struct wide_key *flow)
{
	struct walk *walk = sight->walk;
	const __u8 *ports = bytes_at(sight, walk->payload_offset, 4);
	const __u32 *words = (const __u32 *)flow->inner_src;
	struct ip_facts inner;
	__u32 hash = walk->protocol;

	if (!read_facts(sight, walk->ip_offset, walk->inner_ipv4, &inner))
		return;
	notice_marks(sight, row, outer, &inner, flow);
	for (int i = 0; i < 8; i++)
		hash = (hash ^ words[i]) * 0x85ebca6bU;
	if (ports && (walk->protocol == PROTOCOL_TCP || walk->protocol == PROTOCOL_UDP))
		hash ^= load32(ports);
	set_bit(row->flows, hash_of(hash));
	if (walk->protocol == PROTOCOL_TCP)
		notice_tcp(sight, row, flow);
	else if (walk->protocol == PROTOCOL_ICMPV6)
		notice_neighbour(sight, row, flow);
}

/* Large segments are told apart by their numbers. */
static __always_inline void notice_segment(const struct sight *sight, const struct wide_key *flow)
{
	struct walk *walk = sight->walk;
	const __u8 *tcp = bytes_at(sight, walk->payload_offset, TCP_SIZE);
	struct segment_key key = {.flow = *flow};
	struct segment segment;
	struct ip_facts inner;
	__u32 slot = sight->place.slot;
	void *table;

	if (!tcp || !read_facts(sight, walk->ip_offset, walk->inner_ipv4, &inner) ||
	    (inner.size && inner.size < LARGE_SEGMENT))
		return;
	table = bpf_map_lookup_elem(&segments, &slot);
	if (!table)
		return;
	key.src_port = to_host16(load16(tcp));
	key.dst_port = to_host16(load16(tcp + 2));
	segment.sequence = to_host32(load32(tcp + 4));
	segment.size = inner.size;
	bpf_map_update_elem(table, &key, &segment, BPF_NOEXIST);
}

static __always_inline void notice_station(const struct sight *sight, const struct wide_key *tunnel)
{
	const __u8 *ethernet = bytes_at(sight, sight->walk->inner_offset, ETHERNET_SIZE);
	struct station_key key = {.vni = tunnel->vni, .meta = tunnel->meta};
	struct station first = {.frames = 1}, *row;
	__u32 slot = sight->place.slot;
	void *table = bpf_map_lookup_elem(&stations, &slot);

	if (!table || !ethernet)
		return;
	copy_address(key.outer_src, tunnel->outer_src);
	__builtin_memcpy(key.mac, ethernet + 6, 6);
	row = bpf_map_lookup_elem(table, &key);
	if (row)
		row->frames += 1;
	else
		bpf_map_update_elem(table, &key, &first, BPF_NOEXIST);
}
