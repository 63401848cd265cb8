// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* What costs are measured against: nothing at all, and what any counter must at least do. */
#include <linux/pkt_cls.h>

#include "helpers.h"

#define NEXT TC_ACT_UNSPEC
/* Ethernet, IP, UDP, VXLAN, Ethernet, IP, all without options. */
#define OUTER_IP 14
#define VXLAN (OUTER_IP + 20 + 8)
#define INNER_IPV4 (VXLAN + 8 + 14)
#define HEADERS (INNER_IPV4 + 20)
#define VXLAN6 (OUTER_IP + 40 + 8)
#define INNER_IPV6 (VXLAN6 + 8 + 14)
#define HEADERS6 (INNER_IPV6 + 40)

SEC("tc")
int empty(struct __sk_buff *skb)
{
	return NEXT;
}

struct key {
	__u64 outer; /* source and destination address */
	__u64 inner;
	__u64 vni;
};

struct key6 {
	__u64 outer[4];
	__u64 inner[4];
	__u64 vni;
};

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct key);
	__type(value, struct counters);
	__uint(max_entries, 131072);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct key6);
	__type(value, struct counters);
	__uint(max_entries, 131072);
} flows6 SEC(".maps");

/* The first packet of a flow; apart, so that the others do not pay for it. */
static __attribute__((noinline)) int add(struct __sk_buff *skb, struct key *key)
{
	struct counters first = {1, skb->len};

	if (key)
		bpf_map_update_elem(&flows, key, &first, BPF_NOEXIST);
	return NEXT;
}

static __attribute__((noinline)) int add6(struct __sk_buff *skb, struct key6 *key)
{
	struct counters first = {1, skb->len};

	if (key)
		bpf_map_update_elem(&flows6, key, &first, BPF_NOEXIST);
	return NEXT;
}

/*
 * Takes every packet for VXLAN over IPv4 and looks at nothing but the key: the one check is the
 * bound that the verifier asks for. A counter that knew what comes could do no less.
 */
SEC("tc")
int floor(struct __sk_buff *skb)
{
	const __u8 *start = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct counters *row;
	struct key key;

	if (start + HEADERS > end)
		return NEXT;
	key.outer = *(__u64 *)(start + OUTER_IP + 12);
	key.inner = *(__u64 *)(start + INNER_IPV4 + 12);
	key.vni = *(__u32 *)(start + VXLAN + 4);
	row = bpf_map_lookup_elem(&flows, &key);
	if (!row)
		return add(skb, &key);
	row->packets += 1;
	row->bytes += skb->len;
	return NEXT;
}

/* The same for IPv6 in IPv6, with a key of 72 bytes: what of its cost is the longer key's. */
SEC("tc")
int floor6(struct __sk_buff *skb)
{
	const __u8 *start = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct counters *row;
	struct key6 key;

	if (start + HEADERS6 > end)
		return NEXT;
	for (int i = 0; i < 4; i++) {
		key.outer[i] = *(__u64 *)(start + OUTER_IP + 8 + 8 * i);
		key.inner[i] = *(__u64 *)(start + INNER_IPV6 + 8 + 8 * i);
	}
	key.vni = *(__u32 *)(start + VXLAN6 + 4);
	row = bpf_map_lookup_elem(&flows6, &key);
	if (!row)
		return add6(skb, &key);
	row->packets += 1;
	row->bytes += skb->len;
	return NEXT;
}

char license_terms[] SEC("license") = "GPL";
