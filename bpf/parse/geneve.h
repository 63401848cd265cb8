/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Geneve: RFC 8926, section 3.4. Options are skipped; their length is in words.
 *
 *   +---+-----------+-+-+-----------+-------------------------------+
 *   |Ver|  opt len  |O|C|  reserved |          protocol type        |
 *   +---+-----------+-+-+-----------+-------------+-----------------+
 *   |        virtual network identifier (VNI)     |    reserved     |
 *   +---------------------------------------------+-----------------+
 */
#pragma once

#include "boundary.h"

#define GENEVE_SIZE 8
#define GENEVE_LENGTH_MASK 0x3f

static __always_inline enum outcome open_geneve(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, GENEVE_SIZE);
	__u64 size;

	if (!header)
		return TRUNCATED;
	if (header[0] >> 6)
		return UNKNOWN_VERSION;
	size = GENEVE_SIZE + (header[0] & GENEVE_LENGTH_MASK) * 4;
	if (!header_of(at, size))
		return TRUNCATED;

	set_vni(boundary, to_host32(load32(header + 4)) >> 8);
	boundary->next = to_host16(load16(header + 2));
	at->offset += size;
	return FLOW;
}
