/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * GRE: RFC 2784, with key and sequence number (RFC 2890) and routing (RFC 1701). What Ethernet
 * behind it is called depends: NVGRE (RFC 7637) has a key, and neither checksum nor sequence
 * number; gretap is any other; ERSPAN is in erspan.h.
 *
 *   +-+-+-+-+-----------------+-----+-------------------------------+
 *   |C|R|K|S|    reserved     | Ver |        protocol type          |
 *   +-+-+-+-+-----------------+-----+-------------------------------+
 *   |   checksum, offset (C or R)   |  key (K)  | sequence (S) | ...
 *   +-------------------------------+-----------+--------------+
 */
#pragma once

#include "erspan.h"

#define GRE_SIZE 4
#define GRE_WORD 4
#define GRE_HAS_CHECKSUM 0x8000
#define GRE_HAS_ROUTING 0x4000
#define GRE_HAS_KEY 0x2000
#define GRE_HAS_SEQUENCE 0x1000
#define GRE_VERSION_MASK 0x0007
#define GRE_MAX_ROUTES 8

#define GRE_ERSPAN 0x88be  /* type I without a sequence number, else type II */
#define GRE_ERSPAN3 0x22eb /* type III */

/* Source route entries: RFC 1701. One of family 0 and length 0 ends them. */
static __always_inline enum outcome skip_gre_routes(struct cursor *at)
{
	for (int i = 0; i < GRE_MAX_ROUTES; i++) {
		const __u8 *entry = header_of(at, GRE_WORD);

		if (!entry)
			return TRUNCATED;
		at->offset += GRE_WORD + entry[3];
		if (!load16(entry) && !entry[3])
			return FLOW;
	}
	return header_of(at, 0) ? TOO_MANY_EXTENSIONS : TRUNCATED;
}

static __always_inline enum encap encap_of_gre(__u16 flags, __u16 protocol)
{
	switch (protocol) {
	case ETHERTYPE_FRAME:
		return (flags & (GRE_HAS_CHECKSUM | GRE_HAS_KEY | GRE_HAS_SEQUENCE)) == GRE_HAS_KEY
			       ? ENCAP_NVGRE
			       : ENCAP_GRETAP;
	case GRE_ERSPAN:
		return flags & GRE_HAS_SEQUENCE ? ENCAP_ERSPAN2 : ENCAP_ERSPAN1;
	case GRE_ERSPAN3:
		return ENCAP_ERSPAN3;
	default:
		return ENCAP_GRE;
	}
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

static __always_inline enum outcome open_gre(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, GRE_SIZE);
	enum outcome why;
	__u16 flags;

	if (!header)
		return TRUNCATED;
	flags = to_host16(load16(header));
	if (flags & GRE_VERSION_MASK)
		return UNKNOWN_VERSION;
	boundary->next = to_host16(load16(header + 2));
	boundary->encap = encap_of_gre(flags, boundary->next);
	at->offset += GRE_SIZE;
	why = read_gre_words(at, flags, boundary);
	if (why != FLOW)
		return why;

	switch (boundary->encap) {
	case ENCAP_NVGRE:
		boundary->vni >>= 8;
		return FLOW;
	case ENCAP_ERSPAN1:
		return open_erspan1(boundary);
	case ENCAP_ERSPAN2:
		return open_erspan2(at, boundary);
	case ENCAP_ERSPAN3:
		return open_erspan3(at, boundary);
	default:
		return FLOW;
	}
}
