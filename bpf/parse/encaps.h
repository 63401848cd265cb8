/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Which encapsulations are read. Sets of them have the bit 1 << enum encap. */
#pragma once

#include "cursor.h"

#define BIT_OF(encap) (1U << (encap))

#define ENCAPS_OVER_UDP                                                                            \
	(BIT_OF(ENCAP_VXLAN) | BIT_OF(ENCAP_VXLAN_GPE) | BIT_OF(ENCAP_GENEVE) |                    \
	 BIT_OF(ENCAP_GTPU) | BIT_OF(ENCAP_TEREDO) | BIT_OF(ENCAP_MPLS_UDP) |                      \
	 BIT_OF(ENCAP_GRE_UDP) | BIT_OF(ENCAP_L2TP) | BIT_OF(ENCAP_LISP))
#define ENCAPS_OVER_GRE                                                                            \
	(BIT_OF(ENCAP_GRE) | BIT_OF(ENCAP_GRETAP) | BIT_OF(ENCAP_NVGRE) | BIT_OF(ENCAP_ERSPAN1) |  \
	 BIT_OF(ENCAP_ERSPAN2) | BIT_OF(ENCAP_ERSPAN3) | BIT_OF(ENCAP_PPTP) | BIT_OF(ENCAP_EOIP))
#define ENCAPS_OVER_IP                                                                             \
	(BIT_OF(ENCAP_IPIP) | BIT_OF(ENCAP_SIT) | BIT_OF(ENCAP_IP4IP6) | BIT_OF(ENCAP_IP6IP6))
/* Answers come from the tunnel's port and go to any. */
#define ENCAPS_OF_EITHER_PORT (BIT_OF(ENCAP_TEREDO) | BIT_OF(ENCAP_L2TP))

/* UDP port -> enum encap, those that are read. Written by userspace, also while packets pass. */
extern __u8 port_encap[65536];

/* settings.encaps; each build has its own: bpf/maps.h, native/parse.h. */
static __always_inline __u32 enabled_encaps(void);

static __always_inline bool is_enabled(enum encap encap)
{
	return enabled_encaps() & BIT_OF(encap);
}

/* What a UDP header's ports say: the source port of nearly all tunnels is entropy. */
static __always_inline __u8 encap_of_ports(const __u8 *udp)
{
	__u8 encap = port_encap[to_host16(load16(udp + 2))];

	if (encap || !(enabled_encaps() & ENCAPS_OF_EITHER_PORT))
		return encap;
	encap = port_encap[to_host16(load16(udp))];
	return BIT_OF(encap & 31) & ENCAPS_OF_EITHER_PORT ? encap : 0;
}
