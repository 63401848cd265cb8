/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The newer of the two formats (draft-ietf-opsawg-pcapng): blocks, all of one shape.
 *
 *   block: type 4 | length 4 | body, padded to four bytes | length again 4
 *
 * A section header begins anew: byte order and interfaces are its own. Options, at the end of
 * every body, say nothing that is counted, and blocks of other types are skipped.
 */
#pragma once

#include "reader.h"

#define BLOCK_HEADER_SIZE 8
#define LEAST_BLOCK 12
#define BYTE_ORDER_MARK 0x1a2b3c4d
#define PCAPNG_VERSION 1

enum block_type {
	BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_PACKET = 6,
};

struct block {
	__u32 type;
	__u32 length;
	const __u8 *body;
	__u32 body_size;
};

/* Each body has these many bytes at least, before packet data and options. */
static inline __u32 least_body(__u32 type)
{
	switch (type) {
	case BLOCK_SECTION:
		return 16;
	case BLOCK_INTERFACE:
		return 8;
	case BLOCK_OLD_PACKET:
	case BLOCK_PACKET:
		return 20;
	case BLOCK_SIMPLE_PACKET:
		return 4;
	default:
		return 0;
	}
}

static inline __u64 begin_section(struct reader *reader, const struct block *block)
{
	__u16 major = number16(reader, block->body + 4);

	if (major != PCAPNG_VERSION)
		return stop(reader, UNKNOWN_FORMAT, major, PCAPNG_VERSION);
	reader->interface_count = 0;
	return block->length;
}

static inline bool make_room_for_interface(struct reader *reader)
{
	__u32 room = reader->interface_room * 2;
	struct interface *more;

	if (reader->interface_count < reader->interface_room)
		return true;
	more = realloc(reader->interfaces, room * sizeof(*more));
	if (!more)
		return false;
	reader->interfaces = more;
	reader->interface_room = room;
	return true;
}

static inline __u64 add_interface(struct reader *reader, const struct block *block)
{
	struct interface *interface;

	if (reader->interface_count >= MOST_INTERFACES)
		return stop(reader, TOO_MANY_INTERFACES, MOST_INTERFACES + 1, MOST_INTERFACES);
	if (!make_room_for_interface(reader))
		return stop(reader, OUT_OF_MEMORY, 0, 0);
	interface = &reader->interfaces[reader->interface_count++];
	interface->link_type = number16(reader, block->body);
	interface->most_captured = number32(reader, block->body + 4);
	return block->length;
}

static inline __u64 count_from_block(struct reader *reader, const struct block *block, __u32 number,
				     struct packet *packet)
{
	__u64 room = block->body + block->body_size - packet->bytes;

	if (number >= reader->interface_count)
		return stop(reader, NO_SUCH_INTERFACE, number, reader->interface_count);
	if (packet->captured > room)
		return stop(reader, PACKET_TOO_LONG, packet->captured, room);
	count_packet(reader, reader->interfaces[number].link_type, packet);
	return block->length;
}

static inline __u64 read_packet_block(struct reader *reader, const struct block *block)
{
	bool old = block->type == BLOCK_OLD_PACKET;
	__u32 interface = old ? number16(reader, block->body) : number32(reader, block->body);
	struct packet packet = {
		.bytes = block->body + 20,
		.captured = number32(reader, block->body + 12),
		.wire = number32(reader, block->body + 16),
	};

	return count_from_block(reader, block, interface, &packet);
}

/* It does not say how much was captured: all, or as much as its interface allows. */
static inline __u64 read_simple_packet(struct reader *reader, const struct block *block)
{
	struct packet packet = {
		.bytes = block->body + 4,
		.captured = number32(reader, block->body),
		.wire = number32(reader, block->body),
	};
	__u32 most = reader->interface_count ? reader->interfaces[0].most_captured : 0;

	if (most && packet.captured > most)
		packet.captured = most;
	return count_from_block(reader, block, 0, &packet);
}

static inline __u64 use_block(struct reader *reader, const struct block *block)
{
	switch (block->type) {
	case BLOCK_SECTION:
		return begin_section(reader, block);
	case BLOCK_INTERFACE:
		return add_interface(reader, block);
	case BLOCK_OLD_PACKET:
	case BLOCK_PACKET:
		return read_packet_block(reader, block);
	case BLOCK_SIMPLE_PACKET:
		return read_simple_packet(reader, block);
	default:
		return block->length;
	}
}

/* A section header says in its body in which byte order its length is. */
static inline bool learn_byte_order(struct reader *reader, const __u8 *start)
{
	__u32 mark = load32(start + BLOCK_HEADER_SIZE);

	reader->swapped = mark == __builtin_bswap32(BYTE_ORDER_MARK);
	return reader->swapped || mark == BYTE_ORDER_MARK;
}

/* Consumes one block. 0: it is not whole, or damaged. */
static inline __u64 read_block(struct reader *reader, const __u8 *start, __u64 size)
{
	struct block block;
	__u32 again;

	if (size < LEAST_BLOCK)
		return wait_for(reader, LEAST_BLOCK);
	if (load32(start) == BLOCK_SECTION && !learn_byte_order(reader, start))
		return stop(reader, BAD_BYTE_ORDER, load32(start + BLOCK_HEADER_SIZE), 0);
	block.type = number32(reader, start);
	block.length = number32(reader, start + 4);
	if (block.length % 4 || block.length < LEAST_BLOCK + least_body(block.type) ||
	    block.length > MOST_BYTES)
		return stop(reader, BAD_BLOCK_LENGTH, block.length, MOST_BYTES);
	if (size < block.length)
		return wait_for(reader, block.length);
	again = number32(reader, start + block.length - 4);
	if (again != block.length)
		return stop(reader, OTHER_BLOCK_LENGTH, again, block.length);
	block.body = start + BLOCK_HEADER_SIZE;
	block.body_size = block.length - LEAST_BLOCK;
	return use_block(reader, &block);
}
