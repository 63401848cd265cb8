// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Packets of many flows for a program under test: it is run over one packet again and again, and
 * each time another flow is written into that before the program is called.
 */
#include <linux/pkt_cls.h>

#include "helpers.h"

static __u64 (*const bpf_ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;

#define NEXT TC_ACT_UNSPEC
#define OUTER (14 + 12)			      /* source and destination, in IPv4 in VXLAN in IPv4 */
#define INNER (14 + 20 + 8 + 8 + 14 + 12)     /* likewise */
#define OUTER6 (14 + 24 + 8)		      /* the last half of the destination, in IPv6 */
#define INNER6 (14 + 40 + 8 + 8 + 14 + 8 + 8) /* the last half of the source */

/* Set by userspace. */
struct flows {
	__u64 seed;
	__u32 flows; /* to draw from; 0: each packet is of the next flow */
	__u32 next;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct flows);
	__uint(max_entries, 1);
} flows SEC(".maps");

/* Slot 0 is the program under test. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 1);
} tested SEC(".maps");

/* A linear congruential generator's upper half, as Knuth has its numbers. */
static __always_inline __u32 next_flow(void)
{
	__u32 zero = 0;
	struct flows *from = bpf_map_lookup_elem(&flows, &zero);

	if (!from)
		return 0;
	if (!from->flows)
		return from->next++;
	from->seed = from->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (from->seed >> 32) * from->flows >> 32;
}

/*
 * Writes a flow where it is read from: inner source, and a few outer destinations. Whole pairs of
 * addresses, since a load that is wider than the store before it waits until that has reached
 * the cache.
 */
static __always_inline int generate(struct __sk_buff *skb, __u64 outer, __u64 inner)
{
	__u8 *start = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 flow = next_flow();

	if (start + outer + 8 > end || start + inner + 8 > end)
		return NEXT;
	*(__u64 *)(start + outer) = (__u64)(flow & 0xff) << 32 | 0x010110ac;
	*(__u64 *)(start + inner) = 0x0200000aULL << 32 | flow;
	bpf_tail_call(skb, &tested, 0);
	return NEXT;
}

SEC("tc")
int generate4(struct __sk_buff *skb)
{
	return generate(skb, OUTER, INNER);
}

/*
 * generate4, each packet by itself: no instruction passes the reading of the clock. Without, what a
 * processor has under way may be several packets of a short program, whose memory it waits for at
 * once; on a wire, thousands of instructions lie between two of them.
 */
SEC("tc")
int apart4(struct __sk_buff *skb)
{
	bpf_ktime_get_ns();
	return generate(skb, OUTER, INNER);
}

SEC("tc")
int generate6(struct __sk_buff *skb)
{
	return generate(skb, OUTER6, INNER6);
}

char license_terms[] SEC("license") = "GPL";
