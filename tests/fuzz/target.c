// SPDX-License-Identifier: Apache-2.0
/*
 * What libFuzzer calls: the native build over any bytes, in memory of exactly their size, and what
 * must hold of the result.
 */
#include "holds.h"
#include "mutate.h"

static const struct beginning begins_with_frame = {.next = ETHERTYPE_FRAME};

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

/*
 * Empty counts, of which two are needed at once. Their 2 MB are kept, since a sanitizer takes
 * longer to hand them out than all the rest does; the tables are new, and so as small as can be.
 */
static struct counts *fresh_counts(const struct input *input, int which)
{
	static struct counts *kept[2];
	__u64 most = input->options & OPTION_FEW_FLOWS ? 2 : 1000;
	struct counts *counts = kept[which];

	if (!counts)
		return kept[which] = counts_new(most, 1);
	if (counts->ledger[UNKNOWN_LINK].packets)
		memset(counts->unknown, 0, sizeof(counts->unknown));
	clear_counts(counts);
	counts->packets = 0;
	table_end(&counts->flows);
	table_end(&counts->tunnels);
	table_begin(&counts->flows, most, 1);
	table_begin(&counts->tunnels, MOST_TUNNELS, 1);
	return counts;
}

/* What a test-run would be shown of a packet is read as the packet is, as far as it fits. */
static void try_frame(const struct packet *packet, struct beginning beginning, __u32 outcome,
		      const struct wide_key *key)
{
	struct frame *frame = malloc(sizeof(*frame));
	struct packet shown = {};
	struct walk walk;
	__u32 again;

	if (make_frame(frame, packet, beginning)) {
		MUST(frame->size <= MOST_SHOWN);
		shown.bytes = exact_copy(frame->bytes, frame->size);
		shown.captured = shown.wire = frame->size;
		again = parse_packet(&shown, begins_with_frame, &walk);
		/* An Ethernet header in front is one more of those that are too many. */
		MUST(again == outcome || again == TOO_MANY_TAGS || frame->size == MOST_SHOWN);
		if (again == FLOW && outcome == FLOW && frame->size < MOST_SHOWN)
			MUST(!memcmp(&walk.key, key, sizeof(*key)));
		free((void *)shown.bytes);
	}
	free(frame);
}

/* The same bytes become the same thing, whoever asks and how often. */
static void try_packet(const struct input *input)
{
	__u8 *bytes = exact_copy(input->bytes, input->size);
	struct packet packet = {bytes, input->size, input->size + input->more * 7, NO_TIME};
	__u16 link = LINKS[input->more % LINK_COUNT];
	struct counts *counts = fresh_counts(input, 0);
	struct beginning beginning = {};
	struct walk walk = {}, again;
	__u32 outcome = begin_link(link, &packet, &beginning);

	if (outcome == FLOW) {
		outcome = parse_packet(&packet, beginning, &walk);
		memset(&again, 0xff, sizeof(again));
		MUST(parse_packet(&packet, beginning, &again) == outcome);
		MUST(outcome != FLOW || !memcmp(&walk, &again, offsetof(struct walk, nothing)));
		if (outcome == FLOW)
			flow_holds(&walk, &packet);
		repeated_headers(&walk, bytes, bytes + input->size);
		try_frame(&packet, beginning, outcome, &walk.key);
	}
	MUST(is_outcome(outcome));
	count_packet(counts, link, &packet);
	count_packet(counts, link, &packet);
	count_all_waiting(counts);
	counts_hold(counts);
	MUST(counts->ledger[outcome].packets == 2);
	free(bytes);
}

/* Feed all of it, in chunks of memory of their own; how many bytes were consumed. */
static __u64 feed(struct capture *capture, const struct input *input, __u64 from, __u64 chunk)
{
	__u64 have = chunk;

	while (from < input->size && !capture->fault && !capture->reached) {
		__u64 left = input->size - from, size = have < left ? have : left;
		__u8 *bytes = exact_copy(input->bytes + from, size);
		__u64 consumed = capture_feed(capture, bytes, size);

		free(bytes);
		MUST(consumed <= size);
		from += consumed;
		if (consumed)
			have = chunk;
		else if (size == left)
			break;
		else
			have += chunk > capture->needed ? chunk : capture->needed;
	}
	return from;
}

/* How a capture is cut into chunks, or into stretches of time, makes no difference. */
static void try_capture(const struct input *input)
{
	struct counts *whole = fresh_counts(input, 0), *pieces = fresh_counts(input, 1);
	struct capture *one = capture_new(whole), *other = capture_new(pieces);
	__u64 end = feed(one, input, 0, input->size), reached;

	counts_hold(whole);
	MUST(one->span.packets == whole->packets && one->span.unstamped <= one->span.packets);
	if (one->span.packets > one->span.unstamped) {
		MUST(one->span.first_ns <= one->span.last_ns);
		other->until_ns = one->span.first_ns / 2 + one->span.last_ns / 2;
	}
	reached = feed(other, input, 0, 1 + input->more);
	other->until_ns = FOREVER;
	other->reached = 0;
	MUST(feed(other, input, reached, 1 + input->more) == end);
	counts_hold(pieces);
	MUST(other->fault == one->fault && other->found == one->found);
	MUST(!memcmp(&other->span, &one->span, sizeof(one->span)));
	MUST(!memcmp(pieces->ledger, whole->ledger, sizeof(whole->ledger)));
	MUST(pieces->flows.count == whole->flows.count);
	MUST(!memcmp(pieces->flows.rows, whole->flows.rows,
		     whole->flows.count * sizeof(struct row)));
	capture_free(one);
	capture_free(other);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	struct input input;

	if (size < INPUT_HEADER_SIZE || size > MOST_INPUT)
		return -1;
	input = (struct input){data[0], data[1], data + INPUT_HEADER_SIZE,
			       size - INPUT_HEADER_SIZE};
	use_options(input.options);
	if (input.options & OPTION_CAPTURE)
		try_capture(&input);
	else
		try_packet(&input);
	return 0;
}
