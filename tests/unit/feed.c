// SPDX-License-Identifier: Apache-2.0
/*
 * Feeds captures to the native reader under sanitizers: `feed CHUNK < CORPUS`, where a corpus is
 * any number of captures, each behind its length of four bytes. Each chunk lies in memory of its
 * own, so that one byte too far is noticed. Prints the packets of each capture.
 */
#include <stdio.h>

#include "../../native/library.c"

static __u64 fed(struct capture *capture, const __u8 *bytes, __u64 size, __u64 chunk)
{
	__u64 done = 0, have = chunk;

	while (done < size && !capture->fault) {
		__u64 length = have < size - done ? have : size - done, consumed;
		__u8 *copy = malloc(length);

		memcpy(copy, bytes + done, length);
		consumed = capture_feed(capture, copy, length);
		free(copy);
		done += consumed;
		if (consumed)
			have = chunk;
		else if (length == size - done)
			break;
		else
			have += chunk > capture->needed ? chunk : capture->needed;
	}
	return capture->counts->packets;
}

static void use_usual_ports(void)
{
	port_encap[4789] = ENCAP_VXLAN;
	port_encap[4790] = ENCAP_VXLAN_GPE;
	port_encap[6081] = ENCAP_GENEVE;
	port_encap[2152] = ENCAP_GTPU;
}

int main(int count, char **words)
{
	__u64 chunk = count > 1 ? strtoull(words[1], NULL, 10) : 4096;
	__u32 size;

	use_usual_ports();
	while (fread(&size, sizeof(size), 1, stdin) == 1) {
		struct counts *counts = counts_new(1000, 1);
		struct capture *capture = capture_new(counts);
		__u8 *bytes = malloc(size ? size : 1);

		if (fread(bytes, 1, size, stdin) != size)
			return 1;
		printf("%llu\n", fed(capture, bytes, size, chunk));
		free(bytes);
		capture_free(capture);
		counts_free(counts);
	}
	return 0;
}
