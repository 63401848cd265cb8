/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Looking at a packet a second time, for what is odd or telling about it.
 *
 * Flow tables are emptied at every drain, so each flow's first packet of an interval is not found
 * there and takes the long way. That packet stands for its flow: what all packets of a flow have in
 * common (TTL, marks, ports, header bits) is read from it alone, and known flows cost nothing. What
 * is rare and does not stand for others (ARP, neighbour discovery, SYNs, fragments, ICMP that
 * quotes a tunnel) is looked at each time.
 *
 * A program of its own, entered by a tail call when the packet is counted already: so it costs the
 * others no instruction to verify, and nothing it does can change what was counted.
 */
#pragma once

#include "count.h"
#include "notices.h"

#define TCP_FLAGS 13
#define TCP_SYN 0x02
#define TCP_ACK 0x10
#define TCP_SIZE 20
#define TCP_OPTION_END 0
#define TCP_OPTION_NOP 1
#define TCP_OPTION_MSS 2
#define MAX_TCP_OPTIONS 6
#define LARGE_SEGMENT 600 /* of which a path of the least IPv4 MTU everybody takes has no room */

#define IPV4_DONT_FRAGMENT 0x4000

#define ETHERTYPE_ARP 0x0806
#define ARP_SIZE 28
#define ARP_REQUEST 1
#define ICMP_UNREACHABLE 3
#define ICMP_TOO_BIG 4
#define ICMPV6_TOO_BIG 2
#define ICMPV6_SOLICITATION 135
#define ICMPV6_ADVERTISEMENT 136
#define ICMP_SIZE 8
#define GTPU_MESSAGE_ERROR 26

/* VXLAN's flags and reserved bits; those of group policy (G, D, A, the group) are no quirk. */
#define VXLAN_KNOWN_FLAGS 0x88
#define VXLAN_HAS_GROUP 0x80
#define VXLAN_GROUP_BITS 0x48

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

/* The row of a key's tunnel, made if there is room. */
static __always_inline struct notices *notices_of(const struct sight *sight,
						  const struct wide_key *key)
{
	struct notices nothing = {};
	__u32 slot = sight->place.slot;
	struct notices *row;
	void *table;

	table = bpf_map_lookup_elem(&noticed, &slot);
	if (!table)
		return NULL;
	row = bpf_map_lookup_elem(table, key);
	if (row)
		return row;
	bpf_map_update_elem(table, key, &nothing, BPF_NOEXIST);
	return bpf_map_lookup_elem(table, key);
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
	facts->size = to_host16(load16(ip + 4)) + IPV6_SIZE;
	facts->dont_fragment = true;
	return true;
}

/* RFC 2003, RFC 6040, RFC 2983: what became of the inner header's marks in the outer one. */
static __always_inline void notice_marks(struct notices *row, const struct ip_facts *outer,
					 const struct ip_facts *inner)
{
	__u8 inner_mark = inner->tos >> 2, outer_mark = outer->tos >> 2;
	__u8 mark = MARK_OTHER;

	row->ecn |= 1U << ((inner->tos & 3) * 4 + (outer->tos & 3));
	row->df |= 1U << (inner->dont_fragment * 2 + outer->dont_fragment);
	if (!inner_mark)
		return;
	if (outer_mark == inner_mark)
		mark = MARK_COPIED;
	else if (!outer_mark)
		mark = MARK_WIPED;
	row->marks |= mark;
	if (mark != MARK_COPIED || !row->inner_mark) {
		row->inner_mark = inner_mark;
		row->outer_mark = outer_mark;
	}
}

static __always_inline void notice_ttl(struct notices *row, __u8 ttl)
{
	if (!row->least_ttl || ttl < row->least_ttl)
		row->least_ttl = ttl;
	if (ttl > row->most_ttl)
		row->most_ttl = ttl;
}

