/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The older of the two formats (draft-ietf-opsawg-pcap): a header, then records.
 *
 *   header: magic 4 | version 2 + 2 | time zone 4 | accuracy 4 | longest packet 4 | link type 4
 *   record: seconds 4 | their parts 4 | captured 4 | on the wire 4 | the captured bytes
 */
#pragma once

#include "capture.h"

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
static inline __u64 begin_pcap(struct capture *capture, const __u8 *header, __u64 size)
{
	__u16 major, minor;
	__u32 longest;

	if (size < PCAP_HEADER_SIZE)
		return wait_for(capture, PCAP_HEADER_SIZE);
	capture->swapped = !is_pcap(load32(header));
	capture->record_size = PCAP_RECORD_SIZE;
	if (number32(capture, header) == PCAP_EXTENDED)
		capture->record_size += 8; /* interface, protocol, direction */
	major = number16(capture, header + 4);
	minor = number16(capture, header + 6);
	if (major != PCAP_VERSION)
		return stop(capture, UNKNOWN_FORMAT, major, PCAP_VERSION);
	capture->swapped_lengths = minor < 3;
	longest = number32(capture, header + 16);
	capture->most_captured = longest < USUAL_MOST_CAPTURED ? USUAL_MOST_CAPTURED : longest;
	if (capture->most_captured > MOST_BYTES)
		capture->most_captured = MOST_BYTES;
	capture->format = PCAP;
	capture->interfaces[0] = (struct interface){
		.link_type = number32(capture, header + 20) & LINK_TYPE_MASK,
		.clock = number32(capture, header) == PCAP_NANOSECONDS ? NANOSECOND_CLOCK
								       : MICROSECOND_CLOCK,
	};
	return PCAP_HEADER_SIZE;
}

/* Parts of a second may be more than one: some programs let them run over. */
static inline __s64 record_time(const struct capture *capture, const __u8 *record)
{
	__s64 parts_ns = time_of(&capture->interfaces[0].clock, number32(capture, record + 4));

	return number32(capture, record) * SECOND_NS + parts_ns;
}

/* Consumes one record. 0: it is not whole, or damaged, or of a later time. */
static inline __u64 read_record(struct capture *capture, const __u8 *record, __u64 size)
{
	struct packet packet;

	if (size < capture->record_size)
		return wait_for(capture, capture->record_size);
	packet.bytes = record + capture->record_size;
	packet.captured = number32(capture, record + (capture->swapped_lengths ? 12 : 8));
	packet.wire = number32(capture, record + (capture->swapped_lengths ? 8 : 12));
	if (packet.captured > capture->most_captured)
		return stop(capture, PACKET_TOO_LONG, packet.captured, capture->most_captured);
	if (size - capture->record_size < packet.captured)
		return wait_for(capture, capture->record_size + packet.captured);
	packet.time_ns = record_time(capture, record);
	return use_packet(capture, capture->interfaces[0].link_type, &packet,
			  capture->record_size + packet.captured);
}
