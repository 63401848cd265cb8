/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The outer header and the tunnel header: marks, TTL, ports, and bits that are odd. */
#pragma once

#include "sight.h"

#define GTPU_MESSAGE_ERROR 26

/* VXLAN's flags and reserved bits; those of group policy (G, D, A, the group) are no quirk. */
#define VXLAN_KNOWN_FLAGS 0x88
#define VXLAN_HAS_GROUP 0x80
#define VXLAN_GROUP_BITS 0x48

/* RFC 2003, RFC 6040, RFC 2983: what became of the inner header's marks in the outer one. */
static __always_inline void notice_marks(const struct sight *sight, struct notices *row,
					 const struct ip_facts *outer, const struct ip_facts *inner,
					 const struct wide_key *flow)
{
	__u8 inner_mark = inner->tos >> 2, outer_mark = outer->tos >> 2;
	__u32 ecn = 1U << ((inner->tos & 3) * 4 + (outer->tos & 3));
	__u8 mark = MARK_OTHER;

	row->ecn |= ecn;
	if (ecn & WRONG_ECN)
		name_flow(row, EXAMPLE_ECN, flow);
	if (sight->walk->encap == ENCAP_IPIP && inner->dont_fragment && !outer->dont_fragment)
		name_flow(row, EXAMPLE_DF, flow);
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
		name_flow(row, EXAMPLE_MARK, flow);
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
				       enum encap encap, bool ipv4, const struct wide_key *flow)
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
		name_flow(row, EXAMPLE_HEADER, flow);
	}
}

/* Those whose UDP source port tells flows apart; others over UDP have fixed ports, or a NAT's. */
static __always_inline bool has_entropy_in_port(enum encap encap)
{
	return encap == ENCAP_VXLAN || encap == ENCAP_VXLAN_GPE || encap == ENCAP_GENEVE ||
	       encap == ENCAP_GTPU;
}
