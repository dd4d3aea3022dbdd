/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of Cilium's IPv4 load-balancer maps (1.16 and later), from their published layouts.
 * Shared by the BPF programs and by the control program that fills the maps.
 *
 * Byte order: addresses, ports and reverse-NAT ids are network order in memory; slots, counts and
 * backend ids are host order. The programs copy the reverse-NAT id as it is and never compute with it.
 */
#ifndef LAYOUTS_H
#define LAYOUTS_H

#include <linux/types.h>

struct lb4_key {
	__be32 address;
	__be16 dport;
	__u16 backend_slot; /* 0: the frontend itself, 1..count: its backends */
	__u8 proto;
	__u8 scope; /* 0: external */
	__u8 pad[2];
};

struct lb4_service {
	__u32 backend_id; /* of a slot; in slot 0: algorithm << 24 | affinity timeout */
	__u16 count;      /* of slots that may be chosen; slot 0 only */
	__be16 rev_nat_id;
	__u8 flags;
	__u8 flags2;
	__u16 qcount;
};

struct lb4_backend {
	__be32 address;
	__be16 port;
	__u8 proto;
	__u8 flags;
	__u16 cluster_id;
	__u8 zone;
	__u8 pad;
};

struct lb4_reverse_nat {
	__be32 address;
	__be16 port;
} __attribute__((packed));

struct lb4_reverse_sk_key {
	__u64 cookie;
	__be32 address; /* of the backend */
	__be16 port;
	__u16 pad;
};

struct lb4_reverse_sk {
	__be32 address; /* that the application asked for */
	__be16 port;
	__be16 rev_nat_id;
};

_Static_assert(sizeof(struct lb4_key) == 12, "services_v2 key");
_Static_assert(sizeof(struct lb4_service) == 12, "services_v2 value");
_Static_assert(sizeof(struct lb4_backend) == 12, "backends_v3 value");
_Static_assert(sizeof(struct lb4_reverse_nat) == 6, "reverse_nat value");
_Static_assert(sizeof(struct lb4_reverse_sk_key) == 16, "reverse_sk key");
_Static_assert(sizeof(struct lb4_reverse_sk) == 8, "reverse_sk value");

#endif
