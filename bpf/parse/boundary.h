/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What every encapsulation's `open_…` tells of the tunnel header that it read. */
#pragma once

#include "encaps.h"
#include "ip.h"

struct boundary {
	enum encap encap;
	__u32 vni;
	bool has_vni;
	__u32 signals; /* bits of enum signal */
	__u16 next; /* the ethertype of what follows the tunnel header; 0: nothing that we read */
};

static __always_inline __u32 signal_bit(enum signal signal)
{
	return 1U << signal;
}

static __always_inline void set_vni(struct boundary *boundary, __u32 vni)
{
	boundary->vni = vni;
	boundary->has_vni = true;
}

/* Payloads that do not say what they are, but can only be IP. */
static __always_inline __u16 ethertype_by_version(const struct cursor *at)
{
	const __u8 *first = header_of(at, 1);

	if (first && first[0] >> 4 == 4)
		return ETHERTYPE_IPV4;
	return first && first[0] >> 4 == 6 ? ETHERTYPE_IPV6 : 0;
}
