/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which tunnel header an IP packet carries, if any. A new encapsulation is a file like vxlan.h,
 * its number in enum encap, its bit in encaps.h, and a case in open_over_udp() or find_tunnel().
 */
#pragma once

#include "etherip.h"
#include "geneve.h"
#include "gre.h"
#include "gtpu.h"
#include "ipip.h"
#include "l2tp.h"
#include "lisp.h"
#include "mpls_udp.h"
#include "teredo.h"
#include "vxlan_gpe.h"

#define UDP_SIZE 8

/* A later fragment shows the first header of what was cut, and that may be an extension. */
static __always_inline bool may_carry_tunnel(__u8 protocol)
{
	switch (protocol) {
	case PROTOCOL_UDP:
		return enabled_encaps() & ENCAPS_OVER_UDP;
	case PROTOCOL_GRE:
		return enabled_encaps() & ENCAPS_OVER_GRE;
	case PROTOCOL_IPV4:
	case PROTOCOL_IPV6:
		return enabled_encaps() & ENCAPS_OVER_IP;
	case PROTOCOL_ETHERIP:
		return is_enabled(ENCAP_ETHERIP);
	case PROTOCOL_L2TP3:
		return is_enabled(ENCAP_L2TP3_IP);
	default:
		return is_extension(protocol);
	}
}

static __always_inline enum outcome open_over_udp(struct cursor *at, struct boundary *boundary)
{
	const __u8 *header = header_of(at, UDP_SIZE);
	__u16 length;

	if (!header)
		return TRUNCATED;
	length = to_host16(load16(header + 4));
	if (length) /* 0: larger than the field can say */
		bound(at, length);
	boundary->encap = encap_of_ports(header);
	at->offset += UDP_SIZE;

	switch (boundary->encap) {
	case ENCAP_VXLAN:
		return open_vxlan(at, boundary);
	case ENCAP_VXLAN_GPE:
		return open_vxlan_gpe(at, boundary);
	case ENCAP_GENEVE:
		return open_geneve(at, boundary);
	case ENCAP_GTPU:
		return open_gtpu(at, boundary);
	case ENCAP_TEREDO:
		return open_teredo(at, boundary);
	case ENCAP_MPLS_UDP:
		return open_mpls_udp(boundary);
	case ENCAP_GRE_UDP:
		return open_gre_udp(at, boundary);
	case ENCAP_L2TP:
		return open_l2tp(at, boundary);
	case ENCAP_LISP:
		return open_lisp(at, boundary);
	default:
		return NOT_TUNNELED;
	}
}

/* FLOW means: a tunnel header was read, and `at` stands at the inner packet. */
static __always_inline enum outcome find_tunnel(struct cursor *at, const struct ip *ip,
						struct boundary *boundary)
{
	if (!may_carry_tunnel(ip->protocol))
		return NOT_TUNNELED;
	if (ip->later_fragment)
		return LATER_FRAGMENT;

	switch (ip->protocol) {
	case PROTOCOL_UDP:
		return open_over_udp(at, boundary);
	case PROTOCOL_GRE:
		return open_gre(at, boundary);
	case PROTOCOL_IPV4:
	case PROTOCOL_IPV6:
		return open_ipip(ip, boundary);
	case PROTOCOL_ETHERIP:
		return open_etherip(at, boundary);
	case PROTOCOL_L2TP3:
		return open_l2tp3_ip(at, boundary);
	default:
		return NOT_TUNNELED;
	}
}
