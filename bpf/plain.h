/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The fast path: plain packets, which nearly all are (ADR 0021).
 *
 *   Ethernet, perhaps a VLAN tag | IP | VXLAN, Geneve, or GRE with no more than a key
 *                                | perhaps Ethernet | IP, and no further tunnel
 *
 * without options, extensions and fragments, of a known flow, in a buffer of one packet; besides,
 * TCP and UDP that are no tunnel. It recognises, never judges: whatever is not exactly this goes
 * the long way and is judged there, so both ways must give the same row for the same packet
 * (tests/packets compares them). Tunnel headers are opened by the walk's own functions.
 *
 * Sizes and families are constants of the callers, and all is inlined: what is written once here is
 * compiled for each combination, with constant offsets.
 */
#pragma once

#include "plain_ip.h"

/* The end of a cursor whose bytes are known to be there: no check of it is compiled. */
#define CHECKED ((const __u8 *)~0ULL)

/* The outer headers of a plain packet, and where its flows are counted. */
struct plain {
	struct __sk_buff *skb;
	const __u8 *start;
	const __u8 *end;
	const __u8 *outer; /* its IP header */
	__u64 link_size;
	bool ipv4; /* outer */
	__u32 direction;
	void *table; /* of the outer family; see take_table() */
};

/*
 * Taken before the headers behind IP are looked at: these loads wait for each other, and the
 * processor follows them meanwhile.
 */
static __always_inline bool take_table(struct plain *plain)
{
	__u32 slot = current_place().slot;

	plain->table = plain->ipv4 ? bpf_map_lookup_elem(&narrow_flows, &slot)
				   : bpf_map_lookup_elem(&wide_flows, &slot);
	return plain->table;
}

static __always_inline bool count_not_tunneled(const struct plain *plain)
{
	struct size size = {.packets = 1, .bytes = plain->skb->len};

	/* Else it is cut short, or malformed. */
	if (plain_length(plain->outer, plain->ipv4) < plain_ip_size(plain->ipv4) + UDP_SIZE)
		return false;
	tally(current_place(), plain->direction, NOT_TUNNELED, &size, size.bytes);
	return true;
}

/*
 * The last two words of a key, by one store: the kernel compares keys by words of 64 bits, and a
 * load that is wider than the stores before it waits until these have reached the cache.
 */
static __always_inline void set_last_words(__u32 *vni, __u32 value, __u32 meta)
{
	*(any64 *)vni = (__u64)meta << 32 | value;
}

static __always_inline struct counters *find_plain_flow(const struct plain *plain,
							const struct boundary *boundary,
							const __u8 *inner, bool ipv4)
{
	__u32 meta = (boundary->has_vni ? META_HAS_VNI : 0) | META_HAS_INNER |
		     boundary->signals << META_SIGNALS_SHIFT | boundary->encap << META_PATH_SHIFT |
		     (plain->direction == EGRESS ? META_EGRESS : 0);

	if (plain->ipv4 && ipv4) {
		struct narrow_key key;

		copy64(&key.outer_src, plain->outer + 12);
		copy64(&key.inner_src, inner + 12);
		set_last_words(&key.vni, boundary->vni, meta);
		return bpf_map_lookup_elem(plain->table, &key);
	} else {
		struct wide_key key;

		copy_pair(key.outer_src, key.outer_dst, plain->outer, plain->ipv4);
		copy_pair(key.inner_src, key.inner_dst, inner, ipv4);
		set_last_words(&key.vni, boundary->vni, meta);
		return plain->ipv4 ? find(&wide_flows, current_place().slot, &key)
				   : bpf_map_lookup_elem(plain->table, &key);
	}
}

/* Do the outer headers declare all until there? `udp_length`: what the UDP header says. */
static __always_inline bool declares(const struct plain *plain, __u64 udp_length, __u64 end_offset)
{
	__u64 needed = end_offset - plain->link_size;

	return plain_length(plain->outer, plain->ipv4) >= needed &&
	       udp_length >= needed - plain_ip_size(plain->ipv4);
}

/* `inner` is a plain IP header, `at` what the tunnel header carries: that, or Ethernet before it.
 */
static __always_inline bool count_inner(const struct plain *plain, const struct cursor *at,
					const struct boundary *boundary, __u64 udp_length,
					const __u8 *inner, __u64 link_size, bool ipv4)
{
	__u64 end_offset = at->offset + link_size + plain_ip_size(ipv4);
	struct counters *row;

	if (!declares(plain, udp_length, end_offset) || !declares_itself(inner, ipv4) ||
	    !ends_plainly(inner, plain->end, ipv4))
		return false;
	row = find_plain_flow(plain, boundary, inner, ipv4);
	if (!row)
		return false;
	row->packets += 1;
	row->bytes += plain->skb->len;
	row->inner_bytes += plain->skb->len - at->offset;
	return true;
}

