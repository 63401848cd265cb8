/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * IP headers without anything unusual, recognised by few comparisons: no options or extension
 * headers, no fragment. `ipv4` is a constant of every caller.
 */
#pragma once

#include "notice.h"

#define likely(condition) __builtin_expect(!!(condition), 1)

/* The ethertype and what follows it: version and, of IPv4, five words. The rest may be anything. */
#define PLAIN_IPV4 (ETHERTYPE_IPV4 << 16 | 0x4500)
#define PLAIN_IPV4_MASK 0xffffff00
#define PLAIN_IPV6 ((__u32)ETHERTYPE_IPV6 << 16 | 0x6000)
#define PLAIN_IPV6_MASK 0xfffff000
#define PLAIN_IPV4_FIRST 0x45 /* version and words, the first byte */
/* Fragment bits and offset, any time to live, the protocol. */
#define PLAIN_IPV4_PROTOCOL_MASK 0x3fff00ff
/* A total length of 32 or more. Shorter packets are rare, and this needs no swapping of bytes. */
#define PLAIN_IPV4_LENGTH_MASK 0xffe0

static __always_inline __u64 plain_ip_size(bool ipv4)
{
	return ipv4 ? IPV4_SIZE : IPV6_SIZE;
}

/* Do four bytes have this value, where the mask has ones? Both as specifications write them. */
static __always_inline bool has_bits(const __u8 *from, __u32 mask, __u32 value)
{
	return (load32(from) & to_network32(mask)) == to_network32(value);
}

/* Is this, behind an ethertype, a plain header of that family, and `more` bytes behind it? */
static __always_inline bool is_plain_ip(const __u8 *ip, const __u8 *end, bool ipv4, __u64 more)
{
	if (ip + plain_ip_size(ipv4) + more > end)
		return false;
	return ipv4 ? has_bits(ip - 2, PLAIN_IPV4_MASK, PLAIN_IPV4)
		    : has_bits(ip - 2, PLAIN_IPV6_MASK, PLAIN_IPV6);
}

/* The same behind anything else, which has told the family. */
static __always_inline bool is_plain_bare_ip(const __u8 *ip, const __u8 *end, bool ipv4)
{
	if (ip + plain_ip_size(ipv4) > end)
		return false;
	return ipv4 ? ip[0] == PLAIN_IPV4_FIRST : ip[0] >> 4 == 6;
}

/* In network order, to be compared with plain_protocol(). Of a fragment it is no protocol's. */
static __always_inline __u32 plain_protocol_of(const __u8 *ip, bool ipv4)
{
	return ipv4 ? load32(ip + 6) & to_network32(PLAIN_IPV4_PROTOCOL_MASK) : to_network32(ip[6]);
}

static __always_inline __u32 plain_protocol(enum protocol protocol)
{
	return to_network32(protocol);
}

/* As the header declares it; too small where the field cannot say it. */
static __always_inline __u64 plain_length(const __u8 *ip, bool ipv4)
{
	return ipv4 ? to_host16(load16(ip + 2)) : to_host16(load16(ip + 4)) + IPV6_SIZE;
}

/* Does it declare its own header, at least? */
static __always_inline bool declares_itself(const __u8 *ip, bool ipv4)
{
	return !ipv4 || load16(ip + 2) & to_network16(PLAIN_IPV4_LENGTH_MASK);
}

/*
 * Can no further tunnel follow, and is there nothing to notice? What is behind a UDP header is told
 * by its port; SYNs and neighbour discovery are looked at each time (notice.h).
 */
static __always_inline bool ends_plainly(const __u8 *ip, const __u8 *end, bool ipv4)
{
	__u32 protocol = plain_protocol_of(ip, ipv4);
	const __u8 *payload = ip + plain_ip_size(ipv4);

	if (likely(protocol == plain_protocol(PROTOCOL_TCP)))
		return payload + TCP_FLAGS + 1 <= end && !(payload[TCP_FLAGS] & TCP_SYN);
	if (protocol == plain_protocol(PROTOCOL_ICMP))
		return true;
	if (protocol == plain_protocol(PROTOCOL_ICMPV6))
		return payload + 1 <= end && !is_neighbour_discovery(payload);
	if (protocol != plain_protocol(PROTOCOL_UDP) || payload + UDP_SIZE > end)
		return false;
	return !encap_of_ports(payload);
}
