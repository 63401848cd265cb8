/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* MPLS in UDP: RFC 7510. The port is all there is of a tunnel header; labels follow. */
#pragma once

#include "boundary.h"

static __always_inline enum outcome open_mpls_udp(struct boundary *boundary)
{
	boundary->next = ETHERTYPE_MPLS;
	return FLOW;
}