/* A tunnel header was opened, and `at` stands behind it. */
static __always_inline bool count_tunneled(const struct plain *plain, const struct cursor *at,
					   const struct boundary *boundary, __u64 udp_length)
{
	const __u8 *behind = at->start + at->offset;
	const __u8 *inner = behind + ETHERNET_SIZE;

	switch (boundary->next) {
	case ETHERTYPE_FRAME:
		if (is_plain_ip(inner, at->end, true, 0))
			return count_inner(plain, at, boundary, udp_length, inner, ETHERNET_SIZE,
					   true);
		return is_plain_ip(inner, plain->end, false, 0) &&
		       count_inner(plain, at, boundary, udp_length, inner, ETHERNET_SIZE, false);
	case ETHERTYPE_IPV4:
		return is_plain_bare_ip(behind, plain->end, true) &&
		       count_inner(plain, at, boundary, udp_length, behind, 0, true);
	case ETHERTYPE_IPV6:
		return is_plain_bare_ip(behind, plain->end, false) &&
		       count_inner(plain, at, boundary, udp_length, behind, 0, false);
	default:
		return false;
	}
}

static __always_inline bool count_over_udp(const struct plain *plain, struct cursor *at)
{
	const __u8 *udp = plain->outer + plain_ip_size(plain->ipv4);
	__u8 encap = port_encap[to_host16(load16(udp + 2))];
	__u64 length = to_host16(load16(udp + 4));
	struct boundary boundary = {};

	at->offset += UDP_SIZE;
	if (likely(encap == ENCAP_VXLAN)) {
		/* All that is behind it at least, asked for at once. */
		if (udp + UDP_SIZE + VXLAN_SIZE + ETHERNET_SIZE + IPV4_SIZE > plain->end)
			return false;
		at->end = CHECKED;
		boundary.encap = ENCAP_VXLAN;
		return open_vxlan(at, &boundary) == FLOW &&
		       count_tunneled(plain, at, &boundary, length);
	}
	if (encap == ENCAP_GENEVE) {
		boundary.encap = ENCAP_GENEVE;
		return open_geneve(at, &boundary) == FLOW &&
		       count_tunneled(plain, at, &boundary, length);
	}
	return !encap_of_ports(udp) && count_not_tunneled(plain);
}

/* `flags` is a constant: each optional word would double the verifier's work. */
static __always_inline bool open_and_count_gre(const struct plain *plain, struct cursor *at,
					       __u16 flags)
{
	const __u8 *gre = plain->outer + plain_ip_size(plain->ipv4);
	struct boundary boundary = {.next = to_host16(load16(gre + 2))};

	at->offset += GRE_SIZE;
	return open_plain_gre(at, flags, &boundary) == FLOW &&
	       count_tunneled(plain, at, &boundary, ~0ULL);
}

static __always_inline bool count_over_gre(const struct plain *plain, struct cursor *at)
{
	__u16 flags = to_host16(load16(plain->outer + plain_ip_size(plain->ipv4)));

	if (flags == GRE_HAS_KEY)
		return open_and_count_gre(plain, at, GRE_HAS_KEY);
	return !flags && open_and_count_gre(plain, at, 0);
}

static __always_inline bool count_behind_link(struct __sk_buff *skb, __u32 direction,
					      __u64 link_size, bool ipv4)
{
	struct plain plain = {
		.skb = skb,
		.start = (void *)(long)skb->data,
		.end = (void *)(long)skb->data_end,
		.link_size = link_size,
		.ipv4 = ipv4,
		.direction = direction,
	};
	struct cursor at = {
		.start = plain.start,
		.end = plain.end,
		.offset = link_size + plain_ip_size(ipv4),
		.limit = ~0ULL, /* lengths are compared once, where all headers were found */
	};
	__u32 protocol;

	plain.outer = plain.start + link_size;
	protocol = plain_protocol_of(plain.outer, ipv4);
	if (likely(protocol == plain_protocol(PROTOCOL_UDP)))
		return take_table(&plain) && count_over_udp(&plain, &at);
	if (protocol == plain_protocol(PROTOCOL_TCP))
		return count_not_tunneled(&plain);
	if (protocol == plain_protocol(PROTOCOL_GRE))
		return take_table(&plain) && count_over_gre(&plain, &at);
	return false;
}

/*
 * Counts a plain packet. False: take the long way. A tag that is not in the data makes a packet
 * longer on the wire; `vlan_proto` takes a comparison less than `vlan_present`, and says no less
 * (old kernels leave it behind, and packets go the long way then).
 */
static __always_inline bool count_plain(struct __sk_buff *skb, __u32 direction)
{
	const __u8 *start = (void *)(long)skb->data;
	const __u8 *end = (void *)(long)skb->data_end;
	const __u8 *ip = start + ETHERNET_SIZE;

	if (skb->gso_size || skb->vlan_proto)
		return false;
	if (is_plain_ip(ip, end, true, UDP_SIZE))
		return count_behind_link(skb, direction, ETHERNET_SIZE, true);
	if (is_plain_ip(ip, end, false, UDP_SIZE))
		return count_behind_link(skb, direction, ETHERNET_SIZE, false);
	if (ip > end || load16(start + 12) != to_network16(ETHERTYPE_8021Q))
		return false;
	ip += TAG_SIZE;
	if (is_plain_ip(ip, end, true, UDP_SIZE))
		return count_behind_link(skb, direction, ETHERNET_SIZE + TAG_SIZE, true);
	return is_plain_ip(ip, end, false, UDP_SIZE) &&
	       count_behind_link(skb, direction, ETHERNET_SIZE + TAG_SIZE, false);
}
