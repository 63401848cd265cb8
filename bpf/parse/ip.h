/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200): from an IP header to the
 * first byte of what it carries.
 */
#pragma once

#include "between.h"

#define IPV4_SIZE 20
#define IPV6_SIZE 40
#define MAX_EXTENSIONS 8
#define JUMBO_SIZE 8
#define JUMBO 0x00c204 /* no more than 8 bytes, and of them the option of RFC 2675 */

#define IPV4_OFFSET_MASK 0x1fff
#define IPV4_MORE 0x2000
#define IPV6_OFFSET_MASK 0xfff8
#define IPV6_MORE 0x0001

enum protocol {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_ICMP = 1,
	PROTOCOL_IPV4 = 4,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_GRE = 47,
	PROTOCOL_AH = 51,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_DESTINATION = 60,
	PROTOCOL_ETHERIP = 97,
	PROTOCOL_L2TP3 = 115,
	PROTOCOL_SCTP = 132,
	PROTOCOL_MOBILITY = 135,
	PROTOCOL_HIP = 139,
	PROTOCOL_SHIM6 = 140,
};

/*
 * An IP header that was read; its addresses stay in the packet until somebody wants them. One
 * pointer for each family, at most one of them set: the verifier knows how far a pointer may be
 * read, but forgets which number goes with it. Never ask whether either is set (the compiler
 * would OR them, and the verifier refuses that): ask `is_read`.
 */
struct ip {
	const __u8 *ipv4;
	const __u8 *ipv6;
	bool is_read;
	__u8 protocol; /* of the first header that is no extension */
	__u64 payload_offset;
	bool later_fragment;
	__u16 more;	   /* not 0: further fragments follow this one */
	__u32 fragment_id; /* of IPv6; IPv4 has it in its header */
	__u8 unsent;	   /* bytes of it that a super-packet's packets do not have: BIG TCP's */
};

static __always_inline bool is_extension(__u8 protocol)
{
	switch (protocol) {
	case PROTOCOL_HOP_BY_HOP:
	case PROTOCOL_ROUTING:
	case PROTOCOL_FRAGMENT:
	case PROTOCOL_AH:
	case PROTOCOL_DESTINATION:
	case PROTOCOL_MOBILITY:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		return true;
	default:
		return false;
	}
}

/* Extension headers count their length in units of eight bytes without the first, AH in four. */
static __always_inline __u64 extension_size(__u8 protocol, __u8 length)
{
	if (protocol == PROTOCOL_FRAGMENT)
		return 8;
	if (protocol == PROTOCOL_AH)
		return (length + 2ULL) * 4;
	return (length + 1ULL) * 8;
}

/*
 * IPv6 has no room for the length of a super-packet of more than 64 KiB, so the kernel writes it
 * into a hop-by-hop header, which it takes out again when it cuts (include/net/ipv6.h,
 * ipv6_hopopt_jumbo_remove).
 */
static __always_inline bool is_jumbo(const __u8 *header)
{
	return (to_host32(load32(header)) & 0xffffff) == JUMBO;
}

static __always_inline enum outcome skip_extension(struct cursor *at, struct ip *ip)
{
	const __u8 *header = header_of(at, 8);
	__u64 size;

	if (!header)
		return TRUNCATED;
	if (ip->protocol == PROTOCOL_FRAGMENT) {
		ip->later_fragment = load16(header + 2) & to_network16(IPV6_OFFSET_MASK);
		ip->more = load16(header + 2) & to_network16(IPV6_MORE);
		ip->fragment_id = load32(header + 4);
	}
	if (ip->protocol == PROTOCOL_HOP_BY_HOP && is_jumbo(header))
		ip->unsent = JUMBO_SIZE;
	size = extension_size(ip->protocol, header[1]);
	/* Without this a packet that ends inside a skipped header would pass: nothing is read. */
	if (!header_of(at, size))
		return TRUNCATED;
	ip->protocol = header[0];
	at->offset += size;
	forget(at);
	return FLOW;
}

/* IPv4 has but one of them: AH (RFC 4302). */
static __always_inline bool has_extension(const struct ip *ip, bool ipv4)
{
	if (ip->later_fragment)
		return false;
	return ipv4 ? ip->protocol == PROTOCOL_AH : is_extension(ip->protocol);
}

static __always_inline enum outcome skip_extensions(struct cursor *at, struct ip *ip, bool ipv4)
{
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		enum outcome why;

		if (!has_extension(ip, ipv4))
			return FLOW;
		why = skip_extension(at, ip);
		if (why != FLOW)
			return why;
	}
	return has_extension(ip, ipv4) ? TOO_MANY_EXTENSIONS : FLOW;
}

static __always_inline enum outcome read_ipv4(struct cursor *at, struct ip *ip)
{
	const __u8 *header = header_of(at, IPV4_SIZE);
	__u64 header_size, total_length;

	if (!header)
		return TRUNCATED;
	header_size = (header[0] & 0x0f) * 4;
	total_length = to_host16(load16(header + 2));
	if (header[0] >> 4 != 4 || header_size < IPV4_SIZE)
		return MALFORMED;
	/* 0 is not damage but BIG TCP: a length too large for the field. */
	if (total_length && total_length < header_size)
		return MALFORMED;
	if (total_length)
		bound(at, total_length);
	if (!header_of(at, header_size))
		return TRUNCATED;

	ip->ipv4 = header;
	ip->is_read = true;
	ip->protocol = header[9];
	ip->later_fragment = load16(header + 6) & to_network16(IPV4_OFFSET_MASK);
	ip->more = load16(header + 6) & to_network16(IPV4_MORE);
	at->offset += header_size;
	return skip_extensions(at, ip, true);
}

static __always_inline enum outcome read_ipv6(struct cursor *at, struct ip *ip)
{
	const __u8 *header = header_of(at, IPV6_SIZE);
	__u64 payload_length;

	if (!header)
		return TRUNCATED;
	if (header[0] >> 4 != 6)
		return MALFORMED;
	payload_length = to_host16(load16(header + 4));
	if (payload_length) /* 0: a jumbogram (RFC 2675) or BIG TCP */
		bound(at, IPV6_SIZE + payload_length);

	ip->ipv6 = header;
	ip->is_read = true;
	ip->protocol = header[6];
	at->offset += IPV6_SIZE;
	return skip_extensions(at, ip, false);
}

/* FLOW means: `ip` is complete and `at` stands at what it carries. */
static __always_inline enum outcome read_ip(struct cursor *at, __u16 ethertype, struct ip *ip)
{
	if (ethertype == ETHERTYPE_IPV4)
		return read_ipv4(at, ip);
	if (ethertype == ETHERTYPE_IPV6)
		return read_ipv6(at, ip);
	return NOT_TUNNELED;
}
