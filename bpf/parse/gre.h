/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * GRE of version 0. What Ethernet behind it is called depends: NVGRE (RFC 7637) has a key, and
 * neither checksum nor sequence number; gretap is any other; ERSPAN is in erspan.h. Over UDP
 * (RFC 8086) it has one name, whatever it carries.
 */
#pragma once

#include "enhanced_gre.h"
#include "erspan.h"

#define GRE_ERSPAN 0x88be  /* type I without a sequence number, else type II */
#define GRE_ERSPAN3 0x22eb /* type III */

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

static __always_inline enum outcome open_plain_gre(struct cursor *at, __u16 flags,
						   struct boundary *boundary)
{
	enum outcome why;

	boundary->encap = encap_of_gre(flags, boundary->next);
	if (!is_enabled(boundary->encap))
		return NOT_TUNNELED;
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

static __always_inline enum outcome open_gre(struct cursor *at, struct boundary *boundary)
{
	__u16 flags = 0;

	if (!read_gre(at, &flags, boundary))
		return TRUNCATED;
	switch (flags & GRE_VERSION_MASK) {
	case 0:
		return open_plain_gre(at, flags, boundary);
	case 1:
		return open_enhanced_gre(at, flags, boundary);
	default:
		return UNKNOWN_VERSION;
	}
}

static __always_inline enum outcome open_gre_udp(struct cursor *at, struct boundary *boundary)
{
	__u16 flags = 0;

	if (!read_gre(at, &flags, boundary))
		return TRUNCATED;
	if (flags & GRE_VERSION_MASK)
		return UNKNOWN_VERSION;
	return read_gre_words(at, flags, boundary);
}
