/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What is noticed of packets beside their sizes, for whoever judges them: part of the contract, as
 * flow.h is. Addresses are in network order, all other numbers in host order.
 */
#pragma once

#include "flow.h"

/* What is odd about a tunnel's headers: bits of notices.quirks. */
enum quirk {
	QUIRK_RESERVED_BITS, /* VXLAN: bits that no specification of it has */
	QUIRK_NO_VNI,	     /* VXLAN: the I flag is clear */
	QUIRK_CRITICAL,	     /* Geneve: who does not know an option must drop the packet */
	QUIRK_ZERO_CHECKSUM, /* no UDP checksum over IPv6 */
	QUIRK_GTPU_ERROR,    /* GTP-U: an error indication */
	QUIRKS,
};

/* What happens to an inner DSCP: bits of notices.marks. */
#define MARK_COPIED (1U << 0) /* the outer one is the same */
#define MARK_WIPED (1U << 1)  /* the outer one is 0 */
#define MARK_OTHER (1U << 2)

/* ECN that cannot have come about rightly: bits as notices.ecn has them (diagnose/dscp.py). */
#define WRONG_ECN (1U << 1 | 1U << 2 | 1U << 3 | 1U << 6 | 1U << 9 | 1U << 13)

/* Which packet of a tunnel is named by its inner addresses: places in notices.ends. */
enum example {
	EXAMPLE_SYN,	  /* of largest_syn */
	EXAMPLE_FRAGMENT, /* of fragment_size */
	EXAMPLE_HEADER,	  /* of header */
	EXAMPLE_MARK,	  /* of inner_mark */
	EXAMPLE_ECN,	  /* the newest of WRONG_ECN */
	EXAMPLE_DF,	  /* the newest of IP in IP with DF set inside and clear outside */
	EXAMPLE_ASK,	  /* the newest that wants an answer, to whom it asks for */
	EXAMPLE_TOO_BIG,  /* the newest quoted by a message of a smaller MTU */
	EXAMPLES,
};

/* Who sends a packet to whom inside: IP addresses, or those that ARP is about. Zero: nobody. */
struct ends {
	__u8 src[16];
	__u8 dst[16];
};

/*
 * What was noticed of a tunnel's packets beside their sizes, since its table was last emptied. Not
 * all packets are looked at: `sampled` were, the first of each flow, and all that are rare (ARP,
 * neighbour discovery, SYNs, fragments), which are counted exactly. All zero means nothing.
 */
struct notices {
	__u64 ports[2];	   /* outer source ports: which of 128 hashes of them were seen */
	__u64 flows[2];	   /* likewise inner addresses, protocol and ports together */
	__u64 header;	   /* the newest odd tunnel header: its first eight bytes */
	__u32 sampled;	   /* packets that were looked at */
	__u32 quirks;	   /* bits of enum quirk */
	__u32 asks;	   /* ARP requests, neighbour solicitations and SYNs: they want an answer */
	__u32 answers;	   /* and those */
	__u32 arps;	   /* ARP of any kind */
	__u32 asker;	   /* who sent the newest ARP, in network order */
	__u32 fragments;   /* first fragments of outer packets */
	__u32 too_big;	   /* ICMP messages of a smaller MTU that quote this tunnel */
	__u16 too_big_mtu; /* the smallest of these, 0 where none said one */
	__u16 largest_syn; /* the largest inner IP packet that a SYN or its answer allows */
	__u16 ecn;	   /* bits inner ECN * 4 + outer ECN */
	__u8 df;	   /* bits inner DF * 2 + outer DF */
	__u8 marks;	   /* MARK_...: of packets whose inner DSCP is not 0 */
	__u8 inner_mark;   /* the newest such inner DSCP that was not copied, or was, */
	__u8 outer_mark;   /* and its outer one */
	__u8 least_ttl;	   /* of outer headers; 0 before the first */
	__u8 most_ttl;
	__u16 fragment_size; /* the largest first fragment, as an outer IP packet */
	__u16 padding;
	struct ends ends[EXAMPLES];
};
_Static_assert(sizeof(struct notices) == 344, "notices has no padding");

/* A TCP segment with much in it: the first of a flow in an interval. */
struct segment_key {
	struct wide_key flow;
	__u16 src_port;
	__u16 dst_port;
	__u32 padding;
};
_Static_assert(sizeof(struct segment_key) == 80, "segment_key has no padding");

struct segment {
	__u32 sequence;
	__u32 size; /* of the inner IP packet */
};

/* Which inner link address is behind which peer. */
struct station_key {
	__u8 outer_src[16];
	__u8 mac[6];
	__u16 padding;
	__u32 vni;
	__u32 meta; /* as in wide_key, without inner addresses */
};
_Static_assert(sizeof(struct station_key) == 32, "station_key has no padding");

struct station {
	__u64 frames; /* that were looked at */
};

/* Bits of settings.notices: what is looked at beside sizes. */
#define NOTICE_HEADERS (1U << 0)  /* struct notices */
#define NOTICE_SEGMENTS (1U << 1) /* struct segment */
#define NOTICE_STATIONS (1U << 2) /* struct station */
