/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * VXLAN with a next protocol: draft-ietf-nvo3-vxlan-gpe, section 3.
 *
 *   +-+-+-+-+-+-+-+-+-------------------------------+---------------+
 *   |R|R|Ver|I|P|B|O|           reserved            | next protocol |
 *   +-+-+-+-+-+-+-+-+-----------------------------+-+---------------+
 *   |        VXLAN network identifier (VNI)       |    reserved     |
 *   +---------------------------------------------+-----------------+
 */
#pragma once

#include "vxlan.h"

#define GPE_VERSION_MASK 0x30
#define GPE_HAS_PROTOCOL 0x04

static __always_inline enum outcome open_vxlan_gpe(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, VXLAN_SIZE);

	if (!header)
		return TRUNCATED;
	if (header[0] & GPE_VERSION_MASK)
		return UNKNOWN_VERSION;
	if (!(header[0] & VXLAN_HAS_VNI))
		return NO_VNI;

	set_vni(boundary, to_host32(load32(header + 4)) >> 8);
	boundary->next = header[0] & GPE_HAS_PROTOCOL ? ethertype_of_next_protocol(header[3])
						      : ETHERTYPE_FRAME;
	at->offset += VXLAN_SIZE;
	return FLOW;
}
