// SPDX-License-Identifier: Apache-2.0
/*
 * Socket load balancing of both families with the semantics of one Cilium release, -DRELEASE=112 to 120
 * (1.12 to 1.20). What differs between the releases is written as a comparison with RELEASE, so that this
 * file reads as the table of differences. The maps have the names and layouts of that release.
 *
 *   112  no backend found: passes (a proxy without backends still redirects); the protocol in a key is 0; LOCAL_SCOPE switches the scope;
 *        no flag for loopback; nodes have one of two identities
 *   116  no backend found: refuses, and the application sees EPERM; TWO_SCOPES switches the scope; skip_lb
 *   117  the exact protocol first, then 0, which stays in the key
 *   118  the same, and the exact one again for the internal scope; ipcache_v2
 *   120  the exact protocol only; EHOSTUNREACH; read-only maps carry BPF_F_RDONLY_PROG
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layouts.h"

#ifndef RELEASE
#error "RELEASE says whose semantics"
#endif

#define PROCEED 1
#define REFUSE 0
#define NO_SERVICE 2 /* of the translation itself: the address is no service's */

#define LB_MAP_ENTRIES 65536 /* Cilium's default for bpf-lb-map-max */
#define NODEPORT_MIN 30000
#define NODEPORT_MAX 32767

#if RELEASE >= 120
#define READ_ONLY (BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG)
#else
#define READ_ONLY BPF_F_NO_PREALLOC
#endif

/* What an agent knows about its node when it loads the programs; see control/load.c. */
const volatile struct {
	__u64 host_netns_cookie;
} node SEC(".rodata.node") = {};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct lb_affinity_match));
	__uint(value_size, sizeof(__u8));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(map_flags, READ_ONLY);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_lb_affinity_match SEC(".maps");

#if RELEASE >= 118
typedef struct ipcache_v2 ipcache_entry;
#define IPCACHE cilium_ipcache_v2
#else
typedef struct ipcache_v1 ipcache_entry;
#define IPCACHE cilium_ipcache
#endif

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(key_size, sizeof(struct ipcache_key));
	__uint(value_size, sizeof(ipcache_entry));
	__uint(max_entries, 512000);
	__uint(map_flags, READ_ONLY);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} IPCACHE SEC(".maps");

/* Of any kind of socket program. */
static __always_inline bool in_host_netns(void *ctx)
{
	return bpf_get_netns_cookie(ctx) == node.host_netns_cookie;
}

static __always_inline bool is_host(const ipcache_entry *entry)
{
	return entry && entry->identity == IDENTITY_HOST;
}

static __always_inline bool is_remote_node(const ipcache_entry *entry)
{
	if (!entry)
		return false;
#if RELEASE >= 120
	if (entry->flags & IPCACHE_REMOTE_CLUSTER)
		return false;
#endif
	return entry->identity == IDENTITY_REMOTE_NODE || entry->identity == IDENTITY_KUBE_APISERVER ||
	       (RELEASE >= 115 && entry->identity >> 24 == IDENTITY_SCOPE_REMOTE_NODE);
}

static __always_inline __u64 now_seconds(void) { return bpf_ktime_get_ns() / 1000000000; }

/* From 1.20 on (and 1.19.4) the application sees the reason; before that it sees EPERM, whatever the reason was. */
static __always_inline int refuse(int error)
{
#if RELEASE >= 120
	bpf_set_retval(-error);
#else
	(void)error;
#endif
	return REFUSE;
}

/* The service has no backend, or a slot or the backend is missing. */
static __always_inline int dead_end(void)
{
	return RELEASE >= 113 ? refuse(EHOSTUNREACH) : PROCEED;
}

/* What the reverse_sk entry of a socket says about an address that it was sent to. */
enum memory { NO_MEMORY, FORGOTTEN, REMEMBERED };

#define FAMILY 4
#include "xlate.h"
#undef FAMILY
#define FAMILY 6
#include "xlate.h"
#undef FAMILY

