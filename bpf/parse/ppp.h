/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* PPP: RFC 1661, 1662; over Ethernet: RFC 2516. */
#pragma once

#include "mpls.h"

#define PPPOE_SIZE 6
#define PPPOE_VERSION_AND_TYPE 0x11
#define PPP_ALL_STATIONS 0xff03 /* address and control field, unless compressed away */

#define ETHERTYPE_PPPOE 0x8864
#define ETHERTYPE_PPP 0x880b /* as GRE announces it; used here for any PPP frame */

enum ppp_protocol {
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS = 0x0281,
	PPP_MPLS_MULTICAST = 0x0283,
};

/* The protocol field loses its first byte where that is zero (RFC 1661, 6.5). */
static __always_inline enum outcome read_ppp_protocol(struct cursor *at, __u16 *protocol)
{
	const __u8 *first = header_of(at, 1);

	if (!first)
		return TRUNCATED;
	*protocol = first[0];
	at->offset += 1;
	if (*protocol & 1)
		return FLOW;
	first = header_of(at, 1);
	if (!first)
		return TRUNCATED;
	*protocol = *protocol << 8 | first[0];
	at->offset += 1;
	return FLOW;
}

static __always_inline enum outcome read_ppp(struct cursor *at, __u16 *ethertype)
{
	const __u8 *start = header_of(at, 2);
	enum outcome why;
	__u16 protocol = 0;

	if (start && load16(start) == to_network16(PPP_ALL_STATIONS))
		at->offset += 2;
	why = read_ppp_protocol(at, &protocol);
	if (why != FLOW)
		return why;
	switch (protocol) {
	case PPP_IPV4:
		*ethertype = ETHERTYPE_IPV4;
		return FLOW;
	case PPP_IPV6:
		*ethertype = ETHERTYPE_IPV6;
		return FLOW;
	case PPP_MPLS:
	case PPP_MPLS_MULTICAST:
		*ethertype = ETHERTYPE_MPLS;
		return FLOW;
	default:
		return NOT_TUNNELED;
	}
}

static __always_inline enum outcome read_pppoe(struct cursor *at, __u16 *ethertype)
{
	const __u8 *header = header_of(at, PPPOE_SIZE);

	if (!header)
		return TRUNCATED;
	if (header[0] != PPPOE_VERSION_AND_TYPE)
		return UNKNOWN_VERSION;
	bound(at, PPPOE_SIZE + to_host16(load16(header + 4)));
	at->offset += PPPOE_SIZE;
	*ethertype = ETHERTYPE_PPP;
	return FLOW;
}
