/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * GRE of version 1: PPTP's (RFC 2637, section 4.1), and MikroTik's Ethernet over IP, which has no
 * specification but what its devices send. The key is a length, then what tells tunnels apart.
 *
 *   +-+-+-+-+-+-----+-+-------+-----+-------------------------------+
 *   |C|R|K|S|s|  0  |A|   0   |  1  |        protocol type          |
 *   +-+-+-+-+-+-----+-+-------+-----+-------------------------------+
 *   |        payload length         |           call id             |
 *   +-------------------------------+-------------------------------+
 *   |  sequence number (S) | acknowledgment number (A) |
 *   +----------------------+---------------------------+
 */
#pragma once

#include "gre_words.h"

#define GRE_HAS_ACKNOWLEDGMENT 0x0080
#define GRE_EOIP 0x6400

static __always_inline enum outcome open_enhanced_gre(struct cursor *at, __u16 flags,
						      struct boundary *boundary)
{
	bool is_eoip = boundary->next == GRE_EOIP;
	enum outcome why;

	boundary->encap = is_eoip ? ENCAP_EOIP : ENCAP_PPTP;
	if ((!is_eoip && boundary->next != ETHERTYPE_PPP) || !is_enabled(boundary->encap))
		return UNKNOWN_VERSION;
	why = read_gre_words(at, flags, boundary);
	if (why != FLOW)
		return why;
	boundary->vni &= 0xffff;
	if (is_eoip) {
		boundary->vni = to_host16(boundary->vni); /* the one number that is little-endian */
		boundary->next = ETHERTYPE_FRAME;
	}
	if (!(flags & GRE_HAS_ACKNOWLEDGMENT))
		return FLOW;
	at->offset += GRE_WORD;
	return header_of(at, 0) ? FLOW : TRUNCATED;
}
