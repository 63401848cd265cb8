/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The heads of fragmented packets in the kernel. Nothing here is on the stack: the verifier follows
 * each way that led here with what it left there, which doubled what it had to follow.
 */
#pragma once

#include "maps.h"

/* That of no tunnel, too: its packet may bear the number of one that was a tunnel's. */
static __always_inline void keep_head(struct walk *walk)
{
	bpf_map_update_elem(&heads, &walk->fragment, &walk->head, BPF_ANY);
}

static __always_inline void find_head(struct walk *walk)
{
	name_fragment(walk, bpf_map_lookup_elem(&heads, &walk->fragment));
}
