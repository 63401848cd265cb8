// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The parser as a library: packets in, keys out; or captures in, flows out. No privileges,
 * millions of packets a second, and within reach of sanitizers and fuzzers. capture/native.py,
 * capture/reader.py and capture/reading.py call it; flows/numbering.py what adds up flows.
 */
#include "number.h"
#include "pcap.h"
#include "pcapng.h"

__u8 port_encap[65536];
struct settings settings;

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
struct counts *counts_new(__u64 most, __u64 seed);
void counts_free(struct counts *counts);

/* How many rows there are, and a copy of them: first the flows, then the tunnels' rows. */
__u64 counts_flows(const struct counts *counts);
__u64 counts_tunnels(const struct counts *counts);
void counts_copy(const struct counts *counts, struct row *flows, struct row *tunnels,
		 struct tally *ledger, struct tally *unknown);
void counts_clear(struct counts *counts);
void counts_run_in_kernel(struct counts *counts, struct kernel_run *run);

/* One file, from its beginning on. NULL: no memory. Without `counts` only its span is told. */
struct capture *capture_new(struct counts *counts);
void capture_free(struct capture *capture);

/*
 * Use whole records from `size` bytes of the file, each call going on where the one before ended.
 * Returns how many bytes were consumed; capture->needed, ->reached and ->fault say what is in the
 * way of more.
 */
__u64 capture_feed(struct capture *capture, const __u8 *bytes, __u64 size);

/*
 * Adds what is coming to the rows with equal keys, and tells the number of each. New keys get rows
 * behind the others while there is room, else NO_NUMBER. What is coming may be the book's own
 * memory from its last row on.
 */
void number_rows(struct book *book, const struct coming *coming, __u32 *numbers);

/* Adds each value, of 4 or 8 bytes, to the sum of its number. */
void add_values(const __u32 *numbers, const void *values, __u64 value_bytes, __u64 count,
		__u64 *sums);

void parse_packets(const __u8 *packets, const __u64 *offsets, __u64 count, __u32 has_link_header,
		   struct parsed *parsed)
{
	for (__u64 i = 0; i < count; i++) {
		__u64 size = offsets[i + 1] - offsets[i];
		struct packet packet = {packets + offsets[i], size, size, NO_TIME};
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

struct counts *counts_new(__u64 most, __u64 seed)
{
	struct counts *counts = calloc(1, sizeof(*counts));

	if (!counts)
		return NULL;
	if (table_begin(&counts->flows, most, seed) &&
	    table_begin(&counts->tunnels, MOST_TUNNELS, seed))
		return counts;
	counts_free(counts);
	return NULL;
}

void counts_free(struct counts *counts)
{
	table_end(&counts->flows);
	table_end(&counts->tunnels);
	free(counts);
}

__u64 counts_flows(const struct counts *counts)
{
	return counts->flows.count;
}

__u64 counts_tunnels(const struct counts *counts)
{
	return counts->tunnels.count;
}

void counts_copy(const struct counts *counts, struct row *flows, struct row *tunnels,
		 struct tally *ledger, struct tally *unknown)
{
	memcpy(flows, counts->flows.rows, counts->flows.count * sizeof(*flows));
	memcpy(tunnels, counts->tunnels.rows, counts->tunnels.count * sizeof(*tunnels));
	memcpy(ledger, counts->ledger, sizeof(counts->ledger));
	memcpy(unknown, counts->unknown, sizeof(counts->unknown));
}

void counts_clear(struct counts *counts)
{
	clear_counts(counts);
}

void counts_run_in_kernel(struct counts *counts, struct kernel_run *run)
{
	counts->kernel = run;
}

struct capture *capture_new(struct counts *counts)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return NULL;
	capture->counts = counts;
	capture->from_ns = NO_TIME;
	capture->until_ns = FOREVER;
	capture->span.first_ns = FOREVER;
	capture->span.last_ns = NO_TIME;
	capture->interface_room = 1;
	capture->interfaces = calloc(1, sizeof(*capture->interfaces));
	if (capture->interfaces)
		return capture;
	free(capture);
	return NULL;
}

void capture_free(struct capture *capture)
{
	free(capture->interfaces);
	free(capture);
}

static __u64 begin_format(struct capture *capture, const __u8 *bytes, __u64 size)
{
	__u32 magic;

	if (size < sizeof(magic))
		return wait_for(capture, sizeof(magic));
	magic = load32(bytes);
	if (is_pcap(magic) || is_pcap(__builtin_bswap32(magic)))
		return begin_pcap(capture, bytes, size);
	if (magic != BLOCK_SECTION)
		return stop(capture, NOT_A_CAPTURE, magic, 0);
	capture->format = PCAPNG;
	return read_block(capture, bytes, size);
}

__u64 capture_feed(struct capture *capture, const __u8 *bytes, __u64 size)
{
	__u64 consumed = 0, step;

	if (capture->fault)
		return 0;
	capture->needed = 0;
	capture->reached = 0;
	do {
		const __u8 *at = bytes + consumed;
		__u64 left = size - consumed;

		if (capture->format == UNTOLD)
			step = begin_format(capture, at, left);
		else if (capture->format == PCAP)
			step = read_record(capture, at, left);
		else
			step = read_block(capture, at, left);
		consumed += step;
	} while (step);
	if (capture->counts)
		count_all_waiting(capture->counts);
	return consumed;
}

void number_rows(struct book *book, const struct coming *coming, __u32 *numbers)
{
	for (__u64 begin = 0; begin < coming->count; begin += AHEAD) {
		__u64 left = coming->count - begin;

		number_some(book, coming, begin, left < AHEAD ? left : AHEAD, numbers);
	}
}

void add_values(const __u32 *numbers, const void *values, __u64 value_bytes, __u64 count,
		__u64 *sums)
{
	for (__u64 i = 0; i < count; i++)
		sums[numbers[i]] += value_bytes == sizeof(__u32) ? ((const __u32 *)values)[i]
								 : ((const __u64 *)values)[i];
}
