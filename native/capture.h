/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* One capture file on its way through: where its reading stands, and what stopped it. */
#pragma once

#include "counts.h"
#include "stamps.h"

/* Larger than any device's packet; what claims more is damaged, and must not cost memory. */
#define MOST_BYTES (16U << 20)
#define MOST_INTERFACES (1U << 16)

/* Why a file cannot be read further. capture/faults.py has a sentence for each. */
enum fault {
	NO_FAULT,
	NOT_A_CAPTURE,	    /* found: its first four bytes */
	UNKNOWN_FORMAT,	    /* found: the version that the file says it has */
	PACKET_TOO_LONG,    /* found: bytes of a packet; allowed: the most there may be */
	BAD_BLOCK_LENGTH,   /* found: bytes of a block; allowed: the most there may be */
	OTHER_BLOCK_LENGTH, /* found: what the block's end says; allowed: what its beginning says */
	BAD_BYTE_ORDER,	    /* found: the mark */
	NO_SUCH_INTERFACE,  /* found: its number; allowed: how many there are */
	TOO_MANY_INTERFACES,
	OUT_OF_MEMORY,
};

enum format {
	UNTOLD, /* nothing was read yet */
	PCAP,
	PCAPNG,
};

struct interface {
	__u16 link_type;
	__u32 most_captured; /* 0: no limit */
	struct clock clock;
};

/* The first members are State of capture/reading.py. */
struct capture {
	__u64 needed; /* bytes that must be there before more can be read */
	__u64 found;  /* see enum fault */
	__u64 allowed;
	__s64 from_ns;
	__s64 until_ns; /* stop in front of the first packet of this time or later */
	__u64 late;	/* packets of before from_ns, which were used all the same */
	struct span span;
	__u32 fault;
	__u32 format;
	__u32 reached; /* whether it stopped because of until_ns */

	__u8 swapped;	      /* the file's numbers are in the other byte order */
	__u8 swapped_lengths; /* packets' two lengths, which early versions had the other way */
	__u32 record_size;    /* PCAP: bytes in front of each packet */
	__u32 most_captured;
	struct interface *interfaces; /* of the present section */
	__u32 interface_count;
	__u32 interface_room;
	struct counts *counts; /* NULL: only the span is wanted */
};

static inline __u16 number16(const struct capture *capture, const __u8 *from)
{
	__u16 number = load16(from);

	return capture->swapped ? __builtin_bswap16(number) : number;
}

static inline __u32 number32(const struct capture *capture, const __u8 *from)
{
	__u32 number = load32(from);

	return capture->swapped ? __builtin_bswap32(number) : number;
}

/* Nothing more is read from this file. Returns 0: no bytes were consumed. */
static inline __u64 stop(struct capture *capture, enum fault fault, __u64 found, __u64 allowed)
{
	capture->fault = fault;
	capture->found = found;
	capture->allowed = allowed;
	return 0;
}

static inline __u64 wait_for(struct capture *capture, __u64 bytes)
{
	capture->needed = bytes;
	return 0;
}

/* Consumes a packet's record, of `size` bytes. 0: it belongs to a later time. */
static inline __u64 use_packet(struct capture *capture, __u16 link_type,
			       const struct packet *packet, __u64 size)
{
	if (packet->time_ns >= capture->until_ns) {
		capture->reached = 1;
		return 0;
	}
	capture->late += packet->time_ns < capture->from_ns && packet->time_ns != NO_TIME;
	widen(&capture->span, packet->time_ns);
	if (capture->counts)
		count_packet(capture->counts, link_type, packet);
	return size;
}
