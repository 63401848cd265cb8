/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The walk through a packet, one layer at a time: link header, IP header and either a tunnel
 * header, behind which the same walk begins again, or the end. The kernel re-enters by a tail
 * call, the native build by a loop; what lies between two layers is all in struct walk.
 */
#pragma once

#include "tunnel.h"

#define SCTP_SIZE 12

/* What the fragments of one packet have in common: heads.h says what for. */
struct head_key {
	__u8 src[16];
	__u8 dst[16];
	__u32 id;
	__u32 protocol; /* IPv6 numbers all packets between two hosts (RFC 8200, 4.5): 0 */
};
_Static_assert(sizeof(struct head_key) == 40, "head_key has no padding");

/* Which tunnel a first fragment opened: the last two words of a key. No path: none. */
struct head {
	__u32 vni;
	__u32 meta;
};

struct walk {
	struct wide_key key;  /* of the boundary that makes the record, so far */
	__u32 offset;	      /* where the layer begins */
	__u32 limit;	      /* struct cursor, limit */
	__u32 inner_offset;   /* behind that boundary's tunnel header */
	__u32 payload_offset; /* behind the last IP header: its TCP or UDP header */
	__u32 ip_offset;      /* of the last IP header, or of what is none */
	__u32 outer_offset;   /* of the last boundary's outer IP header, */
	__u32 outer_payload;  /* and of what is behind it */
	__u16 has_more;	      /* not 0: the first of several fragments of the outermost IP packet */
	__u16 next;	      /* the ethertype of what begins at `offset` */
	__u8 depth;	      /* tunnels entered */
	__u8 encap;	      /* of the last one */
	__u8 protocol;	      /* at payload_offset; 0 if that is not known */
	__u8 outer_ipv4;
	__u8 inner_ipv4;
	__u8 truncated; /* a header was cut short: more of the packet might be elsewhere */
	__u8 pulled;	/* and was fetched from there once */
	__u8 unsent;	/* struct ip, unsent, of the last IP header */
	__u32 nothing;	/* struct cursor */
	struct head_key fragment;
	struct head head; /* meaningful where has_more is */
};

/* What follows a layer: an outcome, or the next layer. */
enum { ENTER = -1 };

static __always_inline void begin_walk(struct walk *walk, __u16 next, __u32 size, __u32 meta)
{
	walk->offset = 0;
	walk->limit = size;
	walk->inner_offset = 0;
	walk->payload_offset = 0;
	walk->next = next;
	walk->inner_ipv4 = 0;
	walk->depth = 0;
	walk->protocol = 0;
	walk->truncated = 0;
	walk->pulled = 0;
	walk->unsent = 0;
	walk->has_more = 0;
	walk->key.vni = 0;
	walk->key.meta = meta;
}

/* Words, not bytes: a copy from unaligned bytes costs 30 ns more for a wide key. */
static __always_inline void copy_address(__u8 *to, const __u8 *from)
{
	copy64(to, from);
	copy64(to + 8, from + 8);
}

static __always_inline void map_address(__u8 *to, const __u8 *from)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = to_network32(0xffff);
	words[3] = load32(from);
}

/* Source and destination address of an IP header. */
static __always_inline void copy_pair(__u8 *src, __u8 *dst, const __u8 *header, bool ipv4)
{
	if (ipv4) {
		map_address(src, header + 12);
		map_address(dst, header + 16);
	} else {
		copy_address(src, header + 8);
		copy_address(dst, header + 24);
	}
}

static __always_inline void copy_addresses(__u8 *src, __u8 *dst, const struct ip *ip)
{
	if (ip->ipv4)
		copy_pair(src, dst, ip->ipv4, true);
	else if (ip->ipv6)
		copy_pair(src, dst, ip->ipv6, false);
}

static __always_inline void clear_inner(struct walk *walk)
{
	__u64 *words = (__u64 *)walk->key.inner_src;

	words[0] = words[1] = words[2] = words[3] = 0;
	walk->key.meta &= ~META_HAS_INNER;
}

static __always_inline void set_fragment(struct walk *walk, const struct ip *ip)
{
	copy_addresses(walk->fragment.src, walk->fragment.dst, ip);
	walk->fragment.id = ip->ipv4 ? load16(ip->ipv4 + 4) : ip->fragment_id;
	walk->fragment.protocol = ip->ipv4 ? ip->ipv4[9] : 0;
	walk->has_more = ip->later_fragment ? 0 : ip->more;
	walk->head.vni = walk->head.meta = 0;
}

/* settings.outermost; each build has its own: bpf/maps.h, native/parse.h. */
static __always_inline bool records_outermost(void);

