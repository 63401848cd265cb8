/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* IP in IP: RFC 2003, 4213, 2473. There is no tunnel header: the inner IP header follows. */
#pragma once

#include "boundary.h"

static __always_inline enum outcome open_ipip(const struct ip *ip, struct boundary *boundary)
{
	if (ip->protocol == PROTOCOL_IPV4) {
		boundary->encap = ip->ipv4 ? ENCAP_IPIP : ENCAP_IP4IP6;
		boundary->next = ETHERTYPE_IPV4;
	} else {
		boundary->encap = ip->ipv4 ? ENCAP_SIT : ENCAP_IP6IP6;
		boundary->next = ETHERTYPE_IPV6;
	}
	return is_enabled(boundary->encap) ? FLOW : NOT_TUNNELED;
}
