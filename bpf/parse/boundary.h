/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What every encapsulation's `open_…` tells of the tunnel header that it read. */
#pragma once

#include "ip.h"

#define FRAME 0 /* no ethertype has this number */

struct boundary {
	__u32 vni;
	bool has_vni;
	__u16 next; /* what follows the tunnel header: FRAME, or the ethertype of an IP header */
};
