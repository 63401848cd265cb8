/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Time stamps: nanoseconds since 1970, whatever unit a file has them in, and what stretch of time
 * they cover.
 */
#pragma once

#include <limits.h>

#include "parse.h"

#define SECOND_NS 1000000000LL
#define NO_TIME LLONG_MIN /* a packet that has no stamp, or one that no 64 bits can hold */
#define FOREVER LLONG_MAX

/*
 * What the stamps of one interface count: time_ns = stamp / divide * multiply / 2^shift +
 * offset_ns, one of `divide` and `multiply` being 1. Never 128 bits divided by anything: what does
 * that is a part of the compiler's library that brings slow copies of memcpy and memcmp along.
 */
struct clock {
	__u64 divide;
	__u64 multiply; /* 0: no time can be told */
	__u32 shift;
	__s64 offset_ns;
};

static const struct clock MICROSECOND_CLOCK = {.divide = 1, .multiply = 1000};
static const struct clock NANOSECOND_CLOCK = {.divide = 1, .multiply = 1};

static inline __u64 power_of_ten(__u32 exponent)
{
	__u64 power = 1;

	while (exponent--)
		power *= 10;
	return power;
}

/*
 * The unit of option if_tsresol: 10^-n seconds or, with its highest bit, 2^-n. Of units that are
 * too small, 64 bits hold no time since 1970.
 */
static inline void set_resolution(struct clock *clock, __u8 resolution)
{
	__u32 exponent = resolution & 0x7f;
	bool binary = resolution & 0x80;

	clock->divide = clock->multiply = 1;
	clock->shift = 0;
	if (exponent > (binary ? 63 : 28)) {
		clock->multiply = 0;
	} else if (binary) {
		clock->multiply = SECOND_NS;
		clock->shift = exponent;
	} else if (exponent <= 9) {
		clock->multiply = power_of_ten(9 - exponent);
	} else {
		clock->divide = power_of_ten(exponent - 9);
	}
}

static inline __s64 time_of(const struct clock *clock, __u64 stamp)
{
	unsigned __int128 scaled;
	__s64 time_ns;

	if (clock->divide != 1)
		stamp /= clock->divide;
	scaled = (unsigned __int128)stamp * clock->multiply >> clock->shift;
	if (!clock->multiply || scaled > LLONG_MAX ||
	    __builtin_add_overflow((__s64)scaled, clock->offset_ns, &time_ns))
		return NO_TIME;
	return time_ns;
}

/* The stretch of time that packets cover. */
struct span {
	__s64 first_ns; /* FOREVER before the first stamp */
	__s64 last_ns;	/* NO_TIME likewise */
	__u64 packets;
	__u64 unstamped; /* of these */
};

static inline void widen(struct span *span, __s64 time_ns)
{
	span->packets++;
	if (time_ns == NO_TIME) {
		span->unstamped++;
		return;
	}
	if (time_ns < span->first_ns)
		span->first_ns = time_ns;
	if (time_ns > span->last_ns)
		span->last_ns = time_ns;
}
