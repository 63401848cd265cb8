/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What one reading of captures has counted, and where it stands in the present file. Each packet
 * is in exactly one row of the ledger; those of outcome FLOW are in a flow too, those of OVERFLOW
 * in their tunnel's row as long as that has room.
 */
#pragma once

#include "link_types.h"
#include "table.h"

/* Larger than any device's packet; what claims more is damaged, and must not cost memory. */
#define MOST_BYTES (16U << 20)
#define MOST_INTERFACES (1U << 16)
#define MOST_TUNNELS (1U << 20)
#define MOST_WAITING 32

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

/* A packet of a flow, parsed; counted together with others, so that their rows are at hand. */
struct waiting {
	struct walk walk;
	__u64 wire;
	__u32 hash;
};

struct interface {
	__u16 link_type;
	__u32 most_captured; /* 0: no limit */
};

/* The first members are PROGRESS of capture/native.py. */
struct reader {
	__u64 packets; /* of all files */
	__u64 needed;  /* bytes that must be there before more can be read */
	__u64 found;   /* see enum fault */
	__u64 allowed;
	__u32 fault;
	__u32 format;

	__u8 swapped;	      /* the file's numbers are in the other byte order */
	__u8 swapped_lengths; /* packets' two lengths, which early versions had the other way */
	__u32 record_size;    /* PCAP: bytes in front of each packet */
	__u32 most_captured;
	struct interface *interfaces; /* of the present section */
	__u32 interface_count;
	__u32 interface_room;

	struct waiting waiting[MOST_WAITING];
	__u32 waiting_count;

	struct table flows;
	struct table tunnels;
	struct tally ledger[OUTCOMES];
	struct tally unknown[LINK_TYPES]; /* UNKNOWN_LINK by link type */
};

static inline __u16 number16(const struct reader *reader, const __u8 *from)
{
	__u16 number = load16(from);

	return reader->swapped ? __builtin_bswap16(number) : number;
}

static inline __u32 number32(const struct reader *reader, const __u8 *from)
{
	__u32 number = load32(from);

	return reader->swapped ? __builtin_bswap32(number) : number;
}

/* Nothing more is read from this file. Returns 0: no bytes were consumed. */
static inline __u64 stop(struct reader *reader, enum fault fault, __u64 found, __u64 allowed)
{
	reader->fault = fault;
	reader->found = found;
	reader->allowed = allowed;
	return 0;
}

static inline __u64 wait_for(struct reader *reader, __u64 bytes)
{
	reader->needed = bytes;
	return 0;
}

static inline void tally(struct tally *row, __u64 bytes)
{
	row->packets += 1;
	row->bytes += bytes;
	row->buffers += 1;
	row->buffer_bytes += bytes;
}

static inline __u32 count_flow(struct reader *reader, struct waiting *packet)
{
	struct wide_key *key = &packet->walk.key;
	__u64 outside = packet->walk.inner_offset;
	__u64 inner = packet->wire > outside ? packet->wire - outside : 0;

	if (table_add(&reader->flows, key, packet->hash, packet->wire, inner))
		return FLOW;
	clear_inner(&packet->walk);
	table_add(&reader->tunnels, key, hash_of(key, reader->tunnels.seed), packet->wire, inner);
	return OVERFLOW;
}

static inline void count_waiting(struct reader *reader)
{
	for (__u32 i = 0; i < reader->waiting_count; i++)
		fetch_row(&reader->flows, reader->waiting[i].hash);
	for (__u32 i = 0; i < reader->waiting_count; i++) {
		struct waiting *packet = &reader->waiting[i];

		tally(&reader->ledger[count_flow(reader, packet)], packet->wire);
	}
	reader->waiting_count = 0;
}

static inline void let_wait(struct reader *reader, struct waiting *packet, __u64 wire)
{
	packet->wire = wire;
	packet->hash = hash_of(&packet->walk.key, reader->flows.seed);
	fetch_slot(&reader->flows, packet->hash);
	if (++reader->waiting_count == MOST_WAITING)
		count_waiting(reader);
}

/* Whoever reads the tables calls count_waiting() before. */
static inline void count_packet(struct reader *reader, __u16 link_type, const struct packet *packet)
{
	struct waiting *next = &reader->waiting[reader->waiting_count];
	struct beginning beginning;
	__u32 outcome = begin_link(link_type, packet, &beginning);

	reader->packets++;
	if (outcome == UNKNOWN_LINK)
		tally(&reader->unknown[link_type], packet->wire);
	if (outcome == FLOW)
		outcome = parse_packet(packet, beginning, &next->walk);
	if (outcome == FLOW)
		let_wait(reader, next, packet->wire);
	else
		tally(&reader->ledger[outcome], packet->wire);
}
