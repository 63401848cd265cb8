/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Whatever lies in front of an IP header, in any order: from one ethertype to the next. */
#pragma once

#include "nsh.h"
#include "wccp.h"

#define MAX_HEADERS_BETWEEN 10

static __always_inline bool is_ip(__u16 ethertype)
{
	return ethertype == ETHERTYPE_IPV4 || ethertype == ETHERTYPE_IPV6;
}

static __always_inline enum outcome read_one_between(struct cursor *at, __u16 *ethertype)
{
	switch (*ethertype) {
	case ETHERTYPE_FRAME:
		return read_ethernet(at, ethertype);
	case ETHERTYPE_8021Q:
	case ETHERTYPE_8021AD:
	case ETHERTYPE_QINQ:
		return read_tag(at, ethertype);
	case ETHERTYPE_PBB:
		return read_pbb(at, ethertype);
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_MULTICAST:
		return read_mpls(at, ethertype);
	case ETHERTYPE_PPP:
		return read_ppp(at, ethertype);
	case ETHERTYPE_PPPOE:
		return read_pppoe(at, ethertype);
	case ETHERTYPE_NSH:
		return read_nsh(at, ethertype);
	case ETHERTYPE_WCCP:
		return read_wccp(at, ethertype);
	default:
		return NOT_TUNNELED;
	}
}

/* FLOW means: `at` stands where an IP header of this ethertype must be. */
static __always_inline enum outcome reach_ip(struct cursor *at, __u16 *ethertype)
{
	int tags = 0;

	for (int i = 0; i < MAX_HEADERS_BETWEEN; i++) {
		enum outcome why;

		if (is_ip(*ethertype))
			return FLOW;
		tags = is_tag(*ethertype) ? tags + 1 : 0;
		if (tags > MAX_TAGS)
			return TOO_MANY_TAGS;
		why = read_one_between(at, ethertype);
		tags ^= at->nothing; /* what forget() does, for one number more */
		if (i)
			forget(at);
		if (why != FLOW)
			return why;
	}
	return is_ip(*ethertype) ? FLOW : TOO_MANY_TAGS;
}
