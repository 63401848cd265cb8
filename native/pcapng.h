/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The newer of the two formats (draft-ietf-opsawg-pcapng): blocks, all of one shape.
 *
 *   block: type 4 | length 4 | body, padded to four bytes | length again 4
 *
 * A section header begins anew: byte order and interfaces are its own. Of the options, at the end
 * of every body, only those that say what an interface's stamps mean are read; blocks of other
 * types are skipped.
 */
#pragma once

#include "capture.h"

#define BLOCK_HEADER_SIZE 8
#define LEAST_BLOCK 12
#define BYTE_ORDER_MARK 0x1a2b3c4d
#define PCAPNG_VERSION 1
#define OPTION_HEADER_SIZE 4

enum block_type {
	BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_PACKET = 6,
};

enum option {
	OPTION_END = 0,
	OPTION_RESOLUTION = 9,
	OPTION_OFFSET = 14,
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

static inline __u64 begin_section(struct capture *capture, const struct block *block)
{
	__u16 major = number16(capture, block->body + 4);

	if (major != PCAPNG_VERSION)
		return stop(capture, UNKNOWN_FORMAT, major, PCAPNG_VERSION);
	capture->interface_count = 0;
	return block->length;
}

/* if_tsoffset: whole seconds to be added, signed. */
static inline void set_offset(const struct capture *capture, struct clock *clock, const __u8 *value)
{
	__u32 halves[2] = {number32(capture, value), number32(capture, value + 4)};
	__u64 seconds = capture->swapped ? (__u64)halves[0] << 32 | halves[1]
					 : (__u64)halves[1] << 32 | halves[0];

	if (__builtin_mul_overflow((__s64)seconds, SECOND_NS, &clock->offset_ns))
		clock->multiply = 0;
}

/* Options of an interface: code 2 | length 2 | value, padded to four bytes. */
static inline void read_options(const struct capture *capture, const struct block *block,
				struct clock *clock)
{
	const __u8 *at = block->body + 8, *end = block->body + block->body_size;

	while (end - at >= OPTION_HEADER_SIZE) {
		__u16 code = number16(capture, at), length = number16(capture, at + 2);

		at += OPTION_HEADER_SIZE;
		if (code == OPTION_END || length > end - at)
			return;
		if (code == OPTION_RESOLUTION && length == 1)
			set_resolution(clock, at[0]);
		if (code == OPTION_OFFSET && length == 8)
			set_offset(capture, clock, at);
		at += (length + 3) / 4 * 4;
	}
}

static inline bool make_room_for_interface(struct capture *capture)
{
	__u32 room = capture->interface_room * 2;
	struct interface *more;

	if (capture->interface_count < capture->interface_room)
		return true;
	more = realloc(capture->interfaces, room * sizeof(*more));
	if (!more)
		return false;
	capture->interfaces = more;
	capture->interface_room = room;
	return true;
}

static inline __u64 add_interface(struct capture *capture, const struct block *block)
{
	struct interface *interface;

	if (capture->interface_count >= MOST_INTERFACES)
		return stop(capture, TOO_MANY_INTERFACES, MOST_INTERFACES + 1, MOST_INTERFACES);
	if (!make_room_for_interface(capture))
		return stop(capture, OUT_OF_MEMORY, 0, 0);
	interface = &capture->interfaces[capture->interface_count++];
	interface->link_type = number16(capture, block->body);
	interface->most_captured = number32(capture, block->body + 4);
	interface->clock = MICROSECOND_CLOCK;
	read_options(capture, block, &interface->clock);
	return block->length;
}

static inline const struct interface *find_interface(struct capture *capture, __u32 number)
{
	if (number < capture->interface_count)
		return &capture->interfaces[number];
	stop(capture, NO_SUCH_INTERFACE, number, capture->interface_count);
	return NULL;
}

static inline __u64 use_packet_of(struct capture *capture, const struct block *block,
				  const struct interface *interface, const struct packet *packet)
{
	__u64 room = block->body + block->body_size - packet->bytes;

	if (packet->captured > room)
		return stop(capture, PACKET_TOO_LONG, packet->captured, room);
	return use_packet(capture, interface->link_type, packet, block->length);
}

static inline __u64 read_packet_block(struct capture *capture, const struct block *block)
{
	const __u8 *body = block->body;
	bool old = block->type == BLOCK_OLD_PACKET;
	const struct interface *interface =
		find_interface(capture, old ? number16(capture, body) : number32(capture, body));
	struct packet packet = {
		.bytes = body + 20,
		.captured = number32(capture, body + 12),
		.wire = number32(capture, body + 16),
	};

	if (!interface)
		return 0;
	packet.time_ns = time_of(&interface->clock, (__u64)number32(capture, body + 4) << 32 |
							    number32(capture, body + 8));
	return use_packet_of(capture, block, interface, &packet);
}

/*
 * It says neither when it was captured nor how much of it: all, or as much as its interface
 * allows.
 */
static inline __u64 read_simple_packet(struct capture *capture, const struct block *block)
{
	const struct interface *interface = find_interface(capture, 0);
	struct packet packet = {
		.bytes = block->body + 4,
		.captured = number32(capture, block->body),
		.wire = number32(capture, block->body),
		.time_ns = NO_TIME,
	};

	if (!interface)
		return 0;
	if (interface->most_captured && packet.captured > interface->most_captured)
		packet.captured = interface->most_captured;
	return use_packet_of(capture, block, interface, &packet);
}

static inline __u64 use_block(struct capture *capture, const struct block *block)
{
	switch (block->type) {
	case BLOCK_SECTION:
		return begin_section(capture, block);
	case BLOCK_INTERFACE:
		return add_interface(capture, block);
	case BLOCK_OLD_PACKET:
	case BLOCK_PACKET:
		return read_packet_block(capture, block);
	case BLOCK_SIMPLE_PACKET:
		return read_simple_packet(capture, block);
	default:
		return block->length;
	}
}

/* A section header says in its body in which byte order its length is. */
static inline bool learn_byte_order(struct capture *capture, const __u8 *start)
{
	__u32 mark = load32(start + BLOCK_HEADER_SIZE);

	capture->swapped = mark == __builtin_bswap32(BYTE_ORDER_MARK);
	return capture->swapped || mark == BYTE_ORDER_MARK;
}

/* Consumes one block. 0: it is not whole, or damaged. */
static inline __u64 read_block(struct capture *capture, const __u8 *start, __u64 size)
{
	struct block block;
	__u32 again;

	if (size < LEAST_BLOCK)
		return wait_for(capture, LEAST_BLOCK);
	if (load32(start) == BLOCK_SECTION && !learn_byte_order(capture, start))
		return stop(capture, BAD_BYTE_ORDER, load32(start + BLOCK_HEADER_SIZE), 0);
	block.type = number32(capture, start);
	block.length = number32(capture, start + 4);
	if (block.length % 4 || block.length < LEAST_BLOCK + least_body(block.type) ||
	    block.length > MOST_BYTES)
		return stop(capture, BAD_BLOCK_LENGTH, block.length, MOST_BYTES);
	if (size < block.length)
		return wait_for(capture, block.length);
	again = number32(capture, start + block.length - 4);
	if (again != block.length)
		return stop(capture, OTHER_BLOCK_LENGTH, again, block.length);
	block.body = start + BLOCK_HEADER_SIZE;
	block.body_size = block.length - LEAST_BLOCK;
	return use_block(capture, &block);
}
