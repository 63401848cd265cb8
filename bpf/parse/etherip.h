/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* EtherIP: RFC 3378, section 3. Four bits of version, 3, and twelve reserved; then a frame. */
#pragma once

#include "boundary.h"

#define ETHERIP_SIZE 2
#define ETHERIP_VERSION 3

static __always_inline enum outcome open_etherip(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, ETHERIP_SIZE);

	if (!header)
		return TRUNCATED;
	if (header[0] >> 4 != ETHERIP_VERSION)
		return UNKNOWN_VERSION;
	boundary->encap = ENCAP_ETHERIP;
	boundary->next = ETHERTYPE_FRAME;
	at->offset += ETHERIP_SIZE;
	return FLOW;
}
