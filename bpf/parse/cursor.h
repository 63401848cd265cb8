/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Where the parser stands in a packet, and the only way it looks ahead. */
#pragma once

#include <asm/byteorder.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "../flow.h"

/* The kernel's own header says a mere `inline`; calls would cost, and forget pointer bounds. */
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))

#define to_host16(x) __builtin_bswap16(x)
#define to_host32(x) __builtin_bswap32(x)
#define to_network16(x) __builtin_bswap16(x)
#define to_network32(x) __builtin_bswap32(x)
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are swapped unconditionally");

/*
 * A header that begins further from the packet's start than this is out of reach: the verifier
 * wants a bound on every offset. Eight IPv6 extension headers of 2 KiB each fit; no buffer has
 * more headers in its linear part.
 */
#define MAX_OFFSET 0x7fffULL

/*
 * A position is an offset, not a pointer. With pointers the verifier tells apart every way that
 * led through eight extension headers (over a million instructions, refused); offsets below one
 * bound are all alike to it.
 */
struct cursor {
	const __u8 *start; /* first byte of the packet */
	const __u8 *end;   /* behind the last byte that is there */
	__u64 offset;	   /* of the next header to be read */
	__u64 limit;	   /* behind the last byte that the IP headers declare */
	__u64 nothing;	   /* 0, which the verifier cannot know: read from memory */
};

/*
 * Make the verifier forget how this position came about. It follows every chain of headers with
 * its own bounds, and there are too many chains; what was combined with a number that it does not
 * know is all alike to it.
 */
static __always_inline void forget(struct cursor *at)
{
	at->offset ^= at->nothing;
	at->limit ^= at->nothing;
}

/* The next header: `size` bytes of it, or NULL where they are not there or not declared. */
static __always_inline const __u8 *header_of(const struct cursor *at, __u64 size)
{
	const __u8 *header;

	if (at->offset > MAX_OFFSET || at->offset + size > at->limit)
		return NULL;
	header = at->start + at->offset;
	/* Else the compiler adds `size` before `start`, and what is checked is another pointer. */
	__asm__("" : "+r"(header));
	__builtin_assume(header); /* which it forgets by that: whoever asks would ask twice */
	return header + size > at->end ? NULL : header;
}

/* An IP header declares `size` bytes from here on: padding behind them is not parsed. */
static __always_inline void bound(struct cursor *at, __u64 size)
{
	if (at->offset + size < at->limit)
		at->limit = at->offset + size;
}

/*
 * Packets are aligned to two bytes at best. A packed struct would be read byte by byte, which
 * tripled the cost of a key; machines with eBPF read words anywhere.
 */
static __always_inline __u16 load16(const __u8 *from)
{
	return *(const __u16 *)from;
}

static __always_inline __u32 load32(const __u8 *from)
{
	return *(const __u32 *)from;
}

/* Structs of smaller fields are written in words, too. */
typedef __u64 __attribute__((may_alias)) any64;

static __always_inline void copy64(void *to, const __u8 *from)
{
	*(any64 *)to = *(const any64 *)from;
}
