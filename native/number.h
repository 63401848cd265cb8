/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Numbers for keys, equal ones alike: how flows are added up behind the kernel
 * (flows/numbering.py). Rows lie one behind the other in the order of their numbers, and slots
 * point to them, so that a search touches one slot and, mostly, one row.
 */
#pragma once

#include <stddef.h>
#include <string.h>

#include "../bpf/flow.h"

#define NO_NUMBER 0xffffffffU
#define AHEAD 16 /* keys that are looked for at once, so that waiting for memory overlaps */
#define MOST_KEY_WORDS 16
#define META_WORD (offsetof(struct wide_key, vni) / 8)

/* A slot is 1 + the number of a row, or 0. */
struct book {
	__u64 *rows;   /* no key twice; without their keys, if there are `firsts` */
	__u32 *firsts; /* of each row, which coming one has its key, and keeps it; or NULL */
	__u64 count;
	__u64 room;	 /* rows there may be */
	__u64 key_words; /* of each row, the first ones */
	__u64 sum_words; /* the others */
	__u32 *slots;
	__u64 slot_count;	  /* a power of two, more than room */
	const __u64 *multipliers; /* key_words; secret, as whoever sends chooses the keys */
};

struct coming {
	const __u64 *rows;   /* words of keys, then those to add up; keys may repeat */
	const __u32 *places; /* which of the rows come, if not all; or NULL */
	__u64 count;	     /* of those that come */
	__u64 stride;	     /* words from one row to the next */
	const __u64 *mask;   /* key_words: bits of keys that count, all others become 0 */
	__u64 innermost;     /* whether of a FLOW's path only its record's encapsulation counts */
};

/* META_WORD with one encapsulation for a path: `encap` of flows/columns.py. */
static inline __u64 with_innermost(__u64 word)
{
	__u32 meta = word >> 32, step = (1U << PATH_BITS) - 1;
	__u32 rest = (meta & META_PATH) >> META_PATH_SHIFT, innermost = rest & step;

	if (!(meta & META_OUTERMOST))
		for (; rest; rest >>= PATH_BITS)
			innermost = rest & step ? rest & step : innermost;
	meta = (meta & ~META_PATH) | innermost << META_PATH_SHIFT;
	return (__u64)meta << 32 | (__u32)word;
}

static inline const __u64 *coming_row(const struct coming *coming, __u64 i)
{
	return coming->rows + (coming->places ? coming->places[i] : i) * coming->stride;
}

static inline void read_key(const struct coming *coming, const __u64 *from, __u64 words, __u64 *key)
{
	for (__u64 word = 0; word < words; word++)
		key[word] = from[word] & coming->mask[word];
	if (coming->innermost)
		key[META_WORD] = with_innermost(from[META_WORD]) & coming->mask[META_WORD];
}

/* A product's upper bits depend on all of its factors' lower ones: those name the slot. */
static inline __u64 first_slot(const struct book *book, const __u64 *key)
{
	__u64 hash = 0;

	for (__u64 word = 0; word < book->key_words; word++)
		hash += (key[word] ^ key[word] >> 32) * book->multipliers[word];
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15ULL; /* near ones apart: 2^64 / golden */
	return hash >> 32 & (book->slot_count - 1);
}

static inline __u64 *sums_of(const struct book *book, __u64 number)
{
	__u64 keys = book->firsts ? 0 : book->key_words;

	return book->rows + number * (keys + book->sum_words) + keys;
}

/* A row of the book, or the coming one that has its key. */
static inline const __u64 *key_of(const struct book *book, const struct coming *coming,
				  __u64 number)
{
	return book->firsts ? coming_row(coming, book->firsts[number])
			    : sums_of(book, number) - book->key_words;
}

static inline int has_key(const struct book *book, const struct coming *coming, __u64 number,
			  const __u64 *key)
{
	const __u64 *row = key_of(book, coming, number);
	__u64 different = 0, masked[MOST_KEY_WORDS];

	if (book->firsts) {
		read_key(coming, row, book->key_words, masked);
		row = masked;
	}
	for (__u64 word = 0; word < book->key_words; word++)
		different |= row[word] ^ key[word];
	return !different;
}

static inline void add_key(struct book *book, __u64 coming, const __u64 *key)
{
	if (book->firsts)
		book->firsts[book->count] = coming;
	else
		memcpy(sums_of(book, book->count) - book->key_words, key,
		       book->key_words * sizeof(*key));
	book->count++;
}

/* The number of the key of row i, which gets the next one if it has none; NO_NUMBER: no room. */
static inline __u32 number_of(struct book *book, const struct coming *coming, __u64 i,
			      const __u64 *key, __u64 slot)
{
	for (;; slot = (slot + 1) & (book->slot_count - 1)) {
		__u64 number = book->slots[slot];

		if (number && has_key(book, coming, number - 1, key))
			return number - 1;
		if (number)
			continue;
		if (book->count == book->room)
			return NO_NUMBER;
		add_key(book, i, key);
		book->slots[slot] = book->count;
		return book->count - 1;
	}
}

static inline void add_sums(const struct book *book, __u64 number, int is_new, const __u64 *more)
{
	__u64 *sums = sums_of(book, number);

	for (__u64 word = 0; word < book->sum_words; word++)
		sums[word] = (is_new ? 0 : sums[word]) + more[word];
}

/* What a slot leads to. */
static inline void fetch(const struct book *book, const struct coming *coming, __u64 slot)
{
	__u64 number = book->slots[slot];
	const __u64 *sums = sums_of(book, number ? number - 1 : book->count);

	__builtin_prefetch(sums);
	if (!book->firsts)
		__builtin_prefetch(sums - book->key_words);
	else if (number)
		__builtin_prefetch(key_of(book, coming, number - 1));
}

/* Up to AHEAD rows from `begin` on: all their slots are fetched first, then what those lead to. */
static inline void number_some(struct book *book, const struct coming *coming, __u64 begin,
			       __u64 count, __u32 *numbers)
{
	__u64 keys[AHEAD][MOST_KEY_WORDS], slots[AHEAD];

	for (__u64 i = 0; i < count; i++) {
		read_key(coming, coming_row(coming, begin + i), book->key_words, keys[i]);
		slots[i] = first_slot(book, keys[i]);
		__builtin_prefetch(&book->slots[slots[i]]);
	}
	for (__u64 i = 0; i < count; i++)
		fetch(book, coming, slots[i]);
	for (__u64 i = 0; i < count; i++) {
		const __u64 *from = coming_row(coming, begin + i);
		__u64 before = book->count;
		__u32 number = number_of(book, coming, begin + i, keys[i], slots[i]);

		numbers[begin + i] = number;
		if (number != NO_NUMBER)
			add_sums(book, number, number == before, from + book->key_words);
	}
}