/* Bits of a VXLAN header that neither RFC 7348 nor group policy gives a meaning. */
static __always_inline bool has_reserved_bits(const __u8 *vxlan)
{
	__u8 flags = vxlan[0] & ~VXLAN_KNOWN_FLAGS;

	if (vxlan[0] & VXLAN_HAS_GROUP)
		return flags | (vxlan[1] & ~VXLAN_GROUP_BITS) | vxlan[7];
	return flags | vxlan[1] | vxlan[2] | vxlan[3] | vxlan[7];
}

static __always_inline __u32 quirks_of(const __u8 *header, enum encap encap)
{
	switch (encap) {
	case ENCAP_VXLAN:
		if (!(header[0] & VXLAN_HAS_VNI))
			return 1U << QUIRK_NO_VNI;
		return has_reserved_bits(header) ? 1U << QUIRK_RESERVED_BITS : 0;
	case ENCAP_GENEVE:
		return header[1] & GENEVE_IS_CRITICAL ? 1U << QUIRK_CRITICAL : 0;
	case ENCAP_GTPU:
		return header[1] == GTPU_MESSAGE_ERROR ? 1U << QUIRK_GTPU_ERROR : 0;
	default:
		return 0;
	}
}

/* The UDP header and the tunnel header behind it. */
static __always_inline void notice_udp(const struct sight *sight, struct notices *row,
				       enum encap encap, bool ipv4)
{
	const __u8 *udp = bytes_at(sight, sight->walk->outer_payload, UDP_SIZE + 8);
	__u32 quirks;

	if (!udp)
		return;
	set_bit(row->ports, hash_of(load16(udp)));
	quirks = quirks_of(udp + UDP_SIZE, encap);
	if (!ipv4 && !load16(udp + 6))
		quirks |= 1U << QUIRK_ZERO_CHECKSUM;
	if (quirks) {
		row->quirks |= quirks;
		row->header = load32(udp + 8) | (__u64)load32(udp + 12) << 32;
	}
}

static __always_inline bool is_over_udp(enum encap encap)
{
	return encap == ENCAP_VXLAN || encap == ENCAP_VXLAN_GPE || encap == ENCAP_GENEVE ||
	       encap == ENCAP_GTPU;
}

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

/* SYNs say what they allow, and want an answer; large segments are told apart by their numbers. */
static __always_inline void notice_tcp(const struct sight *sight, struct notices *row)
{
	struct walk *walk = sight->walk;
	const __u8 *tcp = bytes_at(sight, walk->payload_offset, TCP_SIZE);
	__u32 headers = (walk->inner_ipv4 ? IPV4_SIZE : IPV6_SIZE) + TCP_SIZE;
	__u16 mss;

	if (!tcp || !(tcp[TCP_FLAGS] & TCP_SYN))
		return;
	if (tcp[TCP_FLAGS] & TCP_ACK)
		row->answers += 1;
	else
		row->asks += 1;
	mss = mss_of(sight, walk->payload_offset, (tcp[12] >> 4) * 4);
	if (mss && mss + headers > row->largest_syn)
		row->largest_syn = mss + headers;
}

static __always_inline void notice_neighbour(const struct sight *sight, struct notices *row)
{
	const __u8 *icmp = bytes_at(sight, sight->walk->payload_offset, ICMP_SIZE);

	if (!icmp)
		return;
	if (icmp[0] == ICMPV6_SOLICITATION)
		row->asks += 1;
	else if (icmp[0] == ICMPV6_ADVERTISEMENT)
		row->answers += 1;
}

/* RFC 826. A host that announces itself asks for its own address, and wants no answer. */
static __always_inline void notice_arp(const struct sight *sight, struct notices *row)
{
	const __u8 *ethernet = bytes_at(sight, sight->walk->inner_offset, ETHERNET_SIZE + ARP_SIZE);
	const __u8 *arp;

	if (!ethernet || load16(ethernet + 12) != to_network16(ETHERTYPE_ARP))
		return;
	arp = ethernet + ETHERNET_SIZE;
	row->arps += 1;
	row->asker = load32(arp + 14);
	if (to_host16(load16(arp + 6)) != ARP_REQUEST)
		row->answers += 1;
	else if (load32(arp + 14) != load32(arp + 24))
		row->asks += 1;
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
	notice_marks(row, outer, &inner);
	for (int i = 0; i < 8; i++)
		hash = (hash ^ words[i]) * 0x85ebca6bU;
	if (ports && (walk->protocol == PROTOCOL_TCP || walk->protocol == PROTOCOL_UDP))
		hash ^= load32(ports);
	set_bit(row->flows, hash_of(hash));
	if (walk->protocol == PROTOCOL_TCP)
		notice_tcp(sight, row);
	else if (walk->protocol == PROTOCOL_ICMPV6)
		notice_neighbour(sight, row);
}

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

