/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The parser of bpf/parse/ on this machine: a loop where the kernel makes tail calls. */
#pragma once

#include <string.h>

#include "../bpf/parse/heads.h"

/* As the kernel part's, but for the whole process: see capture/native.py. */
extern struct settings settings;

static __always_inline __u32 enabled_encaps(void)
{
	return settings.encaps;
}

static __always_inline bool records_outermost(void)
{
	return settings.outermost;
}

struct packet {
	const __u8 *bytes;
	__u64 captured; /* how many of them are there */
	__u64 wire;	/* how long it was on the wire */
	__s64 time_ns;	/* since 1970, or NO_TIME of stamps.h */
};

/* Where the walk begins, and the ethertype of what is there: link_types.h. */
struct beginning {
	__u32 offset;
	__u16 next;
};

static inline __u16 ip_by_version(const __u8 *bytes, __u64 size)
{
	return size && bytes[0] >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
}

/* What became of the packet; `walk` has its key where that is FLOW. */
static inline __u32 parse_packet(const struct packet *packet, struct beginning beginning,
				 struct walk *walk)
{
	int outcome;

	memset(walk, 0, sizeof(*walk));
	begin_walk(walk, beginning.next, packet->captured, 0);
	walk->offset = beginning.offset;
	do {
		struct cursor at = {
			.start = packet->bytes,
			.end = packet->bytes + packet->captured,
			.offset = walk->offset,
			.limit = walk->limit,
		};

		outcome = parse_layer(&at, walk);
	} while (outcome == ENTER);
	return outcome;
}
