// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The programs: one for each hook, and one that is entered for what is not plain, and again at
 * every inner header.
 *
 * Every path ends in "next program": the monitor drops, delays and changes nothing. The verdict
 * is TC_ACT_UNSPEC; TC_ACT_OK would end the chain and hide programs behind us.
 */
#include <linux/pkt_cls.h>

#include "plain.h"

#define NEXT TC_ACT_UNSPEC
/* As far as paged data is made readable when headers lie in it. */
#define PULL_SIZE 1024

int walk_layer(struct __sk_buff *skb);
int look_again(struct __sk_buff *skb);

enum { WALK_LAYER, LOOK_AGAIN, STEPS };

/* Programs entered by tail calls: the walk at walk->offset, and notice.h. Filled by libbpf. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(max_entries, STEPS);
	__array(values, int(void *));
} steps SEC(".maps") = {
	.values = {[WALK_LAYER] = (void *)&walk_layer, [LOOK_AGAIN] = (void *)&look_again}};

static __always_inline struct walk *current_walk(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

/*
 * Direct access sees only the linear part of a buffer. When a header ends behind that and there
 * is more, fetch it, once, and read the layer again. Rare: senders and GRO keep headers linear.
 */
static __always_inline bool pull(struct __sk_buff *skb, struct walk *walk)
{
	__u32 size = skb->len < PULL_SIZE ? skb->len : PULL_SIZE;

	if (!walk->truncated || walk->pulled || skb->data_end - skb->data >= size)
		return false;
	walk->pulled = 1;
	return !bpf_skb_pull_data(skb, size);
}

/*
 * The long way is another program: what is plain, as nearly all packets are, has a small one, with
 * few registers to save and nothing on its stack but a key.
 */
static __always_inline int walk_from(struct __sk_buff *skb, __u16 next, __u32 direction)
{
	struct walk *walk = current_walk();

	if (!walk)
		return NEXT;
	begin_walk(walk, next, skb->len, direction == EGRESS ? META_EGRESS : 0);
	bpf_tail_call(skb, &steps, WALK_LAYER);
	count(skb, walk, NOT_ENTERED);
	return NEXT;
}

SEC("tc")
int count_ingress(struct __sk_buff *skb)
{
	return count_plain(skb, INGRESS) ? NEXT : walk_from(skb, ETHERTYPE_FRAME, INGRESS);
}

SEC("tc")
int count_egress(struct __sk_buff *skb)
{
	return count_plain(skb, EGRESS) ? NEXT : walk_from(skb, ETHERTYPE_FRAME, EGRESS);
}

/* For interfaces whose packets begin with their IP header (tun, wireguard). */
SEC("tc")
int count_bare_ingress(struct __sk_buff *skb)
{
	return walk_from(skb, to_host16(skb->protocol), INGRESS);
}

SEC("tc")
int count_bare_egress(struct __sk_buff *skb)
{
	return walk_from(skb, to_host16(skb->protocol), EGRESS);
}

SEC("tc")
int walk_layer(struct __sk_buff *skb)
{
	struct walk *walk = current_walk();
	struct cursor at;
	int outcome;

	if (!walk)
		return NEXT;
	at.start = (void *)(long)skb->data;
	at.end = (void *)(long)skb->data_end;
	at.offset = walk->offset;
	at.limit = walk->limit;
	at.nothing = *(volatile __u32 *)&walk->nothing;
	outcome = parse_layer(&at, walk);
	if (outcome == ENTER && walk->has_more && walk->depth == 1)
		keep_head(walk);
	if (outcome == ENTER || pull(skb, walk)) {
		bpf_tail_call(skb, &steps, WALK_LAYER);
		outcome = NOT_ENTERED;
	}
	if ((count(skb, walk, outcome) || is_rare(skb, walk, outcome)) && settings.notices)
		bpf_tail_call(skb, &steps, LOOK_AGAIN);
	return NEXT;
}

SEC("tc")
int look_again(struct __sk_buff *skb)
{
	struct walk *walk = current_walk();

	if (walk)
		notice_packet(skb, walk);
	return NEXT;
}

/* Told how long it takes, one knows what measuring takes (kernel/own_cost.py). On no hook. */
SEC("tc")
int nothing(struct __sk_buff *skb)
{
	(void)skb;
	return NEXT;
}

/*
 * Every type that userspace shares, so that the object's BTF describes it: a struct that is only
 * used by pointer would be a forward declaration there (clang 14).
 */
const struct {
	struct narrow_key narrow_key;
	struct wide_key wide_key;
	struct counters counters;
	struct tally tally;
	enum encap encap;
	enum outcome outcome;
	enum signal signal;
	enum direction direction;
	struct notices notices;
	struct segment_key segment_key;
	struct segment segment;
	struct station_key station_key;
	struct station station;
	enum quirk quirk;
	enum example example;
} contract SEC(".rodata.contract") = {};

char license_terms[] SEC("license") = "GPL";
