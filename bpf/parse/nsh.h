/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Network service header: RFC 8300, section 2.2. Its length counts words, itself included. */
#pragma once

#include "ppp.h"

#define NSH_SIZE 8
#define NSH_VERSION_MASK 0xc0
#define NSH_LENGTH_MASK 0x3f

#define ETHERTYPE_NSH 0x894f

/* The next-protocol numbers that NSH and VXLAN-GPE share. 0 is none of them. */
static __always_inline __u16 ethertype_of_next_protocol(__u8 number)
{
	switch (number) {
	case 1:
		return ETHERTYPE_IPV4;
	case 2:
		return ETHERTYPE_IPV6;
	case 3:
		return ETHERTYPE_FRAME;
	case 4:
		return ETHERTYPE_NSH;
	case 5:
		return ETHERTYPE_MPLS;
	default:
		return 0;
	}
}

static __always_inline enum outcome read_nsh(struct cursor *at, __u16 *ethertype)
{
	const __u8 *header = header_of(at, NSH_SIZE);
	__u64 size;

	if (!header)
		return TRUNCATED;
	if (header[0] & NSH_VERSION_MASK)
		return UNKNOWN_VERSION;
	size = (header[1] & NSH_LENGTH_MASK) * 4;
	if (size < NSH_SIZE)
		return MALFORMED;
	if (!header_of(at, size))
		return TRUNCATED;
	*ethertype = ethertype_of_next_protocol(header[3]);
	at->offset += size;
	return FLOW;
}