/* A packet of a tunnel. Its inner addresses are in `flow`, and gone from the walk's key. */
static __always_inline void notice_tunneled(const struct sight *sight, const struct wide_key *flow)
{
	struct walk *walk = sight->walk;
	enum encap encap = walk->encap;
	struct notices *row = notices_of(sight, &walk->key);
	struct ip_facts outer;

	if (!row || !read_facts(sight, walk->outer_offset, walk->outer_ipv4, &outer))
		return;
	row->sampled += 1;
	if (walk->has_more) {
		row->fragments += 1;
		if (outer.size > row->fragment_size)
			row->fragment_size = outer.size;
	}
	notice_ttl(row, outer.ttl);
	if (is_over_udp(encap))
		notice_udp(sight, row, encap, walk->outer_ipv4);
	if (flow->meta & META_HAS_INNER)
		notice_inner(sight, row, &outer, flow);
	else if (walk->next == ETHERTYPE_FRAME)
		notice_arp(sight, row);
}

static __always_inline enum encap encap_of_protocol(__u8 protocol)
{
	switch (protocol) {
	case PROTOCOL_GRE:
		return ENCAP_GRE;
	case PROTOCOL_IPV4:
		return ENCAP_IPIP;
	case PROTOCOL_IPV6:
		return ENCAP_SIT;
	default:
		return ENCAP_NONE;
	}
}

/* The tunnel whose packet begins at `offset`, as far as the packet goes. */
static __always_inline enum encap find_quoted(const struct sight *sight, __u64 offset, bool ipv4,
					      struct wide_key *key)
{
	const __u8 *ip = bytes_at(sight, offset, ipv4 ? IPV4_SIZE : IPV6_SIZE);
	enum encap encap;
	const __u8 *udp, *head;
	__u8 protocol;

	if (!ip)
		return ENCAP_NONE;
	if (ipv4) {
		map_address(key->outer_src, ip + 12);
		map_address(key->outer_dst, ip + 16);
		protocol = ip[9];
		offset += (ip[0] & 0x0f) * 4;
	} else {
		copy_address(key->outer_src, ip + 8);
		copy_address(key->outer_dst, ip + 24);
		protocol = ip[6];
		offset += IPV6_SIZE;
	}
	if (protocol != PROTOCOL_UDP)
		return encap_of_protocol(protocol);
	udp = bytes_at(sight, offset, UDP_SIZE);
	if (!udp)
		return ENCAP_NONE;
	encap = port_encap[to_host16(load16(udp + 2))];
	head = bytes_at(sight, offset + UDP_SIZE, VXLAN_SIZE);
	if (head && (encap == ENCAP_VXLAN || encap == ENCAP_GENEVE)) {
		key->vni = to_host32(load32(head + 4)) >> 8;
		key->meta |= META_HAS_VNI;
	}
	return encap;
}

