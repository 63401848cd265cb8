/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an input of the fuzzer is: a byte of options, a byte that says more, then a packet or a
 * whole capture. tests/fuzz/inputs.py writes them.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "../../native/library.c"

#define OPTION_CAPTURE 0x01
#define OPTION_ALL_ENCAPS 0x02
#define OPTION_OUTERMOST 0x04
#define OPTION_FEW_FLOWS 0x08
#define OPTION_ONE_ENCAP 0x10
#define INPUT_HEADER_SIZE 2
#define MOST_INPUT (1U << 16)

struct input {
	__u8 options;
	__u8 more; /* of a packet: its place in LINKS; of a capture: how large chunks are */
	const __u8 *bytes;
	__u64 size;
};

static const __u16 LINKS[] = {
	LINK_ETHERNET, LINK_RAW,	   LINK_NULL, LINK_PPP,	   LINK_PPP_SERIAL,
	LINK_PPPOE,    LINK_CISCO_HDLC,	   LINK_LOOP, LINK_COOKED, LINK_COOKED2,
	LINK_MPLS,     LINK_PPP_DIRECTION, LINK_IPV4, LINK_IPV6,   LINK_TYPES - 1,
};
#define LINK_COUNT (sizeof(LINKS) / sizeof(LINKS[0]))

/* What the compiler is given by tests/fuzz/build.py: the ports of settings.py, and which are usual.
 */
static const struct {
	__u16 number;
	__u8 encap;
} PORTS[] = {USUAL_PORTS};

static inline void use_options(__u8 options)
{
	settings.encaps = options & OPTION_ALL_ENCAPS ? ALL_ENCAPS : DEFAULT_ENCAPS;
	if (options & OPTION_ONE_ENCAP)
		settings.encaps = 1U << ENCAP_VXLAN;
	settings.outermost = !!(options & OPTION_OUTERMOST);
	memset(port_encap, 0, sizeof(port_encap));
	for (__u32 i = 0; i < sizeof(PORTS) / sizeof(PORTS[0]); i++)
		if (settings.encaps & 1U << PORTS[i].encap)
			port_encap[PORTS[i].number] = PORTS[i].encap;
}

/* Memory of exactly this size, so that a sanitizer notices one byte too far. */
static inline __u8 *exact_copy(const __u8 *bytes, __u64 size)
{
	__u8 *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);
	return copy;
}
