/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Only the first fragment of a packet has its tunnel header, its head. Who keeps heads can tell
 * which tunnel the later fragments are of, which have but the number of their packet: each build
 * has a table of them, bpf/heads.h and native/heads.h.
 */
#pragma once

#include "walk.h"

/*
 * The key of the row that counts a later fragment: its tunnel's, or its addresses alone where
 * `head` is NULL or that of no tunnel.
 */
static __always_inline void name_fragment(struct walk *walk, const struct head *head)
{
	copy_address(walk->key.outer_src, walk->fragment.src);
	copy_address(walk->key.outer_dst, walk->fragment.dst);
	clear_inner(walk);
	walk->key.vni = head ? head->vni : 0;
	walk->key.meta &= META_EGRESS;
	walk->key.meta |= head ? head->meta : 0;
	walk->key.meta |= 1U << (META_SIGNALS_SHIFT + SIGNAL_LATER_FRAGMENT);
}
