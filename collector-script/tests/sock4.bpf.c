// SPDX-License-Identifier: Apache-2.0
/* A sock_addr program with maps of Cilium's names and sizes, and one of each kind that must not be dumped. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bytes12 { __u8 bytes[12]; };
struct bytes16 { __u8 bytes[16]; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct bytes12);
	__type(value, struct bytes12);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} cilium_lb4_services_v2 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct bytes16);
	__type(value, __u64);
	__uint(max_entries, 128);
} cilium_lb4_reverse_sk SEC(".maps");

struct { /* used by an attached sock_addr program, whatever its name */
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 2);
} settings SEC(".maps");

struct { /* has no entries that could be read */
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

const volatile __u32 mode = 1;

SEC("cgroup/connect4")
int cil_sock4_connect(struct bpf_sock_addr *ctx)
{
	const struct bytes12 service = {};
	const struct bytes16 socket = {};
	const __u32 zero = 0;
	const __u64 cookie = bpf_get_socket_cookie(ctx);

	if (bpf_map_lookup_elem(&cilium_lb4_services_v2, &service) && bpf_map_lookup_elem(&settings, &zero))
		bpf_map_update_elem(&cilium_lb4_reverse_sk, &socket, &cookie, BPF_ANY);
	if (mode == 2)
		bpf_ringbuf_output(&events, (void *)&cookie, sizeof(cookie), 0);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
