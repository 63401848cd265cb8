/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The heads of fragmented packets (bpf/parse/heads.h) on this machine: a table in which the newest
 * takes the place of whoever had it. Fragments of a packet follow each other closely.
 */
#pragma once

#include <string.h>

#include "parse.h"

#define HEADS (1U << 14) /* a power of two */

struct heads {
	struct {
		struct head_key key;
		struct head head;
	} places[HEADS];
};

static inline __u32 place_of_head(const struct head_key *key)
{
	__u64 words[sizeof(*key) / 8], mixed = 0;

	memcpy(words, key, sizeof(words));
	for (__u32 i = 0; i < sizeof(words) / sizeof(*words); i++)
		mixed = (mixed ^ words[i]) * 0x9e3779b97f4a7c15ULL; /* 2^64 by the golden ratio */
	return mixed >> 32 & (HEADS - 1);
}

/* That of no tunnel, too: its packet may bear the number of one that was a tunnel's. */
static inline void keep_head(struct heads *heads, const struct walk *walk)
{
	__u32 place = place_of_head(&walk->fragment);

	heads->places[place].key = walk->fragment;
	heads->places[place].head = walk->head;
}

static inline void find_head(const struct heads *heads, struct walk *walk)
{
	__u32 place = place_of_head(&walk->fragment);
	bool known = !memcmp(&heads->places[place].key, &walk->fragment, sizeof(walk->fragment));

	name_fragment(walk, known ? &heads->places[place].head : NULL);
}
