// SPDX-License-Identifier: Apache-2.0
/*
 * Socket load balancing with the semantics of Cilium 1.20: the address is exchanged in connect() and
 * sendmsg(), before any packet exists, and exchanged back when the application asks for its peer.
 *
 * Left out because no scenario needs it yet: IPv6, NodePort wildcards, two scopes, affinity, L7.
 */
#include "lb4.h"

#include <linux/errno.h>
#include <linux/in.h>

#define PROCEED 1
#define REFUSE 0

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(__be16));
	__uint(value_size, sizeof(struct lb4_reverse_nat));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_lb4_reverse_nat SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(key_size, sizeof(struct lb4_reverse_sk_key));
	__uint(value_size, sizeof(struct lb4_reverse_sk));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_lb4_reverse_sk SEC(".maps");

static __always_inline int refuse(int error)
{
	bpf_set_retval(-error); /* without it, the application would see EPERM */
	return REFUSE;
}

static __always_inline int translate(struct bpf_sock_addr *ctx, __u8 proto)
{
	struct lb4_key key = {
		.address = ctx->user_ip4,
		.dport = (__be16)ctx->user_port,
		.proto = proto,
	};
	const struct lb_service *service = lb4_slot(&key, 0);
	if (!service)
		return PROCEED; /* not a service */
	if (!service->count)
		return refuse(EHOSTUNREACH);

	const __u64 cookie = bpf_get_socket_cookie(ctx);
	const __u32 choice = proto == IPPROTO_TCP ? bpf_get_prandom_u32() : (__u32)cookie;
	const struct lb_service *slot = lb4_slot(&key, choice % service->count + 1);
	if (!slot)
		return refuse(EHOSTUNREACH);
	const struct lb4_backend *backend = lb4_backend(slot);
	if (!backend)
		return refuse(EHOSTUNREACH);

	const struct lb4_reverse_sk_key translated = {
		.cookie = cookie,
		.address = backend->address,
		.port = backend->port,
	};
	const struct lb4_reverse_sk original = {
		.address = key.address,
		.port = key.dport,
		.rev_nat_id = service->rev_nat_id,
	};
	if (bpf_map_update_elem(&cilium_lb4_reverse_sk, &translated, &original, BPF_ANY))
		return refuse(ENOMEM);

	ctx->user_ip4 = backend->address;
	ctx->user_port = backend->port;
	return PROCEED;
}

/* A socket's reverse_sk entry is valid only while its frontend is still the same service. */
static __always_inline bool still_served(const struct lb4_reverse_sk *original, __u8 proto)
{
	struct lb4_key key = {
		.address = original->address,
		.dport = original->port,
		.proto = proto,
	};
	const struct lb_service *service = lb4_slot(&key, 0);
	if (!service || !service->count || service->rev_nat_id != original->rev_nat_id)
		return false;

	const struct lb4_reverse_nat *frontend =
		bpf_map_lookup_elem(&cilium_lb4_reverse_nat, &original->rev_nat_id);
	return frontend && frontend->address == original->address && frontend->port == original->port;
}

static __always_inline void translate_back(struct bpf_sock_addr *ctx)
{
	const struct lb4_reverse_sk_key translated = {
		.cookie = bpf_get_socket_cookie(ctx),
		.address = ctx->user_ip4,
		.port = (__be16)ctx->user_port,
	};
	const struct lb4_reverse_sk *original =
		bpf_map_lookup_elem(&cilium_lb4_reverse_sk, &translated);
	if (!original)
		return;
	if (!still_served(original, ctx->protocol)) {
		bpf_map_delete_elem(&cilium_lb4_reverse_sk, &translated);
		return;
	}
	ctx->user_ip4 = original->address;
	ctx->user_port = original->port;
}

SEC("cgroup/connect4")
int cil_sock4_connect(struct bpf_sock_addr *ctx)
{
	const __u32 proto = ctx->protocol;
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ? translate(ctx, proto) : PROCEED;
}

SEC("cgroup/sendmsg4")
int cil_sock4_sendmsg(struct bpf_sock_addr *ctx)
{
	return translate(ctx, IPPROTO_UDP);
}

SEC("cgroup/recvmsg4")
int cil_sock4_recvmsg(struct bpf_sock_addr *ctx)
{
	translate_back(ctx);
	return PROCEED;
}

SEC("cgroup/getpeername4")
int cil_sock4_getpeername(struct bpf_sock_addr *ctx)
{
	translate_back(ctx);
	return PROCEED;
}

char _license[] SEC("license") = "Apache-2.0";
