/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Ethernet (IEEE 802.3) and VLAN tags (802.1Q, 802.1ad): from a frame to its ethertype. */
#pragma once

#include "cursor.h"

#define ETHERNET_SIZE 14
#define TAG_SIZE 4
#define MAX_TAGS 3

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_8021Q 0x8100
#define ETHERTYPE_8021AD 0x88a8
#define ETHERTYPE_QINQ 0x9100 /* stacked tags before 802.1ad had a number for them */

static __always_inline bool is_tag(__u16 ethertype)
{
	return ethertype == ETHERTYPE_8021Q || ethertype == ETHERTYPE_8021AD ||
	       ethertype == ETHERTYPE_QINQ;
}

/*
 * Moves from the frame's first byte to what its last tag or its Ethernet header announces.
 * FLOW means: `ethertype` is valid and `at` stands behind the link header.
 */
static __always_inline enum outcome read_link(struct cursor *at, __u16 *ethertype)
{
	const __u8 *header = header_of(at, ETHERNET_SIZE);

	if (!header)
		return TRUNCATED;
	*ethertype = to_host16(load16(header + 12));
	at->offset += ETHERNET_SIZE;

	for (int tag = 0; tag < MAX_TAGS && is_tag(*ethertype); tag++) {
		header = header_of(at, TAG_SIZE);
		if (!header)
			return TRUNCATED;
		*ethertype = to_host16(load16(header + 2));
		at->offset += TAG_SIZE;
	}
	return is_tag(*ethertype) ? TOO_MANY_TAGS : FLOW;
}
