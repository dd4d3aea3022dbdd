// SPDX-License-Identifier: Apache-2.0
/*
 * Socket programs as of Cilium up to 1.11, whose maps have no names, and one of another vendor. tests/corner replaces the first
 * three maps by nameless ones.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bytes12 { __u8 bytes[12]; };
struct bytes16 { __u8 bytes[16]; };
struct bytes24 { __u8 bytes[24]; };

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct bytes24);
	__type(value, struct bytes12);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} ipcache SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__type(key, __u64);
	__type(value, struct bytes16);
	__uint(max_entries, 16);
} metrics SEC(".maps");

struct { /* of no layout for load balancing */
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, __u64);
	__type(value, struct bytes24);
	__uint(max_entries, 16);
} health SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {.values = {&inner}};

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 2);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} bind_notes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} vendor_private SEC(".maps");

SEC("cgroup/connect4")
int sock4_connect(struct bpf_sock_addr *ctx)
{
	const struct bytes24 address = {};
	const __u64 reason = 0;
	const __u32 zero = 0;

	if (bpf_map_lookup_elem(&ipcache, &address) && bpf_map_lookup_elem(&metrics, &reason) &&
	    bpf_map_lookup_elem(&health, &reason) && bpf_map_lookup_elem(&outer, &zero))
		bpf_tail_call(ctx, &calls, 0);
	return 1;
}

SEC("cgroup/connect4")
int called(struct bpf_sock_addr *ctx)
{
	(void)ctx;
	return 1;
}

SEC("cgroup/post_bind4")
int sock4_post_bind(struct bpf_sock *ctx)
{
	const __u32 zero = 0;

	(void)ctx;
	return bpf_map_lookup_elem(&bind_notes, &zero) != 0;
}

SEC("cgroup/connect4")
int vendor_connect4(struct bpf_sock_addr *ctx)
{
	const __u32 zero = 0;

	(void)ctx;
	return bpf_map_lookup_elem(&vendor_private, &zero) != 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
