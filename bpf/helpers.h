/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The kernel's helper functions we call, by their numbers in linux/bpf.h (enum bpf_func_id). */
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int (*name)[value]
#define __type(name, value) typeof(value) *name
#define __array(name, value) typeof(value) *name[]

static void *(*const bpf_map_lookup_elem)(void *map,
					  const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value,
					 __u64 flags) = (void *)BPF_FUNC_map_update_elem;
static __u32 (*const bpf_get_smp_processor_id)(void) = (void *)BPF_FUNC_get_smp_processor_id;
static long (*const bpf_tail_call)(void *context, void *programs,
				   __u32 index) = (void *)BPF_FUNC_tail_call;
static long (*const bpf_skb_pull_data)(struct __sk_buff *skb,
				       __u32 size) = (void *)BPF_FUNC_skb_pull_data;
