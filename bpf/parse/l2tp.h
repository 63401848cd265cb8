/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * L2TP: version 2, RFC 2661, section 3.1; version 3, RFC 3931, section 4.1. Both over UDP begin
 * with the same 16 bits.
 *
 *   +-+-+---+-+-+-+-+-------+-------+-------------------------------+
 *   |T|L|   |S| |O|P|       |  Ver  |     length (L), or reserved   |
 *   +-+-+---+-+-+-+-+-------+-------+-------------------------------+
 *   2: tunnel id 2 | session id 2 | Ns, Nr 4 (S) | offset size 2, padding (O) | PPP
 *   3: session id 4 | cookie 0, 4 or 8 | sublayer 0 or 4 | payload
 *
 * How long cookie and sublayer of version 3 are, and what the payload is, was agreed when the
 * session was set up. Nothing in the packet tells, so nothing behind the session id is read.
 */
#pragma once

#include "boundary.h"

#define L2TP_IS_MESSAGE 0x8000
#define L2TP_HAS_LENGTH 0x4000
#define L2TP_HAS_SEQUENCE 0x0800
#define L2TP_HAS_OFFSET 0x0200
#define L2TP_VERSION_MASK 0x000f
#define L2TP2_IDS_SIZE 4
#define L2TP3_SIZE 8
#define L2TP3_SESSION_SIZE 4

static __always_inline enum outcome open_l2tp2(struct cursor *at, __u16 flags,
					       struct boundary *boundary)
{
	const __u8 *header;

	at->offset += flags & L2TP_HAS_LENGTH ? 4 : 2;
	header = header_of(at, L2TP2_IDS_SIZE);
	if (!header)
		return TRUNCATED;
	set_vni(boundary, to_host32(load32(header)));
	boundary->next = ETHERTYPE_PPP;
	at->offset += L2TP2_IDS_SIZE + (flags & L2TP_HAS_SEQUENCE ? 4 : 0);
	if (flags & L2TP_HAS_OFFSET) {
		header = header_of(at, 2);
		if (!header)
			return TRUNCATED;
		at->offset += 2 + to_host16(load16(header));
	}
	return header_of(at, 0) ? FLOW : TRUNCATED;
}

static __always_inline enum outcome open_l2tp3(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, L2TP3_SIZE);

	if (!header)
		return TRUNCATED;
	set_vni(boundary, to_host32(load32(header + 4)));
	at->offset += L2TP3_SIZE;
	return FLOW;
}

static __always_inline enum outcome open_l2tp(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, 2);
	__u16 flags;

	if (!header)
		return TRUNCATED;
	flags = to_host16(load16(header));
	switch (flags & L2TP_VERSION_MASK) {
	case 2:
		return flags & L2TP_IS_MESSAGE ? L2TP_MESSAGE : open_l2tp2(at, flags, boundary);
	case 3:
		return flags & L2TP_IS_MESSAGE ? L2TP_MESSAGE : open_l2tp3(at, boundary);
	default:
		return UNKNOWN_VERSION;
	}
}

/* Directly over IP the session id comes first, and 0 is that of the messages (RFC 3931, 4.1.1). */
static __always_inline enum outcome open_l2tp3_ip(struct cursor *at, struct boundary *boundary)
{
	const __u8 *session = header_of(at, L2TP3_SESSION_SIZE);

	if (!session)
		return TRUNCATED;
	if (!load32(session))
		return L2TP_MESSAGE;
	boundary->encap = ENCAP_L2TP3_IP;
	set_vni(boundary, to_host32(load32(session)));
	at->offset += L2TP3_SESSION_SIZE;
	return FLOW;
}
