// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The parser as a library: packets in, keys out; or captures in, flows out. No privileges,
 * millions of packets a second, and within reach of sanitizers and fuzzers. capture/native.py
 * and capture/reader.py call it.
 */
#include "pcap.h"
#include "pcapng.h"

__u8 port_encap[65536];

struct parsed {
	struct wide_key key; /* meaningful where outcome is FLOW */
	__u32 outcome;
	__u32 inner_offset;	/* behind the innermost tunnel header */
	__u32 repeated_headers; /* what each packet of a super-packet would repeat */
	__u32 padding;
};

/* Packet i lies at bytes offsets[i] to offsets[i + 1] of `packets`. */
void parse_packets(const __u8 *packets, const __u64 *offsets, __u64 count, __u32 has_link_header,
		   struct parsed *parsed);

/* NULL: no memory. `most` bounds the flows kept apart, `seed` must not be foreseeable. */
struct reader *reader_new(__u64 most, __u64 seed);
void reader_free(struct reader *reader);

/* What is read next is the beginning of a file. */
void reader_begin_file(struct reader *reader);

/*
 * Count whole records from `size` bytes of the present file, each call going on where the one
 * before ended. Returns how many bytes were consumed; reader->needed and reader->fault say what
 * is in the way of more.
 */
__u64 reader_feed(struct reader *reader, const __u8 *bytes, __u64 size);

/* How many rows there are, and a copy of them: first the flows, then the tunnels' rows. */
__u64 reader_flow_count(const struct reader *reader);
__u64 reader_tunnel_count(const struct reader *reader);
void reader_copy(const struct reader *reader, struct row *flows, struct row *tunnels,
		 struct tally *ledger, struct tally *unknown);

void parse_packets(const __u8 *packets, const __u64 *offsets, __u64 count, __u32 has_link_header,
		   struct parsed *parsed)
{
	for (__u64 i = 0; i < count; i++) {
		__u64 size = offsets[i + 1] - offsets[i];
		struct packet packet = {packets + offsets[i], size, size};
		struct beginning beginning;
		struct walk walk;

		begin_link(has_link_header ? LINK_ETHERNET : LINK_RAW, &packet, &beginning);
		parsed[i].outcome = parse_packet(&packet, beginning, &walk);
		parsed[i].key = walk.key;
		parsed[i].inner_offset = walk.inner_offset;
		parsed[i].repeated_headers =
			repeated_headers(&walk, packet.bytes, packet.bytes + size);
		parsed[i].padding = 0;
	}
}

struct reader *reader_new(__u64 most, __u64 seed)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->interface_room = 1;
	reader->interfaces = calloc(1, sizeof(*reader->interfaces));
	if (reader->interfaces && table_begin(&reader->flows, most, seed) &&
	    table_begin(&reader->tunnels, MOST_TUNNELS, seed))
		return reader;
	reader_free(reader);
	return NULL;
}

void reader_free(struct reader *reader)
{
	table_end(&reader->flows);
	table_end(&reader->tunnels);
	free(reader->interfaces);
	free(reader);
}

void reader_begin_file(struct reader *reader)
{
	reader->format = UNTOLD;
	reader->fault = NO_FAULT;
	reader->needed = 0;
	reader->interface_count = 0;
}

static __u64 begin_format(struct reader *reader, const __u8 *bytes, __u64 size)
{
	__u32 magic;

	if (size < sizeof(magic))
		return wait_for(reader, sizeof(magic));
	magic = load32(bytes);
	if (is_pcap(magic) || is_pcap(__builtin_bswap32(magic)))
		return begin_pcap(reader, bytes, size);
	if (magic != BLOCK_SECTION)
		return stop(reader, NOT_A_CAPTURE, magic, 0);
	reader->format = PCAPNG;
	return read_block(reader, bytes, size);
}

__u64 reader_feed(struct reader *reader, const __u8 *bytes, __u64 size)
{
	__u64 consumed = 0, step;

	if (reader->fault)
		return 0;
	reader->needed = 0;
	do {
		const __u8 *at = bytes + consumed;
		__u64 left = size - consumed;

		if (reader->format == UNTOLD)
			step = begin_format(reader, at, left);
		else if (reader->format == PCAP)
			step = read_record(reader, at, left);
		else
			step = read_block(reader, at, left);
		consumed += step;
	} while (step);
	count_waiting(reader);
	return consumed;
}

__u64 reader_flow_count(const struct reader *reader)
{
	return reader->flows.count;
}

__u64 reader_tunnel_count(const struct reader *reader)
{
	return reader->tunnels.count;
}

void reader_copy(const struct reader *reader, struct row *flows, struct row *tunnels,
		 struct tally *ledger, struct tally *unknown)
{
	memcpy(flows, reader->flows.rows, reader->flows.count * sizeof(*flows));
	memcpy(tunnels, reader->tunnels.rows, reader->tunnels.count * sizeof(*tunnels));
	memcpy(ledger, reader->ledger, sizeof(reader->ledger));
	memcpy(unknown, reader->unknown, sizeof(reader->unknown));
}
