// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* A program that takes its time, to see who waits for it. */
#include <linux/pkt_cls.h>

#include "helpers.h"

static long (*const bpf_loop)(__u32 times, void *step, void *context,
			      __u64 flags) = (void *)BPF_FUNC_loop;

#define MOST_STEPS (1 << 23)
#define ROUNDS 60 /* of some 7 ms each */

struct marks {
	__u64 started;
	__u64 ended;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct marks);
	__uint(max_entries, 1);
} marks SEC(".maps");

static long step(__u64 number, void *context)
{
	return 0;
}

SEC("tc")
int slow(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct marks *mark = bpf_map_lookup_elem(&marks, &zero);

	if (!mark)
		return TC_ACT_UNSPEC;
	mark->started += 1;
	for (int i = 0; i < ROUNDS; i++)
		bpf_loop(MOST_STEPS, step, &zero, 0);
	mark->ended += 1;
	return TC_ACT_UNSPEC;
}

char license_terms[] SEC("license") = "GPL";
