/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Looking at a packet a second time, for what is odd or telling about it.
 *
 * Flow tables are emptied at every drain, so each flow's first packet of an interval is not found
 * there and takes the long way. That packet stands for its flow: what all packets of a flow have in
 * common (TTL, marks, ports, header bits) is read from it alone, and known flows cost nothing. What
 * is rare and does not stand for others (ARP, neighbour discovery, SYNs, fragments, ICMP that
 * quotes a tunnel) is looked at each time.
 *
 * A program of its own, entered by a tail call when the packet is counted already: so it costs the
 * others no instruction to verify, and nothing it does can change what was counted.
 */
#pragma once

#include "notice/inner.h"
#include "notice/outer.h"
#include "notice/refused.h"
#include "notice/sight.h"

/* A packet of a tunnel. Its inner addresses are in `flow`, and gone from the walk's key. */
static __always_inline void notice_tunneled(const struct sight *sight, struct wide_key *flow)
{
	struct walk *walk = sight->walk;
	enum encap encap = walk->encap;
	struct notices *row = notices_of(sight, &walk->key);
	struct ip_facts outer;

	if (!row || !read_facts(sight, walk->outer_offset, walk->outer_ipv4, &outer))
		return;
	if (!(flow->meta & META_HAS_INNER) && walk->next == ETHERTYPE_FRAME)
		read_ends(sight, walk->inner_offset, flow);
	row->sampled += 1;
	if (walk->has_more) {
		row->fragments += 1;
		if (outer.size > row->fragment_size) {
			row->fragment_size = outer.size;
			name_flow(row, EXAMPLE_FRAGMENT, flow);
		}
	}
	notice_ttl(row, outer.ttl);
	if (has_entropy_in_port(encap))
		notice_udp(sight, row, encap, walk->outer_ipv4, flow);
	if (flow->meta & META_HAS_INNER)
		notice_inner(sight, row, &outer, flow);
	else if (walk->next == ETHERTYPE_FRAME)
		notice_arp(sight, row, flow);
}

static __always_inline void notice_packet(struct __sk_buff *skb, struct walk *walk)
{
	struct sight sight = {
		.start = (void *)(long)skb->data,
		.end = (void *)(long)skb->data_end,
		.walk = walk,
		.place = current_place(),
	};
	struct wide_key flow;

	if (!walk->depth) {
		if (walk->protocol == PROTOCOL_ICMP || walk->protocol == PROTOCOL_ICMPV6)
			notice_too_big(&sight);
		else
			notice_odd(&sight);
		return;
	}
	if (walk->key.meta & META_OUTERMOST)
		return; /* the record is the outermost tunnel's; the walk knows the innermost's
			   headers */
	walk->key.meta &= ~META_SIGNALS; /* whatever its packets tell, it is one flow */
	flow = walk->key;
	clear_inner(walk);
	if (settings.notices & NOTICE_HEADERS)
		notice_tunneled(&sight, &flow);
	if (settings.notices & NOTICE_SEGMENTS && walk->protocol == PROTOCOL_TCP)
		notice_segment(&sight, &flow);
	if (settings.notices & NOTICE_STATIONS && walk->next == ETHERTYPE_FRAME)
		notice_station(&sight, &walk->key);
}

static __always_inline bool is_neighbour_discovery(const __u8 *icmp)
{
	return icmp[0] == ICMPV6_SOLICITATION || icmp[0] == ICMPV6_ADVERTISEMENT;
}

/* A SYN is looked at though its flow is known; so are neighbour discovery, ARP and fragments. */
static __always_inline bool is_rare(struct __sk_buff *skb, const struct walk *walk,
				    enum outcome outcome)
{
	const __u8 *payload = (void *)(long)skb->data;
	const __u8 *end = (void *)(long)skb->data_end;
	__u64 offset = walk->payload_offset;

	if (outcome != FLOW)
		return outcome == NO_VNI || outcome == GTPU_MESSAGE ||
		       (outcome == NOT_TUNNELED &&
			(walk->protocol == PROTOCOL_ICMP || walk->protocol == PROTOCOL_ICMPV6));
	if (walk->has_more || walk->payload_offset == walk->inner_offset)
		return true; /* a fragment; or nothing behind the tunnel header that is IP */
	if (offset > MAX_OFFSET)
		return false;
	payload += offset;
	if (payload + TCP_FLAGS + 1 > end)
		return false;
	if (walk->protocol == PROTOCOL_TCP)
		return payload[TCP_FLAGS] & TCP_SYN;
	return walk->protocol == PROTOCOL_ICMPV6 && is_neighbour_discovery(payload);
}
