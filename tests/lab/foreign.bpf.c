// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* Somebody else's programs, as they share a hook with ours: foreign.py loads them. */
#include <linux/pkt_cls.h>

#include "helpers.h"

static long (*const bpf_skb_vlan_push)(struct __sk_buff *skb, __be16 protocol,
				       __u16 tag) = (void *)BPF_FUNC_skb_vlan_push;

#define ETHERTYPE_8021Q_BE 0x0081 /* 0x8100, as a little-endian machine sends it */

struct seen {
	__u64 buffers;
	__u64 packets;	    /* gso_segs, at least 1 */
	__u64 bytes;	    /* skb->len */
	__u64 wire_bytes;   /* skb->wire_len; on egress the kernel's own idea of the wire */
	__u64 tagged;	    /* buffers whose VLAN tag is not in the data */
	__u64 uncounted;    /* super-packets that do not say of how many packets they are */
	__u64 linear_bytes; /* what direct access could reach */
	__u64 big;	    /* buffers of more than an IP header can tell */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct seen);
	__uint(max_entries, 1);
} seen SEC(".maps");

SEC("tc")
int witness(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct seen *row = bpf_map_lookup_elem(&seen, &zero);

	if (!row)
		return TC_ACT_UNSPEC;
	row->buffers += 1;
	row->packets += skb->gso_segs > 1 ? skb->gso_segs : 1;
	row->bytes += skb->len;
	row->wire_bytes += skb->wire_len;
	row->tagged += skb->vlan_present;
	row->uncounted += skb->gso_size && !skb->gso_segs;
	row->linear_bytes += skb->data_end - skb->data;
	row->big += skb->len > 14 + 65535;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int drop(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

/* As a VLAN device does: the tag is not put into the data, the card is to do that. */
SEC("tc")
int tag(struct __sk_buff *skb)
{
	return bpf_skb_vlan_push(skb, ETHERTYPE_8021Q_BE, 42) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char license_terms[] SEC("license") = "GPL";
