/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Geneve: RFC 8926, section 3.4. Options are skipped; their length is in words. C says that one
 * of them is critical.
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
#define GENEVE_IS_CRITICAL 0x40

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
	if (size > GENEVE_SIZE)
		boundary->signals |= signal_bit(SIGNAL_GENEVE_OPTIONS);
	if (header[1] & GENEVE_IS_CRITICAL)
		boundary->signals |= signal_bit(SIGNAL_GENEVE_CRITICAL);

	set_vni(boundary, to_host32(load32(header + 4)) >> 8);
	boundary->next = to_host16(load16(header + 2));
	at->offset += size;
	return FLOW;
}