/* Is the record made already, so that further headers only add to its path? */
static __always_inline bool is_recorded(const struct walk *walk, __u8 depth)
{
	return records_outermost() && walk->depth > depth;
}

static __always_inline void set_inner(struct walk *walk, const struct ip *ip)
{
	copy_addresses(walk->key.inner_src, walk->key.inner_dst, ip);
	walk->key.meta |= META_HAS_INNER;
	walk->inner_ipv4 = ip->ipv4 != NULL;
}

/* The walk is over. Once a tunnel was entered, whatever ends it, the packet is a flow. */
static __always_inline int end_walk(struct walk *walk, const struct ip *ip, enum outcome why)
{
	walk->truncated = why == TRUNCATED;
	if (ip->is_read) {
		walk->payload_offset = ip->payload_offset;
		walk->protocol = ip->later_fragment ? 0 : ip->protocol;
		walk->unsent = ip->unsent;
	}
	if (!walk->depth && (ip->later_fragment || ip->more))
		set_fragment(walk, ip);
	if (!walk->depth || why == TOO_DEEP)
		return why;
	if (ip->is_read && !is_recorded(walk, 1))
		set_inner(walk, ip);
	return FLOW;
}

/* A tunnel header was read: the IP header in front of it becomes the record's outer one. */
static __always_inline void set_outer(struct walk *walk, const struct cursor *at,
				      const struct ip *ip, const struct boundary *boundary)
{
	copy_addresses(walk->key.outer_src, walk->key.outer_dst, ip);
	walk->outer_ipv4 = ip->ipv4 != NULL;
	clear_inner(walk);
	walk->inner_ipv4 = 0;
	walk->key.vni = boundary->vni;
	walk->key.meta &= ~(META_HAS_VNI | META_SIGNALS);
	walk->key.meta |= boundary->has_vni ? META_HAS_VNI : 0;
	walk->key.meta |= boundary->signals << META_SIGNALS_SHIFT;
	walk->inner_offset = at->offset;
}

static __always_inline int enter(struct walk *walk, const struct cursor *at, const struct ip *ip,
				 const struct boundary *boundary)
{
	__u32 shift = META_PATH_SHIFT + walk->depth * PATH_BITS;

	if (!is_recorded(walk, 0)) {
		set_outer(walk, at, ip, boundary);
	} else if (walk->depth == 1) {
		set_inner(walk, ip);
		walk->key.meta |= META_OUTERMOST;
	}
	walk->key.meta |= (__u32)boundary->encap << shift;
	if (!walk->depth && ip->more) {
		set_fragment(walk, ip);
		walk->head.vni = walk->key.vni;
		walk->head.meta = walk->key.meta & (META_HAS_VNI | META_PATH);
	}
	walk->depth++;
	walk->encap = boundary->encap;
	walk->outer_offset = walk->ip_offset;
	walk->outer_payload = ip->payload_offset;
	walk->offset = at->offset;
	walk->limit = at->limit;
	walk->next = boundary->next;
	walk->protocol = 0;
	walk->payload_offset = at->offset;
	return ENTER;
}

/*
 * Parse the layer that begins at `at`, which stands at walk->offset.
 * Returns ENTER when a tunnel was entered, else what became of the packet.
 */
static __always_inline int parse_layer(struct cursor *at, struct walk *walk)
{
	struct boundary boundary = {};
	__u16 ethertype = walk->next;
	struct ip ip = {};
	enum outcome why;

	why = reach_ip(at, &ethertype);
	forget(at);
	walk->ip_offset = at->offset;
	if (why == FLOW)
		why = read_ip(at, ethertype, &ip);
	forget(at);
	ip.payload_offset = at->offset;
	if (why == FLOW)
		why = find_tunnel(at, &ip, &boundary);
	if (why == FLOW && walk->depth >= MAX_DEPTH)
		why = TOO_DEEP;
	if (why != FLOW)
		return end_walk(walk, &ip, why);
	return enter(walk, at, &ip, &boundary);
}

/*
 * Where the headers that each packet of a super-packet repeats end: behind the TCP, UDP or SCTP
 * header of the innermost IP packet. Each lacks walk->unsent of them.
 */
static __always_inline __u32 repeated_headers(const struct walk *walk, const __u8 *start,
					      const __u8 *end)
{
	__u64 offset = walk->payload_offset;
	const __u8 *tcp = start + offset;

	if (walk->protocol == PROTOCOL_UDP)
		return offset + UDP_SIZE;
	if (walk->protocol == PROTOCOL_SCTP)
		return offset + SCTP_SIZE;
	if (walk->protocol != PROTOCOL_TCP || offset > MAX_OFFSET || tcp + 13 > end)
		return offset;
	return offset + (tcp[12] >> 4) * 4;
}
