/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The older of the two formats (draft-ietf-opsawg-pcap): a header, then records.
 *
 *   header: magic 4 | version 2 + 2 | time zone 4 | accuracy 4 | longest packet 4 | link type 4
 *   record: seconds 4 | their parts 4 | captured 4 | on the wire 4 | the captured bytes
 */
#pragma once

#include "reader.h"

#define PCAP_HEADER_SIZE 24
#define PCAP_RECORD_SIZE 16
#define PCAP_VERSION 2
#define LINK_TYPE_MASK                                                                             \
	0xffff /* above it: how long a frame check sequence is, and reserved bits                  \
		*/
#define USUAL_MOST_CAPTURED 262144 /* of libpcap, whatever the header says */

enum pcap_magic {
	PCAP_MICROSECONDS = 0xa1b2c3d4,
	PCAP_NANOSECONDS = 0xa1b23c4d,
	PCAP_EXTENDED = 0xa1b2cd34, /* a patched libpcap of old Linux: records of 24 bytes */
};

static inline bool is_pcap(__u32 magic)
{
	return magic == PCAP_MICROSECONDS || magic == PCAP_NANOSECONDS || magic == PCAP_EXTENDED;
}

/* One interface stands for the whole file. */
static inline __u64 begin_pcap(struct reader *reader, const __u8 *header, __u64 size)
{
	__u16 major, minor;
	__u32 longest;

	if (size < PCAP_HEADER_SIZE)
		return wait_for(reader, PCAP_HEADER_SIZE);
	reader->swapped = !is_pcap(load32(header));
	reader->record_size = PCAP_RECORD_SIZE;
	if (number32(reader, header) == PCAP_EXTENDED)
		reader->record_size += 8; /* interface, protocol, direction */
	major = number16(reader, header + 4);
	minor = number16(reader, header + 6);
	if (major != PCAP_VERSION)
		return stop(reader, UNKNOWN_FORMAT, major, PCAP_VERSION);
	reader->swapped_lengths = minor < 3;
	longest = number32(reader, header + 16);
	reader->most_captured = longest < USUAL_MOST_CAPTURED ? USUAL_MOST_CAPTURED : longest;
	if (reader->most_captured > MOST_BYTES)
		reader->most_captured = MOST_BYTES;
	reader->format = PCAP;
	reader->interfaces[0].link_type = number32(reader, header + 20) & LINK_TYPE_MASK;
	return PCAP_HEADER_SIZE;
}

/* Consumes one record. 0: it is not whole, or damaged. */
static inline __u64 read_record(struct reader *reader, const __u8 *record, __u64 size)
{
	struct packet packet;

	if (size < reader->record_size)
		return wait_for(reader, reader->record_size);
	packet.bytes = record + reader->record_size;
	packet.captured = number32(reader, record + (reader->swapped_lengths ? 12 : 8));
	packet.wire = number32(reader, record + (reader->swapped_lengths ? 8 : 12));
	if (packet.captured > reader->most_captured)
		return stop(reader, PACKET_TOO_LONG, packet.captured, reader->most_captured);
	if (size - reader->record_size < packet.captured)
		return wait_for(reader, reader->record_size + packet.captured);
	count_packet(reader, reader->interfaces[0].link_type, &packet);
	return reader->record_size + packet.captured;
}
