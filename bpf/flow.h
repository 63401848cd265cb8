/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The contract: what the kernel part and everything behind it agree on. `contract.py` mirrors its
 * numbers and `layout.py` its records, and both are checked against the object's BTF whenever it is
 * loaded.
 *
 * Addresses are in network order: 4 bytes in the narrow key, 16 in the wide one with IPv4
 * mapped (RFC 4291, section 2.5.5.2). All other numbers are in host order.
 */
#pragma once

#include <linux/types.h>

#define MAX_DEPTH 4 /* tunnels in tunnels; each takes PATH_BITS of a path */
#define PATH_BITS 5

/* Which tunnel header a boundary has. 0 is none, so that a path ends by itself. */
enum encap {
	ENCAP_NONE,
	ENCAP_VXLAN,
	ENCAP_VXLAN_GPE,
	ENCAP_GENEVE,
	ENCAP_GTPU,
	ENCAP_GRE,
	ENCAP_GRETAP,
	ENCAP_NVGRE,
	ENCAP_ERSPAN1,
	ENCAP_ERSPAN2,
	ENCAP_ERSPAN3,
	ENCAP_IPIP,
	ENCAP_SIT,
	ENCAP_IP4IP6,
	ENCAP_IP6IP6,
	ENCAP_TEREDO,
	ENCAP_MPLS_UDP,
	ENCAP_GRE_UDP,
	ENCAP_L2TP,
	ENCAP_L2TP3_IP,
	ENCAP_PPTP,
	ENCAP_EOIP,
	ENCAP_ETHERIP,
	ENCAP_LISP,
	ENCAPS,
};
_Static_assert(ENCAPS <= 1 << PATH_BITS, "a path has room for every encapsulation");

/*
 * What became of a packet: the rows of the ledger. Each packet the hook saw is in exactly one.
 * `docs/reference/reasons.md` says what each means to a user.
 */
enum outcome {
	FLOW,		     /* counted in a flow table */
	OVERFLOW,	     /* its flow found no room: its tunnel's row has it, or none */
	NOT_TUNNELED,	     /* a whole packet, and no tunnel that we read */
	TRUNCATED,	     /* ends inside a header, before any tunnel was entered */
	MALFORMED,	     /* a header contradicts itself: version, header length */
	LATER_FRAGMENT,	     /* carries no ports, so nobody can tell whether it was a tunnel's */
	NO_VNI,		     /* VXLAN with the I flag clear */
	TOO_MANY_TAGS,	     /* more VLAN tags than MAX_TAGS */
	TOO_MANY_EXTENSIONS, /* more IPv6 extension headers than MAX_EXTENSIONS */
	TOO_DEEP,	     /* more tunnels in tunnels than MAX_DEPTH */
	GTPU_MESSAGE,	     /* GTP-U, but signalling and no user's packet */
	L2TP_MESSAGE,	     /* L2TP, likewise */
	UNKNOWN_VERSION,     /* a tunnel header of a version that nobody has defined for us */
	NOT_ENTERED,	     /* the tail call into the inner headers failed: a fault of ours */
	UNKNOWN_LINK,	     /* of captures only: a link header that nobody here reads */
	OUTCOMES,
};

/*
 * What is worth knowing of packets beside their flow: bits META_SIGNALS_SHIFT + this of a key's
 * last word, so that a signal of a flow costs nothing. `docs/reference/signals.md` says what each
 * means to a user.
 */
enum signal {
	SIGNAL_GENEVE_OPTIONS,	/* the record's tunnel header has options */
	SIGNAL_GENEVE_CRITICAL, /* who does not know one of them must not accept the packet */
	SIGNAL_LATER_FRAGMENT,	/* a row of `tunnels` whose packets are of that outcome */
	SIGNALS,
};

/* Direction of the hook, seen from the interface. */
enum direction {
	INGRESS,
	EGRESS,
	DIRECTIONS,
};

/*
 * The last word of both keys: all that is neither an address nor a VNI.
 *   bit 0      enum direction
 *   bit 1      the VNI is meaningful
 *   bit 2      there is an inner IP header; without it the inner addresses are zero
 *   bit 3      addresses and VNI are the outermost boundary's; else, and where the path has one
 *              step, the innermost's
 *   bits 4-7   enum signal
 *   bits 8-27  the path: up to MAX_DEPTH enum encap of PATH_BITS each, the outermost lowest
 */
#define META_EGRESS (1U << 0)
#define META_HAS_VNI (1U << 1)
#define META_HAS_INNER (1U << 2)
#define META_OUTERMOST (1U << 3)
#define META_SIGNALS_SHIFT 4
#define META_PATH_SHIFT 8
#define META_SIGNALS ((1U << META_PATH_SHIFT) - (1U << META_SIGNALS_SHIFT))
#define META_PATH (((1U << MAX_DEPTH * PATH_BITS) - 1) << META_PATH_SHIFT)
_Static_assert(META_SIGNALS_SHIFT + SIGNALS <= META_PATH_SHIFT, "signals have room");
_Static_assert(META_PATH_SHIFT + MAX_DEPTH * PATH_BITS <= 32, "and so has the path");

/* IPv4 in IPv4, the common case: one wide key for all costs 18 to 30 ns more a packet. */
struct narrow_key {
	__u32 outer_src;
	__u32 outer_dst;
	__u32 inner_src;
	__u32 inner_dst;
	__u32 vni;
	__u32 meta;
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct narrow_key) == 24, "narrow_key has no padding");

struct wide_key {
	__u8 outer_src[16];
	__u8 outer_dst[16];
	__u8 inner_src[16];
	__u8 inner_dst[16];
	__u32 vni;
	__u32 meta;
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct wide_key) == 72, "wide_key has no padding");

/* What one flow sent since its table was last emptied. Packets are packets on the wire. */
struct counters {
	__u64 packets;
	__u64 bytes;	   /* from the link header on, as the wire has them, without the FCS */
	__u64 inner_bytes; /* the part behind the tunnel header whose VNI the key has */
};
_Static_assert(sizeof(struct counters) == 24, "counters has no padding");

/*
 * A row of the ledger. A buffer is what the hook is called with; a GSO or GRO super-packet is
 * one buffer of several packets, and `buffer_bytes` is its length without repeated headers:
 * the number that a veth's own counters show, where `bytes` is what a cable carries.
 */
struct tally {
	__u64 packets;
	__u64 bytes;
	__u64 buffers;
	__u64 buffer_bytes;
};
_Static_assert(sizeof(struct tally) == 32, "tally has no padding");

/* Fixed when the object is loaded. */
struct settings {
	__u32 encaps;	 /* 1 << enum encap: which are tunnels; of others nothing is read */
	__u32 outermost; /* 1: of several boundaries the outermost makes the record */
	__u32 notices;	 /* bits NOTICE_... of notices.h: what is looked at beside sizes */
};
