/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The other build over the same packets: each is handed to the programs in the kernel by
 * BPF_PROG_TEST_RUN, and what the kernel took is counted here once more, exactly as it was shown,
 * so that both builds have counted the same bytes.
 */
#pragma once

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "link_types.h"

/* A page less what the kernel keeps in it; headers further behind do not occur. */
#define MOST_SHOWN 3000
#define NEXT_PROGRAM 0xffffffffU /* TC_ACT_UNSPEC */

struct counts;

/* KernelRun of capture/kernel_run.py. */
struct kernel_run {
	__s32 program;	/* its descriptor */
	__u32 error;	/* an errno that says more than "not this packet"; then no more is run */
	__u64 refused;	/* packets that the kernel would not take, and those of no EtherType */
	__u64 verdicts; /* verdicts other than "next program": there must be none */
	struct counts *shown; /* what the native build makes of the bytes that the kernel took */
};

/* A frame that begins with an Ethernet header, whatever the capture's packet begins with. */
struct frame {
	__u8 bytes[MOST_SHOWN];
	__u32 size;
};

/* Of a packet whose link header could not be read: `next` is no EtherType. */
static const struct beginning NOWHERE = {};

/* False: nothing that can stand behind an Ethernet header. */
static inline bool make_frame(struct frame *frame, const struct packet *packet,
			      struct beginning beginning)
{
	__u32 header = beginning.next == ETHERTYPE_FRAME ? 0 : ETHERNET_SIZE;
	__u64 size = packet->captured - beginning.offset;

	if (beginning.offset > packet->captured || (header && beginning.next < LEAST_ETHERTYPE))
		return false;
	if (size > MOST_SHOWN - header)
		size = MOST_SHOWN - header;
	memset(frame->bytes, 0, header);
	if (header) {
		frame->bytes[12] = beginning.next >> 8;
		frame->bytes[13] = beginning.next & 0xff;
	}
	memcpy(frame->bytes + header, packet->bytes + beginning.offset, size);
	frame->size = header + size;
	return true;
}

/* Whether the kernel ran the program over the frame. */
static inline bool test_run(struct kernel_run *run, const struct frame *frame)
{
	union bpf_attr attributes = {};
	long result;

	do {
		attributes.test.prog_fd = run->program;
		attributes.test.data_in = (__u64)(unsigned long)frame->bytes;
		attributes.test.data_size_in = frame->size;
		attributes.test.data_size_out = 0;
		result = syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attributes, sizeof(attributes));
	} while (result < 0 && errno == EINTR);
	if (result < 0 && errno != EINVAL)
		run->error = errno;
	if (result < 0)
		return false;
	run->verdicts += attributes.test.retval != NEXT_PROGRAM;
	return true;
}
