/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * From a capture's link type to the ethertype of what the parser reads first.
 * The numbers are those of the registry of link types (draft-ietf-opsawg-pcaplinktype), and
 * the platforms' own ones for raw IP that got into files.
 */
#pragma once

#include "parse.h"

#define COOKED_SIZE 16
#define COOKED2_SIZE 20
#define NULL_SIZE 4
#define HDLC_SIZE 4

enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_SERIAL = 50,
	LINK_PPPOE = 51,
	LINK_RAW = 101,
	LINK_CISCO_HDLC = 104,
	LINK_LOOP = 108,
	LINK_COOKED = 113,
	LINK_PPP_DIRECTION = 204,
	LINK_MPLS = 219,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_COOKED2 = 276,
	LINK_TYPES = 65536,
};

static inline __u32 begin_at(struct beginning *beginning, __u32 offset, __u16 next)
{
	beginning->offset = offset;
	beginning->next = next;
	return FLOW;
}

static inline __u32 begin_cooked(const struct packet *packet, struct beginning *beginning,
				 __u32 size, __u32 protocol_offset)
{
	struct cursor at = {
		.start = packet->bytes,
		.end = packet->bytes + packet->captured,
		.offset = size,
		.limit = packet->captured,
	};
	__u16 ethertype;
	__u32 why;

	if (packet->captured < size)
		return TRUNCATED;
	/* Linux has small numbers of its own here; the one that matters, 4, means LLC as well. */
	why = read_ethertype(&at, packet->bytes + protocol_offset, &ethertype);
	return why == FLOW ? begin_at(beginning, at.offset, ethertype) : why;
}

/*
 * BSD's loopback: an address family of four bytes in the order of the machine that captured,
 * which is told by where the zeros are. Each system has a number of its own for IPv6.
 */
static inline __u32 begin_null(const struct packet *packet, struct beginning *beginning)
{
	__u32 family;

	if (packet->captured < NULL_SIZE)
		return TRUNCATED;
	family = load32(packet->bytes);
	if (family & 0xffff0000)
		family = to_host32(family);
	switch (family) {
	case 2:
		return begin_at(beginning, NULL_SIZE, ETHERTYPE_IPV4);
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		return begin_at(beginning, NULL_SIZE, ETHERTYPE_IPV6);
	default:
		return NOT_TUNNELED;
	}
}

static inline __u32 begin_hdlc(const struct packet *packet, struct beginning *beginning)
{
	if (packet->captured < HDLC_SIZE)
		return TRUNCATED;
	return begin_at(beginning, HDLC_SIZE, to_host16(load16(packet->bytes + 2)));
}

/* A serial line speaks PPP, or Cisco's HDLC: the address byte tells (RFC 1547, 4.3.1). */
static inline __u32 begin_serial(const struct packet *packet, struct beginning *beginning)
{
	__u8 address = packet->captured ? packet->bytes[0] : 0;

	if (address == 0x0f || address == 0x8f)
		return begin_hdlc(packet, beginning);
	return begin_at(beginning, 0, ETHERTYPE_PPP);
}

/* FLOW means: `beginning` says where the parser begins. */
static inline __u32 begin_link(__u16 link_type, const struct packet *packet,
			       struct beginning *beginning)
{
	switch (link_type) {
	case LINK_ETHERNET:
		return begin_at(beginning, 0, ETHERTYPE_FRAME);
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_RAW:
		return begin_at(beginning, 0, ip_by_version(packet->bytes, packet->captured));
	case LINK_IPV4:
		return begin_at(beginning, 0, ETHERTYPE_IPV4);
	case LINK_IPV6:
		return begin_at(beginning, 0, ETHERTYPE_IPV6);
	case LINK_COOKED:
		return begin_cooked(packet, beginning, COOKED_SIZE, 14);
	case LINK_COOKED2:
		return begin_cooked(packet, beginning, COOKED2_SIZE, 0);
	case LINK_NULL:
	case LINK_LOOP:
		return begin_null(packet, beginning);
	case LINK_PPP:
		return begin_at(beginning, 0, ETHERTYPE_PPP);
	case LINK_PPP_SERIAL:
		return begin_serial(packet, beginning);
	case LINK_PPP_DIRECTION:
		return begin_at(beginning, 1, ETHERTYPE_PPP);
	case LINK_PPPOE:
		return begin_at(beginning, 0, ETHERTYPE_PPPOE);
	case LINK_CISCO_HDLC:
		return begin_hdlc(packet, beginning);
	case LINK_MPLS:
		return begin_at(beginning, 0, ETHERTYPE_MPLS);
	default:
		return UNKNOWN_LINK;
	}
}
