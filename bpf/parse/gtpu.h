/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * GTP-U: 3GPP TS 29.281, section 5. Only G-PDUs carry a user's packet (a T-PDU), IP or Ethernet
 * (TS 23.501, section 5.6.10); which one is agreed when the session is set up, not told here.
 *
 *   +-----+--+-+-+-+-+---------------+-------------------------------+
 *   |Ver=1|PT|*|E|S|N| message type  |            length             |
 *   +-----+--+-+-+-+-+---------------+-------------------------------+
 *   |                 tunnel endpoint identifier (TEID)              |
 *   +--------------------------------+---------------+---------------+
 *   |  sequence number (E, S or N)   |  N-PDU number |next extension |
 *   +--------------------------------+---------------+---------------+
 */
#pragma once

#include "boundary.h"

#define GTPU_SIZE 8
#define GTPU_VERSION_AND_TYPE 0x30 /* version 1, GTP and not GTP' */
#define GTPU_HAS_MORE 0x07
#define GTPU_HAS_EXTENSION 0x04
#define GTPU_MORE_SIZE 4
#define GTPU_MESSAGE_PDU 255
#define GTPU_MAX_EXTENSIONS 8

/* Each begins with its length in words and ends with the type of the next one, 0 for none. */
static __always_inline enum outcome skip_gtpu_extensions(struct cursor *at, __u8 type)
{
	for (int i = 0; i < GTPU_MAX_EXTENSIONS && type; i++) {
		const __u8 *header = header_of(at, 4);
		__u64 size;

		if (!header)
			return TRUNCATED;
		size = header[0] * 4;
		if (!size)
			return MALFORMED;
		at->offset += size - 1;
		header = header_of(at, 1);
		if (!header)
			return TRUNCATED;
		type = header[0];
		at->offset += 1;
		forget(at);
	}
	return type ? TOO_MANY_EXTENSIONS : FLOW;
}

static __always_inline enum outcome open_gtpu(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, GTPU_SIZE);
	enum outcome why = FLOW;

	if (!header)
		return TRUNCATED;
	if ((header[0] & 0xf0) != GTPU_VERSION_AND_TYPE)
		return UNKNOWN_VERSION;
	if (header[1] != GTPU_MESSAGE_PDU)
		return GTPU_MESSAGE;

	set_vni(boundary, to_host32(load32(header + 4)));
	at->offset += GTPU_SIZE;
	if (header[0] & GTPU_HAS_MORE) {
		const __u8 *more = header_of(at, GTPU_MORE_SIZE);

		if (!more)
			return TRUNCATED;
		at->offset += GTPU_MORE_SIZE;
		if (header[0] & GTPU_HAS_EXTENSION)
			why = skip_gtpu_extensions(at, more[3]);
	}
	boundary->next = ethertype_by_version(at) ?: ETHERTYPE_FRAME;
	return why;
}
