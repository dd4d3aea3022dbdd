// SPDX-License-Identifier: Apache-2.0
/* Another vendor's programs on the same hooks. They change nothing, which cannot be known from outside. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define WATCH(hook)                                             \
	SEC("cgroup/" #hook)                                    \
	int watch_##hook(struct bpf_sock_addr *ctx) { return (void)ctx, 1; }

WATCH(connect4)
WATCH(connect6)
WATCH(sendmsg4)
WATCH(sendmsg6)

char _license[] SEC("license") = "Apache-2.0";
