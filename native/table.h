/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Flows and what they sent: a hash table that grows. Rows lie one behind the other in the order
 * of their first packets, as FLOW of layout.py has them; slots point to them, so that a search
 * among many flows touches one slot and one row.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "../bpf/flow.h"

#ifndef FIRST_SLOTS /* the fuzzer has less, so that tables grow */
#define FIRST_SLOTS 4096
#endif

struct row {
	struct wide_key key;
	__u32 interface;
	__u32 padding;
	struct counters counters;
};
_Static_assert(sizeof(struct row) == 104, "a row is a FLOW of layout.py");

/* Slots are never more than half full; a slot is hash << 32 | 1 + the row's place, or 0. */
struct table {
	struct row *rows;
	__u64 *slots;
	__u64 slot_count; /* a power of two */
	__u64 count;
	__u64 most; /* rows it may have: below 2^32 */
	__u64 seed;
};

static inline int table_begin(struct table *table, __u64 most, __u64 seed)
{
	table->rows = malloc(FIRST_SLOTS / 2 * sizeof(*table->rows));
	table->slots = calloc(FIRST_SLOTS, sizeof(*table->slots));
	table->slot_count = FIRST_SLOTS;
	table->count = 0;
	table->most = most;
	table->seed = seed;
	return table->rows && table->slots;
}

/* No rows; what memory it has grown to stays. */
static inline void table_clear(struct table *table)
{
	memset(table->slots, 0, table->slot_count * sizeof(*table->slots));
	table->count = 0;
}

static inline void table_end(struct table *table)
{
	free(table->rows);
	free(table->slots);
}

static inline __u64 fold(__u64 a, __u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (__u64)product ^ (__u64)(product >> 64);
}

/*
 * Whoever sends chooses the addresses, so the seed is drawn anew for each table: nobody can
 * choose flows whose hashes collide. The constants are digits of pi.
 */
static inline __u32 hash_of(const struct wide_key *key, __u64 seed)
{
	__u64 words[9], hash;

	memcpy(words, key, sizeof(words));
	hash = fold(words[0] ^ seed, words[1] ^ 0x243f6a8885a308d3ULL);
	hash ^= fold(words[2] ^ seed, words[3] ^ 0x13198a2e03707344ULL);
	hash ^= fold(words[4] ^ seed, words[5] ^ 0xa4093822299f31d0ULL);
	hash ^= fold(words[6] ^ seed, words[7] ^ 0x082efa98ec4e6c89ULL);
	return fold(hash ^ seed, words[8] ^ 0x452821e638d01377ULL) >> 16;
}

/* The slot of the row with this key, or the empty one where it belongs. */
static inline __u64 *find_slot(const struct table *table, const struct wide_key *key, __u32 hash)
{
	__u64 last = table->slot_count - 1, place = hash & last;

	for (;; place = (place + 1) & last) {
		__u64 slot = table->slots[place];

		if (!slot)
			return &table->slots[place];
		if (slot >> 32 == hash &&
		    !memcmp(&table->rows[(__u32)slot - 1].key, key, sizeof(*key)))
			return &table->slots[place];
	}
}

static inline int double_slots(struct table *table)
{
	__u64 count = table->slot_count * 2;
	struct row *rows = realloc(table->rows, count / 2 * sizeof(*rows));
	__u64 *slots;

	if (!rows)
		return 0;
	table->rows = rows;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return 0;
	for (__u64 old = 0; old < table->slot_count; old++) {
		__u64 place = (table->slots[old] >> 32) & (count - 1);

		if (!table->slots[old])
			continue;
		while (slots[place])
			place = (place + 1) & (count - 1);
		slots[place] = table->slots[old];
	}
	free(table->slots);
	table->slots = slots;
	table->slot_count = count;
	return 1;
}

/* The counters of a new row for this key; NULL where there is no room or no memory. */
static inline struct counters *insert(struct table *table, const struct wide_key *key, __u32 hash,
				      __u64 *slot)
{
	struct row *row;

	if (table->count >= table->most)
		return NULL;
	if (table->count >= table->slot_count / 2) {
		if (!double_slots(table))
			return NULL;
		slot = find_slot(table, key, hash);
	}
	row = &table->rows[table->count++];
	memset(row, 0, sizeof(*row));
	row->key = *key;
	*slot = (__u64)hash << 32 | table->count;
	return &row->counters;
}

/*
 * Have memory fetch what table_add() will want: first the slot, a while later the row. With more
 * flows than caches hold, waiting for them is most of what a packet costs.
 */
static inline void fetch_slot(const struct table *table, __u32 hash)
{
	__builtin_prefetch(&table->slots[hash & (table->slot_count - 1)]);
}

static inline void fetch_row(const struct table *table, __u32 hash)
{
	__u64 slot = table->slots[hash & (table->slot_count - 1)];
	const struct row *row;

	if (!slot)
		return;
	row = &table->rows[(__u32)slot - 1];
	__builtin_prefetch(row);
	__builtin_prefetch(&row->counters);
}

/*
 * Adds one packet to its key's row, making it if there is room. 0: there is none. `hash` is
 * hash_of() the key with the table's seed.
 */
static inline int table_add(struct table *table, const struct wide_key *key, __u32 hash,
			    __u64 bytes, __u64 inner_bytes)
{
	__u64 *slot = find_slot(table, key, hash);
	struct counters *counters;

	if (*slot)
		counters = &table->rows[(__u32)*slot - 1].counters;
	else
		counters = insert(table, key, hash, slot);
	if (!counters)
		return 0;
	counters->packets += 1;
	counters->bytes += bytes;
	counters->inner_bytes += inner_bytes;
	return 1;
}
