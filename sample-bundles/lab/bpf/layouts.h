/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of Cilium's load-balancer maps and of the maps that its socket programs consult, from their
 * published layouts. Shared by the BPF programs and by the control program that fills the maps.
 *
 * Byte order: addresses, ports and reverse-NAT ids are network order in memory; slots, counts, backend ids,
 * identities, prefix lengths and cookies are host order. The programs copy the reverse-NAT id as it is and
 * never compute with it.
 */
#ifndef LAYOUTS_H
#define LAYOUTS_H

#include <linux/types.h>

struct lb4_key {
	__be32 address;
	__be16 dport;
	__u16 backend_slot; /* 0: the frontend itself, 1..count: its backends */
	__u8 proto;
	__u8 scope; /* 0: external, 1: internal */
	__u8 pad[2];
};

struct lb6_key {
	__be32 address[4];
	__be16 dport;
	__u16 backend_slot;
	__u8 proto;
	__u8 scope;
	__u8 pad[2];
};

/* The same for both families. */
struct lb_service {
	__u32 backend_id; /* of a slot; in slot 0: algorithm << 24 | affinity timeout, or a proxy's port */
	__u16 count;      /* of slots that may be chosen; slot 0 only */
	__be16 rev_nat_id;
	__u8 flags;
	__u8 flags2;
	__u16 qcount;
};

/* Version 3, of 1.13 and later. */
struct lb4_backend {
	__be32 address;
	__be16 port;
	__u8 proto;
	__u8 flags;
	__u16 cluster_id;
	__u8 zone;
	__u8 pad;
};

struct lb6_backend {
	__be32 address[4];
	__be16 port;
	__u8 proto;
	__u8 flags;
	__u16 cluster_id;
	__u8 zone;
	__u8 pad;
};

/* Version 2, of 1.11 and 1.12: the same up to the flags. */
struct lb4_backend_v2 {
	__be32 address;
	__be16 port;
	__u8 proto;
	__u8 flags;
};

struct lb6_backend_v2 {
	__be32 address[4];
	__be16 port;
	__u8 proto;
	__u8 flags;
};

struct lb4_reverse_nat {
	__be32 address;
	__be16 port;
} __attribute__((packed));

struct lb6_reverse_nat {
	__be32 address[4];
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

struct lb6_reverse_sk_key {
	__u64 cookie;
	__be32 address[4];
	__be16 port;
	__u16 pad;
	__u32 tail;
};

struct lb6_reverse_sk {
	__be32 address[4];
	__be16 port;
	__be16 rev_nat_id;
};

struct lb4_affinity_key {
	__u64 client; /* a network namespace's cookie, with the bit below; else an address */
	__be16 rev_nat_id;
	__u8 by_cookie;
	__u8 pad[5];
};

struct lb6_affinity_key {
	__u64 client;
	__u64 client_high;
	__be16 rev_nat_id;
	__u8 by_cookie;
	__u8 pad[5];
};

struct lb_affinity {
	__u64 last_used; /* seconds of the monotonic clock */
	__u32 backend_id;
	__u32 pad;
};

struct lb_affinity_match {
	__u32 backend_id;
	__be16 rev_nat_id;
	__u16 pad;
};

struct skip_lb4_key {
	__u64 netns_cookie;
	__be32 address;
	__be16 port;
	__u16 pad;
};

struct skip_lb6_key {
	__u64 netns_cookie;
	__be32 address[4];
	__u32 pad;
	__be16 port;
	__u16 tail;
};

struct ipcache_key {
	__u32 prefix_length; /* counts the 32 bits up to the address as well */
	__u16 cluster_id;
	__u8 pad;
	__u8 family; /* 1: IPv4, 2: IPv6 */
	__be32 address[4];
};

/* Up to 1.17. */
struct ipcache_v1 {
	__u32 identity;
	__be32 tunnel;
	__u32 key_and_flags;
};

/* 1.18 and later. */
struct ipcache_v2 {
	__u32 identity;
	__be32 tunnel[4];
	__u16 pad;
	__u8 key;
	__u8 flags; /* bit 3: of another cluster; 1.19 and later */
};

#define FLAG_EXTERNAL_IP 0x01
#define FLAG_NODEPORT 0x02
#define FLAG_LOCAL_SCOPE 0x04
#define FLAG_HOSTPORT 0x08
#define FLAG_AFFINITY 0x10
#define FLAG_LOADBALANCER 0x20
#define FLAG2_LOCALREDIRECT 0x01
#define FLAG2_NAT_46X64 0x02
#define FLAG2_L7 0x04
#define FLAG2_LOOPBACK 0x08 /* with HOSTPORT; without it: punt to the proxy */
#define FLAG2_TWO_SCOPES 0x20

#define IDENTITY_HOST 1
#define IDENTITY_REMOTE_NODE 6
#define IDENTITY_KUBE_APISERVER 7
#define IDENTITY_SCOPE_REMOTE_NODE 0x02 /* in the top byte */
#define IPCACHE_REMOTE_CLUSTER 0x08

_Static_assert(sizeof(struct lb4_key) == 12, "services_v2 key");
_Static_assert(sizeof(struct lb6_key) == 24, "services_v2 key, IPv6");
_Static_assert(sizeof(struct lb_service) == 12, "services_v2 value");
_Static_assert(sizeof(struct lb4_backend) == 12, "backends_v3 value");
_Static_assert(sizeof(struct lb6_backend) == 24, "backends_v3 value, IPv6");
_Static_assert(sizeof(struct lb4_backend_v2) == 8, "backends_v2 value");
_Static_assert(sizeof(struct lb6_backend_v2) == 20, "backends_v2 value, IPv6");
_Static_assert(sizeof(struct lb4_reverse_nat) == 6, "reverse_nat value");
_Static_assert(sizeof(struct lb6_reverse_nat) == 18, "reverse_nat value, IPv6");
_Static_assert(sizeof(struct lb4_reverse_sk_key) == 16, "reverse_sk key");
_Static_assert(sizeof(struct lb4_reverse_sk) == 8, "reverse_sk value");
_Static_assert(sizeof(struct lb6_reverse_sk_key) == 32, "reverse_sk key, IPv6");
_Static_assert(sizeof(struct lb6_reverse_sk) == 20, "reverse_sk value, IPv6");
_Static_assert(sizeof(struct lb4_affinity_key) == 16, "affinity key");
_Static_assert(sizeof(struct lb6_affinity_key) == 24, "affinity key, IPv6");
_Static_assert(sizeof(struct lb_affinity) == 16, "affinity value");
_Static_assert(sizeof(struct lb_affinity_match) == 8, "affinity_match key");
_Static_assert(sizeof(struct skip_lb4_key) == 16, "skip_lb4 key");
_Static_assert(sizeof(struct skip_lb6_key) == 32, "skip_lb6 key");
_Static_assert(sizeof(struct ipcache_key) == 24, "ipcache key");
_Static_assert(sizeof(struct ipcache_v1) == 12, "ipcache value");
_Static_assert(sizeof(struct ipcache_v2) == 24, "ipcache_v2 value");

#endif
