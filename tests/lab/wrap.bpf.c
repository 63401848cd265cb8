// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Puts packets into a tunnel at a device's egress and takes them out at its ingress, as a tunnel
 * device would, for encapsulations that this kernel has no device for. Super-packets stay whole,
 * and the kernel learns what it needs to cut them: wrapping.py says which headers.
 */
#include <linux/pkt_cls.h>

#include "helpers.h"

static long (*const bpf_skb_adjust_room)(struct __sk_buff *skb, __s32 size, __u32 mode,
					 __u64 flags) = (void *)BPF_FUNC_skb_adjust_room;
static long (*const bpf_skb_store_bytes)(struct __sk_buff *skb, __u32 offset, const void *from,
					 __u32 size,
					 __u64 flags) = (void *)BPF_FUNC_skb_store_bytes;
static long (*const bpf_skb_load_bytes)(const struct __sk_buff *skb, __u32 offset, void *to,
					__u32 size) = (void *)BPF_FUNC_skb_load_bytes;

static long (*const bpf_l3_csum_replace)(struct __sk_buff *skb, __u32 offset, __u64 from, __u64 to,
					 __u64 size) = (void *)BPF_FUNC_l3_csum_replace;

#define ETHERNET 14
#define ETHERTYPE_OFFSET 12
#define MOST_HEADERS 128
#define IPV4_BE 0x0008 /* 0x0800, as a little-endian machine stores it */
#define IPV6_BE 0xdd86

/* Rows: what is done with IPv4, and with IPv6. Words, since wrapping.py writes it as such. */
struct wrapping {
	__u64 size;    /* of the headers; 0: such packets are left alone */
	__u64 outer;   /* 4 or 6 */
	__u64 udp;     /* where the outer UDP header is in `headers`; 0: there is none */
	__u64 flags;   /* of bpf_skb_adjust_room() */
	__u64 unflags; /* likewise, to take them off */
	__u8 headers[MOST_HEADERS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct wrapping);
	__uint(max_entries, 2);
} wrappings SEC(".maps");

static void store16(struct __sk_buff *skb, __u32 offset, __u32 number)
{
	__u8 bytes[2] = {number >> 8, number};

	bpf_skb_store_bytes(skb, offset, bytes, sizeof(bytes), 0);
}

/* A length in an IPv4 header, whose checksum is right with the one that stands there. */
static void store_ipv4_length(struct __sk_buff *skb, __u32 length)
{
	__u16 before = 0;

	bpf_skb_load_bytes(skb, ETHERNET + 2, &before, sizeof(before));
	bpf_l3_csum_replace(skb, ETHERNET + 10, before, __builtin_bswap16(length), 2);
	store16(skb, ETHERNET + 2, length);
}

/* What a length field of 16 bits says of too large a packet. */
static __u32 told(__u32 length)
{
	return length > 0xffff ? 0 : length;
}

SEC("tc")
int wrap(struct __sk_buff *skb)
{
	__u32 key = skb->protocol == IPV6_BE, size;
	struct wrapping *row = bpf_map_lookup_elem(&wrappings, &key);
	__u8 destination;

	if (!row || !row->size || (!key && skb->protocol != IPV4_BE))
		return TC_ACT_UNSPEC;
	if (bpf_skb_load_bytes(skb, 0, &destination, 1) || destination & 1)
		return TC_ACT_UNSPEC;			   /* what neighbours tell each other */
	size = ((row->size - 1) & (MOST_HEADERS - 1)) + 1; /* as the verifier wants to see it */
	if (bpf_skb_adjust_room(skb, size, BPF_ADJ_ROOM_MAC, row->flags) ||
	    bpf_skb_store_bytes(skb, ETHERNET, row->headers, size, 0))
		return TC_ACT_SHOT;
	store16(skb, ETHERTYPE_OFFSET, row->outer == 6 ? 0x86dd : 0x0800);
	if (row->outer == 6)
		store16(skb, ETHERNET + 4, told(skb->len - ETHERNET - 40));
	else
		store_ipv4_length(skb, told(skb->len - ETHERNET));
	if (row->udp)
		store16(skb, ETHERNET + row->udp + 4, told(skb->len - ETHERNET - row->udp));
	return TC_ACT_UNSPEC;
}

/* The addresses outside begin with a byte that none inside does. */
static int is_wrapped(struct __sk_buff *skb, const struct wrapping *row)
{
	__u32 source = row->outer == 6 ? 8 : 12;
	__u8 first;

	if (!row->size || skb->protocol != (row->outer == 6 ? IPV6_BE : IPV4_BE))
		return 0;
	return !bpf_skb_load_bytes(skb, ETHERNET + source, &first, 1) &&
	       first == row->headers[source];
}

/* Takes the headers off if there is IPv4 (0) or IPv6 (1) behind them. */
static void unwrap_family(struct __sk_buff *skb, __u32 key)
{
	struct wrapping *row = bpf_map_lookup_elem(&wrappings, &key);
	__u8 version;

	if (!row || !is_wrapped(skb, row) || row->size > MOST_HEADERS)
		return;
	if (bpf_skb_load_bytes(skb, ETHERNET + row->size, &version, 1) ||
	    version >> 4 != (key ? 6 : 4))
		return;
	if (!bpf_skb_adjust_room(skb, -(__s32)row->size, BPF_ADJ_ROOM_MAC, row->unflags))
		store16(skb, ETHERTYPE_OFFSET, key ? 0x86dd : 0x0800);
}

SEC("tc")
int unwrap(struct __sk_buff *skb)
{
	unwrap_family(skb, 0);
	unwrap_family(skb, 1);
	return TC_ACT_UNSPEC;
}

char license_terms[] SEC("license") = "GPL";