static __always_inline bool is_translated(__u32 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

static __always_inline int forward4(struct bpf_sock_addr *ctx, __u8 proto)
{
	struct address4 to = { .ip = { ctx->user_ip4 }, .port = (__be16)ctx->user_port };
	const int verdict = translate4(ctx, &to, proto);
	if (verdict != PROCEED)
		return verdict == NO_SERVICE ? PROCEED : verdict;
	ctx->user_ip4 = to.ip[0];
	ctx->user_port = to.port;
	return PROCEED;
}

/* Sockets of AF_INET6 reach IPv4 by mapped addresses: no entry of the IPv6 maps has those, and the IPv4 maps decide. */
static __always_inline int forward6(struct bpf_sock_addr *ctx, __u8 proto)
{
	struct address6 to = {
		.ip = { ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3] },
		.port = (__be16)ctx->user_port,
	};
	int verdict = translate6(ctx, &to, proto);
	if (verdict == NO_SERVICE && !to.ip[0] && !to.ip[1] && to.ip[2] == bpf_htonl(0xffff)) {
		struct address4 mapped = { .ip = { to.ip[3] }, .port = to.port };
		verdict = translate4(ctx, &mapped, proto);
		to.ip[3] = mapped.ip[0];
		to.port = mapped.port;
	}
	if (verdict != PROCEED)
		return verdict == NO_SERVICE ? PROCEED : verdict;
	ctx->user_ip6[0] = to.ip[0];
	ctx->user_ip6[1] = to.ip[1];
	ctx->user_ip6[2] = to.ip[2];
	ctx->user_ip6[3] = to.ip[3];
	ctx->user_port = to.port;
	return PROCEED;
}

static __always_inline int back4(struct bpf_sock_addr *ctx, __u8 proto)
{
	struct address4 peer = { .ip = { ctx->user_ip4 }, .port = (__be16)ctx->user_port };
	if (translate_back4(ctx, &peer, proto) == REMEMBERED) {
		ctx->user_ip4 = peer.ip[0];
		ctx->user_port = peer.port;
	}
	return PROCEED;
}

static __always_inline int back6(struct bpf_sock_addr *ctx, __u8 proto)
{
	struct address6 peer = {
		.ip = { ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3] },
		.port = (__be16)ctx->user_port,
	};
	enum memory memory = translate_back6(ctx, &peer, proto);
	if (memory == NO_MEMORY && !peer.ip[0] && !peer.ip[1] && peer.ip[2] == bpf_htonl(0xffff)) {
		struct address4 mapped = { .ip = { peer.ip[3] }, .port = peer.port };
		memory = translate_back4(ctx, &mapped, proto);
		peer.ip[3] = mapped.ip[0];
		peer.port = mapped.port;
	}
	if (memory == REMEMBERED) {
		ctx->user_ip6[0] = peer.ip[0];
		ctx->user_ip6[1] = peer.ip[1];
		ctx->user_ip6[2] = peer.ip[2];
		ctx->user_ip6[3] = peer.ip[3];
		ctx->user_port = peer.port;
	}
	return PROCEED;
}

/* The prefix came with 1.13. */
#if RELEASE >= 113
#define PROGRAM(name) cil_##name
#else
#define PROGRAM(name) name
#endif

#define HOOKS_OF(family)                                                                           \
	SEC("cgroup/connect" #family)                                                              \
	int PROGRAM(sock##family##_connect)(struct bpf_sock_addr *ctx)                              \
	{                                                                                          \
		return is_translated(ctx->protocol) ? forward##family(ctx, ctx->protocol) : PROCEED; \
	}                                                                                          \
	SEC("cgroup/sendmsg" #family)                                                              \
	int PROGRAM(sock##family##_sendmsg)(struct bpf_sock_addr *ctx)                              \
	{                                                                                          \
		return forward##family(ctx, IPPROTO_UDP);                                          \
	}                                                                                          \
	SEC("cgroup/recvmsg" #family)                                                              \
	int PROGRAM(sock##family##_recvmsg)(struct bpf_sock_addr *ctx)                              \
	{                                                                                          \
		return back##family(ctx, IPPROTO_UDP);                                             \
	}                                                                                          \
	SEC("cgroup/getpeername" #family)                                                          \
	int PROGRAM(sock##family##_getpeername)(struct bpf_sock_addr *ctx)                          \
	{                                                                                          \
		return back##family(ctx, ctx->protocol);                                           \
	}                                                                                          \
	SEC("cgroup/post_bind" #family)                                                            \
	int PROGRAM(sock##family##_post_bind)(struct bpf_sock *ctx)                                 \
	{                                                                                          \
		return is_translated(ctx->protocol) && in_host_netns(ctx) && is_taken##family(ctx) ? REFUSE : PROCEED; \
	}

HOOKS_OF(4)
HOOKS_OF(6)

char _license[] SEC("license") = "Apache-2.0";