/* RFC 1191, RFC 8201: somebody on the way has no room for one of our tunnels' packets. */
static __always_inline void notice_too_big(const struct sight *sight)
{
	struct walk *walk = sight->walk;
	bool ipv4 = walk->protocol == PROTOCOL_ICMP;
	const __u8 *icmp = bytes_at(sight, walk->payload_offset, ICMP_SIZE);
	struct wide_key key = {.meta = (walk->key.meta & META_EGRESS) ^ META_EGRESS};
	struct notices *row;
	enum encap encap;
	__u32 mtu;

	if (!icmp || (ipv4 ? icmp[0] != ICMP_UNREACHABLE || icmp[1] != ICMP_TOO_BIG
			   : icmp[0] != ICMPV6_TOO_BIG))
		return;
	encap = find_quoted(sight, walk->payload_offset + ICMP_SIZE, ipv4, &key);
	if (encap == ENCAP_NONE)
		return;
	key.meta |= (__u32)encap << META_PATH_SHIFT;
	row = notices_of(sight, &key);
	if (!row)
		return;
	mtu = to_host16(load16(icmp + 6));
	row->too_big += 1;
	if (mtu && (!row->too_big_mtu || mtu < row->too_big_mtu))
		row->too_big_mtu = mtu;
}

/* A tunnel header that made no flow, and says by that that it is odd. */
static __always_inline void notice_odd(const struct sight *sight)
{
	struct walk *walk = sight->walk;
	const __u8 *ip = bytes_at(sight, walk->ip_offset, 1);
	struct wide_key key = {.meta = walk->key.meta & META_EGRESS};
	struct notices *row;
	enum encap encap;
	bool ipv4;

	if (!ip)
		return;
	ipv4 = ip[0] >> 4 == 4;
	encap = find_quoted(sight, walk->ip_offset, ipv4, &key);
	key.vni = 0;
	key.meta &= META_EGRESS;
	key.meta |= (__u32)encap << META_PATH_SHIFT;
	row = notices_of(sight, &key);
	if (!row)
		return;
	row->sampled += 1;
	walk->outer_payload = walk->payload_offset;
	notice_udp(sight, row, encap, ipv4);
}

static __always_inline void notice_packet(struct __sk_buff *skb, struct walk *walk)
{
	struct sight sight = {
		.start = (void *)(long)skb->data,
		.end = (void *)(long)skb->data_end,
		.walk = walk,
		.place = current_place(),
	};
	struct wide_key flow;

	if (!walk->depth) {
		if (walk->protocol == PROTOCOL_ICMP || walk->protocol == PROTOCOL_ICMPV6)
			notice_too_big(&sight);
		else
			notice_odd(&sight);
		return;
	}
	walk->key.meta &= ~META_SIGNALS; /* whatever its packets tell, it is one flow */
	flow = walk->key;
	clear_inner(walk);
	if (settings.notices & NOTICE_HEADERS)
		notice_tunneled(&sight, &flow);
	if (settings.notices & NOTICE_SEGMENTS && walk->protocol == PROTOCOL_TCP)
		notice_segment(&sight, &flow);
	if (settings.notices & NOTICE_STATIONS && walk->next == ETHERTYPE_FRAME)
		notice_station(&sight, &walk->key);
}

static __always_inline bool is_neighbour_discovery(const __u8 *icmp)
{
	return icmp[0] == ICMPV6_SOLICITATION || icmp[0] == ICMPV6_ADVERTISEMENT;
}

/* A SYN is looked at though its flow is known; so are neighbour discovery, ARP and fragments. */
static __always_inline bool is_rare(struct __sk_buff *skb, const struct walk *walk,
				    enum outcome outcome)
{
	const __u8 *payload = (void *)(long)skb->data;
	const __u8 *end = (void *)(long)skb->data_end;
	__u64 offset = walk->payload_offset;

	if (outcome != FLOW)
		return outcome == NO_VNI || outcome == GTPU_MESSAGE ||
		       (outcome == NOT_TUNNELED &&
			(walk->protocol == PROTOCOL_ICMP || walk->protocol == PROTOCOL_ICMPV6));
	if (walk->has_more || walk->payload_offset == walk->inner_offset)
		return true; /* a fragment; or nothing behind the tunnel header that is IP */
	if (offset > MAX_OFFSET)
		return false;
	payload += offset;
	if (payload + TCP_FLAGS + 1 > end)
		return false;
	if (walk->protocol == PROTOCOL_TCP)
		return payload[TCP_FLAGS] & TCP_SYN;
	return walk->protocol == PROTOCOL_ICMPV6 && is_neighbour_discovery(payload);
}
