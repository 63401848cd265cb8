/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The optional words of GRE: RFC 2784, with key and sequence number (RFC 2890) and routing
 * (RFC 1701).
 *
 *   +-+-+-+-+-----------------+-----+-------------------------------+
 *   |C|R|K|S|    reserved     | Ver |        protocol type          |
 *   +-+-+-+-+-----------------+-----+-------------------------------+
 *   |   checksum, offset (C or R)   |  key (K)  | sequence (S) | ...
 *   +-------------------------------+-----------+--------------+
 */
#pragma once

#include "boundary.h"

#define GRE_SIZE 4
#define GRE_WORD 4
#define GRE_HAS_CHECKSUM 0x8000
#define GRE_HAS_ROUTING 0x4000
#define GRE_HAS_KEY 0x2000
#define GRE_HAS_SEQUENCE 0x1000
#define GRE_VERSION_MASK 0x0007
#define GRE_MAX_ROUTES 8

/* Source route entries: RFC 1701. One of family 0 and length 0 ends them. */
static __always_inline enum outcome skip_gre_routes(struct cursor *at)
{
	for (int i = 0; i < GRE_MAX_ROUTES; i++) {
		const __u8 *entry = header_of(at, GRE_WORD);

		if (!entry)
			return TRUNCATED;
		at->offset += GRE_WORD + entry[3];
		forget(at);
		if (!load16(entry) && !entry[3])
			return FLOW;
	}
	return header_of(at, 0) ? TOO_MANY_EXTENSIONS : TRUNCATED;
}

static __always_inline enum outcome read_gre_words(struct cursor *at, __u16 flags,
						   struct boundary *boundary)
{
	if (flags & (GRE_HAS_CHECKSUM | GRE_HAS_ROUTING))
		at->offset += GRE_WORD;
	if (flags & GRE_HAS_KEY) {
		const __u8 *key = header_of(at, GRE_WORD);

		if (!key)
			return TRUNCATED;
		set_vni(boundary, to_host32(load32(key)));
		at->offset += GRE_WORD;
	}
	if (flags & GRE_HAS_SEQUENCE)
		at->offset += GRE_WORD;
	if (flags & GRE_HAS_ROUTING)
		return skip_gre_routes(at);
	return header_of(at, 0) ? FLOW : TRUNCATED;
}

/* The first four bytes. False: they are not there. */
static __always_inline bool read_gre(struct cursor *at, __u16 *flags, struct boundary *boundary)
{
	const __u8 *header = header_of(at, GRE_SIZE);

	if (!header)
		return false;
	*flags = to_host16(load16(header));
	boundary->next = to_host16(load16(header + 2));
	at->offset += GRE_SIZE;
	return true;
}
