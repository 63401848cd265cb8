/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The fast path: the commonest packets by their constant offsets.
 *
 * Ethernet, IP without options, UDP, VXLAN, Ethernet, IP without options, for a known flow and
 * a buffer of one packet, costs about half of what the general walk does. It recognises, never
 * judges: whatever is not exactly this goes the long way and is judged there, so both ways must
 * give the same row for the same packet (tests/packets compares them).
 */
#pragma once

#include "notice.h"

#define IPV4_PLAIN 0x45 /* version 4, five words */
#define IPV4_MORE_OR_LATER 0x3fff
/* Behind the outer IP header: UDP, VXLAN, the inner Ethernet header. */
#define PLAIN_BETWEEN (UDP_SIZE + VXLAN_SIZE + ETHERNET_SIZE)

/* Is this an IP header without options, and does it declare at least `size` bytes? */
static __always_inline bool is_plain_ip(const __u8 *ip, bool ipv4, __u32 size)
{
	if (ipv4)
		return ip[0] == IPV4_PLAIN &&
		       !(load16(ip + 6) & to_network16(IPV4_MORE_OR_LATER)) &&
		       to_host16(load16(ip + 2)) >= size;
	return ip[0] >> 4 == 6 && to_host16(load16(ip + 4)) + IPV6_SIZE >= size;
}

static __always_inline __u8 plain_protocol(const __u8 *ip, bool ipv4)
{
	return ip[ipv4 ? 9 : 6];
}

/*
 * Can no further tunnel follow, and is there nothing to notice? What is behind a UDP header is told
 * by its port; SYNs and neighbour discovery are looked at each time.
 */
static __always_inline bool ends_here(const __u8 *payload, const __u8 *end, __u8 protocol)
{
	if (protocol == PROTOCOL_TCP)
		return payload + TCP_FLAGS + 1 <= end && !(payload[TCP_FLAGS] & TCP_SYN);
	if (protocol == PROTOCOL_ICMP)
		return true;
	if (protocol == PROTOCOL_ICMPV6)
		return payload + 1 <= end && !is_neighbour_discovery(payload);
	if (protocol != PROTOCOL_UDP || payload + UDP_SIZE > end)
		return false;
	return !encap_of_ports(payload);
}

static __always_inline bool is_plain_vxlan(const __u8 *outer, const __u8 *end, bool ipv4)
{
	__u32 ip_size = ipv4 ? IPV4_SIZE : IPV6_SIZE;
	const __u8 *udp = outer + ip_size, *vxlan = udp + UDP_SIZE;
	const __u8 *inner = udp + PLAIN_BETWEEN;

	return is_plain_ip(outer, ipv4, 2 * ip_size + PLAIN_BETWEEN) &&
	       plain_protocol(outer, ipv4) == PROTOCOL_UDP &&
	       port_encap[to_host16(load16(udp + 2))] == ENCAP_VXLAN &&
	       to_host16(load16(udp + 4)) >= PLAIN_BETWEEN + ip_size && vxlan[0] & VXLAN_HAS_VNI &&
	       load16(inner - 2) == to_network16(ipv4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6) &&
	       is_plain_ip(inner, ipv4, ip_size) &&
	       ends_here(inner + ip_size, end, plain_protocol(inner, ipv4));
}

/* Counts a plain packet of a known flow. False: take the long way. */
static __always_inline bool count_plain_flow(struct __sk_buff *skb, const __u8 *outer,
					     const __u8 *end, __u32 direction, bool ipv4)
{
	__u32 ip_size = ipv4 ? IPV4_SIZE : IPV6_SIZE;
	const __u8 *inner = outer + ip_size + PLAIN_BETWEEN;
	struct place place = current_place();
	struct counters *row;
	__u32 meta, vni;

	if (inner + ip_size > end || !is_plain_vxlan(outer, end, ipv4))
		return false;
	meta = (direction ? META_EGRESS : 0) | META_HAS_VNI | META_HAS_INNER |
	       ENCAP_VXLAN << META_PATH_SHIFT;
	vni = to_host32(load32(outer + ip_size + UDP_SIZE + 4)) >> 8;

	if (ipv4) {
		struct narrow_key key = {
			.outer_src = load32(outer + 12),
			.outer_dst = load32(outer + 16),
			.inner_src = load32(inner + 12),
			.inner_dst = load32(inner + 16),
			.vni = vni,
			.meta = meta,
		};
		row = find(&narrow_flows, place.slot, &key);
	} else {
		struct wide_key key = {.vni = vni, .meta = meta};

		copy_address(key.outer_src, outer + 8);
		copy_address(key.outer_dst, outer + 24);
		copy_address(key.inner_src, inner + 8);
		copy_address(key.inner_dst, inner + 24);
		row = find(&wide_flows, place.slot, &key);
	}
	if (!row)
		return false;
	row->packets += 1;
	row->bytes += skb->len;
	row->inner_bytes += skb->len - (ETHERNET_SIZE + ip_size + UDP_SIZE + VXLAN_SIZE);
	return true;
}

/* TCP over IPv4 outside: no tunnel, and most of what a host sends besides them. */
static __always_inline bool is_plain_tcp(const __u8 *ip, const __u8 *end)
{
	return ip + IPV4_SIZE <= end && is_plain_ip(ip, true, IPV4_SIZE) &&
	       plain_protocol(ip, true) == PROTOCOL_TCP;
}

static __always_inline bool count_plain(struct __sk_buff *skb, __u32 direction)
{
	const __u8 *start = (void *)(long)skb->data;
	const __u8 *end = (void *)(long)skb->data_end;
	const __u8 *ip = start + ETHERNET_SIZE;

	if (!settings.has_link_header || skb->gso_size || skb->vlan_present || ip > end)
		return false;
	if (load16(start + 12) == to_network16(ETHERTYPE_IPV4)) {
		if (is_plain_tcp(ip, end)) {
			struct size size = {.packets = 1, .bytes = skb->len};

			tally(current_place(), direction, NOT_TUNNELED, &size, skb->len);
			return true;
		}
		return count_plain_flow(skb, ip, end, direction, true);
	}
	if (load16(start + 12) == to_network16(ETHERTYPE_IPV6))
		return count_plain_flow(skb, ip, end, direction, false);
	return false;
}
