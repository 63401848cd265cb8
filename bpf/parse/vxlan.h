/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * VXLAN: RFC 7348, section 5.
 *
 *   +-+-+-+-+-+-+-+-+-----------------------------------------------+
 *   |R|R|R|R|I|R|R|R|                   reserved                    |
 *   +-+-+-+-+-+-+-+-+-----------------------------+-----------------+
 *   |        VXLAN network identifier (VNI)       |    reserved     |
 *   +---------------------------------------------+-----------------+
 *
 * Only I is looked at: group-policy and vendors' extensions set reserved bits and still carry
 * an Ethernet frame behind the header.
 */
#pragma once

#include "boundary.h"

#define VXLAN_SIZE 8
#define VXLAN_HAS_VNI 0x08

static __always_inline enum outcome open_vxlan(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, VXLAN_SIZE);

	if (!header)
		return TRUNCATED;
	if (!(header[0] & VXLAN_HAS_VNI))
		return NO_VNI;

	set_vni(boundary, to_host32(load32(header + 4)) >> 8);
	boundary->next = ETHERTYPE_FRAME;
	at->offset += VXLAN_SIZE;
	return FLOW;
}
