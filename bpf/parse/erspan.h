/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * ERSPAN, mirrored frames behind GRE: draft-foschiano-erspan, section 4. Type I has no header
 * of its own; II and III number their sessions.
 *
 *   +-------+-----------------------+-----+---+-+-------------------+
 *   |  Ver  |         VLAN          | COS |En |T|    session id     |
 *   +-------+-----------------------+-----+---+-+-------------------+
 *   type II: 4 more bytes; type III: 8 more, and 8 of the platform's where O, the last bit, is set
 */
#pragma once

#include "boundary.h"

#define ERSPAN2_SIZE 8
#define ERSPAN3_SIZE 12
#define ERSPAN3_PLATFORM_SIZE 8
#define ERSPAN3_HAS_PLATFORM 0x01
#define ERSPAN_SESSION_MASK 0x03ff
#define ERSPAN3_FRAME_TYPE(byte) (((byte) >> 2) & 0x1f)
#define ERSPAN3_ETHERNET 0
#define ERSPAN3_IP 2

static __always_inline enum outcome open_erspan1(struct boundary *boundary)
{
	boundary->has_vni = false;
	boundary->vni = 0;
	boundary->next = ETHERTYPE_FRAME;
	return FLOW;
}

static __always_inline enum outcome open_erspan2(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, ERSPAN2_SIZE);

	if (!header)
		return TRUNCATED;
	set_vni(boundary, to_host16(load16(header + 2)) & ERSPAN_SESSION_MASK);
	boundary->next = ETHERTYPE_FRAME;
	at->offset += ERSPAN2_SIZE;
	return FLOW;
}

static __always_inline __u16 ethertype_of_frame_type(const struct cursor *at, __u8 frame_type)
{
	switch (frame_type) {
	case ERSPAN3_ETHERNET:
		return ETHERTYPE_FRAME;
	case ERSPAN3_IP:
		return ethertype_by_version(at);
	default:
		return 0;
	}
}

static __always_inline enum outcome open_erspan3(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, ERSPAN3_SIZE);

	if (!header)
		return TRUNCATED;
	set_vni(boundary, to_host16(load16(header + 2)) & ERSPAN_SESSION_MASK);
	at->offset += ERSPAN3_SIZE;
	if (header[11] & ERSPAN3_HAS_PLATFORM) {
		if (!header_of(at, ERSPAN3_PLATFORM_SIZE))
			return TRUNCATED;
		at->offset += ERSPAN3_PLATFORM_SIZE;
	}
	boundary->next = ethertype_of_frame_type(at, ERSPAN3_FRAME_TYPE(header[10]));
	return FLOW;
}
