/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Packets that made no flow, and yet tell of a tunnel: by quoting it, or by an odd header. */
#pragma once

#include "inner.h"

#define ICMP_UNREACHABLE 3
#define ICMP_TOO_BIG 4
#define ICMPV6_TOO_BIG 2

static __always_inline enum encap encap_of_protocol(__u8 protocol, bool ipv4)
{
	enum encap encap;

	switch (protocol) {
	case PROTOCOL_GRE: /* which of its kinds, a quotation does not tell */
		return enabled_encaps() & ENCAPS_OVER_GRE ? ENCAP_GRE : ENCAP_NONE;
	case PROTOCOL_IPV4:
		encap = ipv4 ? ENCAP_IPIP : ENCAP_IP4IP6;
		break;
	case PROTOCOL_IPV6:
		encap = ipv4 ? ENCAP_SIT : ENCAP_IP6IP6;
		break;
	default:
		return ENCAP_NONE;
	}
	return is_enabled(encap) ? encap : ENCAP_NONE;
}

/*
 * The tunnel whose packet begins at `offset`, as far as the packet goes; `frame` becomes the offset
 * of what is inside if that is Ethernet, else it stays.
 */
static __always_inline enum encap find_quoted(const struct sight *sight, __u64 offset, bool ipv4,
					      struct wide_key *key, __u64 *frame)
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
		return encap_of_protocol(protocol, ipv4);
	udp = bytes_at(sight, offset, UDP_SIZE);
	if (!udp)
		return ENCAP_NONE;
	encap = port_encap[to_host16(load16(udp + 2))];
	offset += UDP_SIZE;
	head = bytes_at(sight, offset, VXLAN_SIZE);
	if (!head || (encap != ENCAP_VXLAN && encap != ENCAP_GENEVE))
		return encap;
	key->vni = to_host32(load32(head + 4)) >> 8;
	key->meta |= META_HAS_VNI;
	if (encap == ENCAP_VXLAN)
		*frame = offset + VXLAN_SIZE;
	else if (load16(head + 2) == to_network16(ETHERTYPE_FRAME))
		*frame = offset + GENEVE_SIZE + (head[0] & GENEVE_LENGTH_MASK) * 4;
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
	__u64 frame = 0;
	__u32 mtu;

	if (!icmp || (ipv4 ? icmp[0] != ICMP_UNREACHABLE || icmp[1] != ICMP_TOO_BIG
			   : icmp[0] != ICMPV6_TOO_BIG))
		return;
	encap = find_quoted(sight, walk->payload_offset + ICMP_SIZE, ipv4, &key, &frame);
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
	if (frame)
		read_ends(sight, frame, &key);
	name_flow(row, EXAMPLE_TOO_BIG, &key);
}

/* A tunnel header that made no flow, and says by that that it is odd. */
static __always_inline void notice_odd(const struct sight *sight)
{
	struct walk *walk = sight->walk;
	const __u8 *ip = bytes_at(sight, walk->ip_offset, 1);
	struct wide_key key = {.meta = walk->key.meta & META_EGRESS};
	struct notices *row;
	enum encap encap;
	__u64 frame = 0;
	bool ipv4;

	if (!ip)
		return;
	ipv4 = ip[0] >> 4 == 4;
	encap = find_quoted(sight, walk->ip_offset, ipv4, &key, &frame);
	if (encap == ENCAP_NONE)
		return;
	key.vni = 0;
	key.meta &= META_EGRESS;
	key.meta |= (__u32)encap << META_PATH_SHIFT;
	row = notices_of(sight, &key);
	if (!row)
		return;
	row->sampled += 1;
	walk->outer_payload = walk->payload_offset;
	if (frame)
		read_ends(sight, frame, &key);
	notice_udp(sight, row, encap, ipv4, &key);
}
