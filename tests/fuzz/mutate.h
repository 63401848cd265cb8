/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an input is changed. Bytes alone would mostly break the lengths around them, so that what
 * lies behind is never reached: so a capture's records are changed as packets and written anew, and
 * the IP headers of packets are made to declare what is there.
 */
#pragma once

#include "input.h"

#define MOST_PACKET 4096

size_t LLVMFuzzerMutate(__u8 *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(__u8 *data, size_t size, size_t most, unsigned int seed);

static inline void store16(__u8 *to, __u32 number)
{
	to[0] = number >> 8;
	to[1] = number;
}

/*
 * Let everything that looks like an IP header, and the UDP header behind it, declare all that
 * follows. It need not be one: other bytes are as good as any.
 */
static inline void mend_lengths(__u8 *packet, __u64 size)
{
	for (__u64 at = 0; at + 40 <= size; at += 2) {
		bool ipv4 = packet[at] == 0x45, ipv6 = packet[at] == 0x60;
		__u64 header = ipv4 ? 20 : 40, rest = size - at;
		__u8 protocol = packet[at + (ipv4 ? 9 : 6)];

		if (!ipv4 && !ipv6)
			continue;
		store16(packet + at + (ipv4 ? 2 : 4), ipv4 ? rest : rest - header);
		if (protocol == PROTOCOL_UDP && rest >= header + UDP_SIZE)
			store16(packet + at + header + 4, rest - header);
		at += header - 2;
	}
}

static inline __u64 mutate_packet(__u8 *packet, __u64 size, __u64 most, unsigned int seed)
{
	__u64 changed = LLVMFuzzerMutate(packet, size, most);

	if (seed % 2)
		mend_lengths(packet, changed);
	return changed;
}

/* Where a capture's records are, as far as it has any that are whole. */
struct record {
	__u64 at;
	__u64 head; /* bytes in front of the packet */
	__u64 length;
	__u64 size; /* of all of it */
};

static inline bool find_pcap_record(const __u8 *bytes, __u64 size, __u64 at, struct record *record)
{
	*record = (struct record){.at = at, .head = PCAP_RECORD_SIZE};
	if (at + record->head > size)
		return false;
	record->length = load32(bytes + at + 8);
	record->size = record->head + record->length;
	return record->size <= MOST_PACKET && record->size <= size - at;
}

static inline bool find_block(const __u8 *bytes, __u64 size, __u64 at, struct record *record)
{
	*record = (struct record){.at = at, .head = BLOCK_HEADER_SIZE};
	if (at + LEAST_BLOCK > size)
		return false;
	record->size = load32(bytes + at + 4);
	if (record->size % 4 || record->size < LEAST_BLOCK || record->size > size - at)
		return false;
	record->length = record->size - LEAST_BLOCK;
	if (load32(bytes + at) == BLOCK_PACKET && record->length >= 20 &&
	    load32(bytes + at + 20) <= record->length - 20) {
		record->head += 20;
		record->length = load32(bytes + at + 20);
	}
	return record->size <= MOST_PACKET;
}

static inline bool find_record(const __u8 *bytes, __u64 size, __u64 at, struct record *record)
{
	if (load32(bytes) == BLOCK_SECTION)
		return find_block(bytes, size, at, record);
	return find_pcap_record(bytes, size, at, record);
}

/* One of the records, each as likely as the others. False: there is none. */
static inline bool choose_record(const __u8 *bytes, __u64 size, unsigned int seed,
				 struct record *chosen)
{
	__u64 at = load32(bytes) == BLOCK_SECTION ? 0 : PCAP_HEADER_SIZE, count = 0;
	struct record record;

	for (; find_record(bytes, size, at, &record); at += record.size)
		if (seed % ++count == 0)
			*chosen = record;
	return count > 0;
}

/* The lengths of a record whose packet is now so long; returns how long the record is. */
static inline __u64 write_lengths(__u8 *at, const struct record *record, __u64 length, bool block)
{
	__u32 lengths[2] = {length, length};
	__u32 size = record->head + (length + 3) / 4 * 4 + 4;

	if (!block) {
		memcpy(at + 8, lengths, 8);
		return record->head + length;
	}
	if (record->head > BLOCK_HEADER_SIZE)
		memcpy(at + 20, lengths, 8);
	memset(at + record->head + length, 0, size - record->head - length);
	memcpy(at + 4, &size, 4);
	memcpy(at + size - 4, &size, 4);
	return size;
}

/* Put bytes in place of a record. Returns the capture's new size, or the old where there is no
 * room. */
static inline __u64 replace(__u8 *bytes, __u64 size, __u64 most, const struct record *record,
			    const __u8 *with, __u64 length)
{
	__u64 behind = record->at + record->size;

	if (size - record->size + length > most)
		return size;
	memmove(bytes + record->at + length, bytes + behind, size - behind);
	memcpy(bytes + record->at, with, length);
	return size - record->size + length;
}

/* Change the packet of one record; or let it be there twice, or not at all. */
static inline __u64 mutate_record(__u8 *bytes, __u64 size, __u64 most, unsigned int seed)
{
	__u8 copy[2 * (MOST_PACKET + LEAST_BLOCK + 20)]; /* also of one that has grown */
	bool block = load32(bytes) == BLOCK_SECTION;
	struct record record;
	__u64 length;

	if (!choose_record(bytes, size, seed / 8, &record))
		return LLVMFuzzerMutate(bytes, size, most);
	memcpy(copy, bytes + record.at, record.size);
	memcpy(copy + record.size, bytes + record.at, record.size);
	if (seed % 8 == 0)
		return replace(bytes, size, most, &record, copy, 2 * record.size);
	if (seed % 8 == 1)
		return replace(bytes, size, most, &record, copy, 0);
	length = mutate_packet(copy + record.head, record.length, MOST_PACKET, seed / 8);
	return replace(bytes, size, most, &record, copy,
		       write_lengths(copy, &record, length, block));
}

size_t LLVMFuzzerCustomMutator(__u8 *data, size_t size, size_t most, unsigned int seed)
{
	__u8 *bytes = data + INPUT_HEADER_SIZE;

	if (size < INPUT_HEADER_SIZE + 4 || most < INPUT_HEADER_SIZE + 4 || seed % 16 == 0)
		return LLVMFuzzerMutate(data, size, most);
	size -= INPUT_HEADER_SIZE;
	most -= INPUT_HEADER_SIZE;
	if (!(data[0] & OPTION_CAPTURE))
		size = mutate_packet(bytes, size, most, seed / 16);
	else if (seed / 16 % 4)
		size = mutate_record(bytes, size, most, seed / 64);
	else
		size = LLVMFuzzerMutate(bytes, size, most);
	return INPUT_HEADER_SIZE + size;
}
