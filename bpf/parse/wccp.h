/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * A web cache's redirection behind GRE: draft-wilson-wrec-wccp-v2, section 4.12. Version 1
 * begins with the IPv4 header, version 2 with four bytes in front of it.
 */
#pragma once

#include "link.h"

#define ETHERTYPE_WCCP 0x883e
#define WCCP_SIZE 4

static __always_inline enum outcome read_wccp(struct cursor *at, __u16 *ethertype)
{
	const __u8 *first = header_of(at, 1);

	*ethertype = ETHERTYPE_IPV4;
	if (first && first[0] >> 4 == 4)
		return FLOW;
	if (!header_of(at, WCCP_SIZE))
		return TRUNCATED;
	at->offset += WCCP_SIZE;
	return FLOW;
}
