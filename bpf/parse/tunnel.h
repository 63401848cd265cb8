/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which tunnel header an IP packet carries, if any. A new encapsulation is a file like vxlan.h,
 * its number in enum encap, and a case in open_tunnel().
 */
#pragma once

#include "vxlan.h"

#define UDP_SIZE 8

/* UDP destination port -> enum encap. Written by userspace, also while packets pass. */
extern __u8 port_encap[65536];

/* A later fragment shows the first header of what was cut, and that may be an extension. */
static __always_inline bool may_carry_tunnel(__u8 protocol)
{
	return protocol == PROTOCOL_UDP || is_extension(protocol);
}

/* FLOW means: the UDP header was read, and `encap` is what its destination port stands for. */
static __always_inline enum outcome read_udp(struct cursor *at, enum encap *encap)
{
	const __u8 *header = header_of(at, UDP_SIZE);

	if (!header)
		return TRUNCATED;
	*encap = port_encap[to_host16(load16(header + 2))];
	at->offset += UDP_SIZE;
	return FLOW;
}

static __always_inline enum outcome open_tunnel(struct cursor *at, enum encap encap,
						struct boundary *boundary)
{
	switch (encap) {
	case ENCAP_VXLAN:
		return open_vxlan(at, boundary);
	default:
		return NOT_TUNNELED;
	}
}

/* FLOW means: a tunnel header was read, and `at` stands at the inner packet. */
static __always_inline enum outcome find_tunnel(struct cursor *at, const struct ip *ip,
						enum encap *encap, struct boundary *boundary)
{
	enum outcome why = NOT_TUNNELED;

	if (!may_carry_tunnel(ip->protocol))
		return NOT_TUNNELED;
	if (ip->later_fragment)
		return LATER_FRAGMENT;
	if (ip->protocol == PROTOCOL_UDP)
		why = read_udp(at, encap);
	return why == FLOW ? open_tunnel(at, *encap, boundary) : why;
}
