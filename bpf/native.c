// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The same parser as a library: bytes in, keys out. No privileges, millions of packets a
 * second, and within reach of sanitizers and fuzzers. capture/native.py calls it.
 */
#include <string.h>

#include "parse/walk.h"

__u8 port_encap[65536];

struct parsed {
	struct wide_key key; /* meaningful where outcome is FLOW */
	__u32 outcome;
	__u32 inner_offset;	/* behind the innermost tunnel header */
	__u32 repeated_headers; /* what each packet of a super-packet would repeat */
	__u32 padding;
};

static __u16 first_header(const __u8 *packet, __u64 size, __u32 has_link_header)
{
	if (has_link_header)
		return ETHERTYPE_FRAME;
	return size && packet[0] >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
}

static void parse_packet(const __u8 *packet, __u64 size, __u32 has_link_header, struct parsed *to)
{
	struct walk walk;
	int outcome;

	memset(&walk, 0, sizeof(walk));
	begin_walk(&walk, first_header(packet, size, has_link_header), size, 0);
	do {
		struct cursor at = {
			.start = packet,
			.end = packet + size,
			.offset = walk.offset,
			.limit = walk.limit,
			.memory = walk.forgotten,
		};

		outcome = parse_layer(&at, &walk);
	} while (outcome == ENTER);
	to->key = walk.key;
	to->outcome = outcome;
	to->inner_offset = walk.inner_offset;
	to->repeated_headers = repeated_headers(&walk, packet, packet + size);
	to->padding = 0;
}

/* Packet i lies at bytes offsets[i] to offsets[i + 1] of `packets`. */
void parse_packets(const __u8 *packets, const __u64 *offsets, __u64 count, __u32 has_link_header,
		   struct parsed *parsed);

void parse_packets(const __u8 *packets, const __u64 *offsets, __u64 count, __u32 has_link_header,
		   struct parsed *parsed)
{
	for (__u64 i = 0; i < count; i++)
		parse_packet(packets + offsets[i], offsets[i + 1] - offsets[i], has_link_header,
			     &parsed[i]);
}
