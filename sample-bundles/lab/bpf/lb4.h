/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two maps that both of our programs read, and the lookup from a frontend to a backend in them.
 *
 * The maps carry sizes instead of BTF types, as the maps that the Cilium agent creates do: bpftool
 * then prints plain bytes. They are pinned by name, so a second load joins the maps that it finds
 * below the pin directory and creates what is missing. That is how an upgrade keeps its state.
 */
#ifndef LB4_H
#define LB4_H

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "layouts.h"

#define LB_MAP_ENTRIES 65536 /* Cilium's default for bpf-lb-map-max */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct lb4_key));
	__uint(value_size, sizeof(struct lb_service));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_lb4_services_v2 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct lb4_backend));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_lb4_backends_v3 SEC(".maps");

static __always_inline struct lb_service *lb4_slot(struct lb4_key *key, __u16 slot)
{
	key->backend_slot = slot;
	return bpf_map_lookup_elem(&cilium_lb4_services_v2, key);
}

static __always_inline struct lb4_backend *lb4_backend(const struct lb_service *slot)
{
	return bpf_map_lookup_elem(&cilium_lb4_backends_v3, &slot->backend_id);
}

#endif
