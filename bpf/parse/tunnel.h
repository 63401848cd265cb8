/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which tunnel header an IP packet carries, if any. A new encapsulation is a file like vxlan.h,
 * its number in enum encap, and a case in open_over_udp() or find_tunnel().
 */
#pragma once

#include "geneve.h"
#include "gre.h"
#include "gtpu.h"
#include "ipip.h"
#include "vxlan_gpe.h"

#define UDP_SIZE 8

/* UDP destination port -> enum encap. Written by userspace, also while packets pass. */
extern __u8 port_encap[65536];

/* A later fragment shows the first header of what was cut, and that may be an extension. */
static __always_inline bool may_carry_tunnel(__u8 protocol)
{
	switch (protocol) {
	case PROTOCOL_UDP:
	case PROTOCOL_GRE:
	case PROTOCOL_IPV4:
	case PROTOCOL_IPV6:
		return true;
	default:
		return is_extension(protocol);
	}
}

static __always_inline enum outcome open_over_udp(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, UDP_SIZE);
	__u16 length;

	if (!header)
		return TRUNCATED;
	length = to_host16(load16(header + 4));
	if (length) /* 0: larger than the field can say */
		bound(at, length);
	boundary->encap = port_encap[to_host16(load16(header + 2))];
	at->offset += UDP_SIZE;

	switch (boundary->encap) {
	case ENCAP_VXLAN:
		return open_vxlan(at, boundary);
	case ENCAP_VXLAN_GPE:
		return open_vxlan_gpe(at, boundary);
	case ENCAP_GENEVE:
		return open_geneve(at, boundary);
	case ENCAP_GTPU:
		return open_gtpu(at, boundary);
	default:
		return NOT_TUNNELED;
	}
}

/* FLOW means: a tunnel header was read, and `at` stands at the inner packet. */
static __always_inline enum outcome find_tunnel(struct cursor *at, const struct ip *ip,
						struct boundary *boundary)
{
	if (!may_carry_tunnel(ip->protocol))
		return NOT_TUNNELED;
	if (ip->later_fragment)
		return LATER_FRAGMENT;

	switch (ip->protocol) {
	case PROTOCOL_UDP:
		return open_over_udp(at, boundary);
	case PROTOCOL_GRE:
		return open_gre(at, boundary);
	case PROTOCOL_IPV4:
	case PROTOCOL_IPV6:
		return open_ipip(ip, boundary);
	default:
		return NOT_TUNNELED;
	}
}
