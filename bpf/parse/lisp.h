/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * LISP: RFC 9300, section 5.1; with a next protocol: RFC 9305, section 3.
 *
 *   +-+-+-+-+-+-+-+-+-----------------------------------------------+
 *   |N|L|E|V|I|P|K|K|    nonce or map version, next protocol (P)    |
 *   +-+-+-+-+-+-+-+-+-----------------------------+-----------------+
 *   |            instance id (I)                  |                 |
 *   +---------------------------------------------+-----------------+
 */
#pragma once

#include "boundary.h"

#define LISP_SIZE 8
#define LISP_HAS_INSTANCE 0x08
#define LISP_HAS_PROTOCOL 0x04

static __always_inline enum outcome open_lisp(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, LISP_SIZE);

	if (!header)
		return TRUNCATED;
	if (header[0] & LISP_HAS_INSTANCE)
		set_vni(boundary, to_host32(load32(header + 4)) >> 8);
	at->offset += LISP_SIZE;
	boundary->next = header[0] & LISP_HAS_PROTOCOL ? ethertype_of_next_protocol(header[3])
						       : ethertype_by_version(at);
	return FLOW;
}
