/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Teredo: RFC 4380, section 5.1.1. An IPv6 packet, which may have an authentication and then an
 * origin indication in front of it; both begin with a byte of 0, which IPv6 cannot.
 *
 *   +---------------+---------------+---------------+---------------+
 *   |       0       |       1       |   id length   |  auth length  |
 *   +---------------+---------------+---------------+---------------+
 *   |   client id, authentication value, nonce (8), confirmation    |
 *   +---------------+---------------+-------------------------------+
 *   |       0       |       0       |   port (2), address (4)       |
 *   +---------------+---------------+-------------------------------+
 */
#pragma once

#include "boundary.h"

#define TEREDO_AUTHENTICATION 0x0001
#define TEREDO_AUTHENTICATION_SIZE 13 /* without the two parts of given lengths */
#define TEREDO_ORIGIN 0x0000
#define TEREDO_ORIGIN_SIZE 8

static __always_inline enum outcome skip_teredo_authentication(struct cursor *at)
{
	const __u8 *header = header_of(at, TEREDO_AUTHENTICATION_SIZE);
	__u64 size;

	if (!header)
		return TRUNCATED;
	size = TEREDO_AUTHENTICATION_SIZE + header[2] + header[3];
	if (!header_of(at, size))
		return TRUNCATED;
	at->offset += size;
	return FLOW;
}

static __always_inline enum outcome skip_teredo_origin(struct cursor *at)
{
	if (!header_of(at, TEREDO_ORIGIN_SIZE))
		return TRUNCATED;
	at->offset += TEREDO_ORIGIN_SIZE;
	return FLOW;
}

static __always_inline enum outcome open_teredo(struct cursor *at, struct boundary *boundary)
{
	const __u8 *first = header_of(at, 2);
	enum outcome why = FLOW;

	if (!first)
		return TRUNCATED;
	if (load16(first) == to_network16(TEREDO_AUTHENTICATION)) {
		why = skip_teredo_authentication(at);
		if (why != FLOW)
			return why;
		first = header_of(at, 2);
		if (!first)
			return TRUNCATED;
	}
	if (load16(first) == to_network16(TEREDO_ORIGIN))
		why = skip_teredo_origin(at);
	boundary->next = ETHERTYPE_IPV6;
	return why;
}
