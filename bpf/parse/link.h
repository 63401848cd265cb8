/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Ethernet (IEEE 802.3) and what may stand between it and the network layer: VLAN tags (802.1Q,
 * 802.1ad), LLC/SNAP (802.2, RFC 1042), provider backbone bridges (802.1ah).
 */
#pragma once

#include "cursor.h"

#define ETHERNET_SIZE 14
#define TAG_SIZE 4
#define MAX_TAGS 3
#define SNAP_SIZE 8
#define SNAP 0xaaaa0300		/* and the first byte of the OUI */
#define SNAP_OUI_BRIDGED 0x00f8 /* the rest of 802.1H's; 0 in RFC 1042 */
#define PBB_SIZE 4

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_FRAME 0x6558 /* transparent Ethernet bridging: a whole frame follows */
#define ETHERTYPE_8021Q 0x8100
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_8021AD 0x88a8
#define ETHERTYPE_PBB 0x88e7
#define ETHERTYPE_QINQ 0x9100  /* stacked tags before 802.1ad had a number for them */
#define LEAST_ETHERTYPE 0x0600 /* below it the field is a length, and LLC follows */

static __always_inline bool is_tag(__u16 ethertype)
{
	return ethertype == ETHERTYPE_8021Q || ethertype == ETHERTYPE_8021AD ||
	       ethertype == ETHERTYPE_QINQ;
}

/*
 * The ethertype in a link header. A length may be in its place: then SNAP (RFC 1042, or 802.1H's
 * way of the same) may tell the ethertype, else it is no IP.
 */
static __always_inline enum outcome read_ethertype(struct cursor *at, const __u8 *field,
						   __u16 *ethertype)
{
	const __u8 *header;
	__u16 oui;

	*ethertype = to_host16(load16(field));
	if (*ethertype >= LEAST_ETHERTYPE)
		return FLOW;
	header = header_of(at, SNAP_SIZE);
	if (!header || load32(header) != to_network32(SNAP))
		return NOT_TUNNELED;
	oui = to_host16(load16(header + 4));
	if (oui && oui != SNAP_OUI_BRIDGED)
		return NOT_TUNNELED;
	*ethertype = to_host16(load16(header + 6));
	at->offset += SNAP_SIZE;
	return FLOW;
}

/* FLOW means: the header was read, and `ethertype` says what follows it. */
static __always_inline enum outcome read_tag(struct cursor *at, __u16 *ethertype)
{
	const __u8 *header = header_of(at, TAG_SIZE);

	if (!header)
		return TRUNCATED;
	at->offset += TAG_SIZE;
	return read_ethertype(at, header + 2, ethertype);
}

static __always_inline enum outcome read_ethernet(struct cursor *at, __u16 *ethertype)
{
	const __u8 *header = header_of(at, ETHERNET_SIZE);

	if (!header)
		return TRUNCATED;
	at->offset += ETHERNET_SIZE;
	return read_ethertype(at, header + 12, ethertype);
}

/* The customer's frame follows the service tag. */
static __always_inline enum outcome read_pbb(struct cursor *at, __u16 *ethertype)
{
	if (!header_of(at, PBB_SIZE))
		return TRUNCATED;
	at->offset += PBB_SIZE;
	*ethertype = ETHERTYPE_FRAME;
	return FLOW;
}
