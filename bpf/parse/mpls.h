/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * MPLS label stacks: RFC 3032. Nothing in a label says what follows the last one: the first
 * four bits tell IPv4, IPv6 and an associated channel (RFC 4928, 4385). All else is the Ethernet
 * frame of a pseudowire, behind a control word if there are two bytes of 0 (RFC 4448, 4.6).
 */
#pragma once

#include "link.h"

#define LABEL_SIZE 4
#define MAX_LABELS 16
#define LABEL_IS_LAST 0x01
#define CONTROL_WORD_SIZE 4

#define ETHERTYPE_MPLS 0x8847
#define ETHERTYPE_MPLS_MULTICAST 0x8848

static __always_inline enum outcome skip_control_word(struct cursor *at)
{
	const __u8 *first = header_of(at, 2);

	if (!first || load16(first))
		return FLOW;
	if (!header_of(at, CONTROL_WORD_SIZE))
		return TRUNCATED;
	at->offset += CONTROL_WORD_SIZE;
	return FLOW;
}

static __always_inline enum outcome read_payload_of_mpls(struct cursor *at, __u16 *ethertype)
{
	const __u8 *first = header_of(at, 1);

	if (!first)
		return TRUNCATED;
	switch (first[0] >> 4) {
	case 4:
		*ethertype = ETHERTYPE_IPV4;
		return FLOW;
	case 6:
		*ethertype = ETHERTYPE_IPV6;
		return FLOW;
	case 1:
		return NOT_TUNNELED;
	default:
		*ethertype = ETHERTYPE_FRAME;
		return skip_control_word(at);
	}
}

static __always_inline enum outcome read_mpls(struct cursor *at, __u16 *ethertype)
{
	for (int i = 0; i < MAX_LABELS; i++) {
		const __u8 *label = header_of(at, LABEL_SIZE);

		if (!label)
			return TRUNCATED;
		at->offset += LABEL_SIZE;
		if (label[2] & LABEL_IS_LAST)
			return read_payload_of_mpls(at, ethertype);
		forget(at);
	}
	return TOO_MANY_TAGS;
}
