// SPDX-License-Identifier: Apache-2.0
/*
 * The classifier on the node's end of the pod's veth. With socket load balancing no packet carries a
 * service address any more, so it only watches: it looks each packet up in the load-balancer maps of the
 * current generation, counts what it found, and passes the packet.
 */
#include "lb4.h"

#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>

#define DIRECTION_EGRESS 2  /* seen from the pod */
#define DIRECTION_SERVICE 3 /* addressed to a service: the connect() of this packet was not translated */

struct metrics_key {
	__u8 reason; /* 0: forwarded */
	__u8 direction;
	__u16 line;
	__u8 file;
	__u8 pad[3];
};

struct metrics_value {
	__u64 count;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(key_size, sizeof(struct metrics_key));
	__uint(value_size, sizeof(struct metrics_value));
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} cilium_metrics SEC(".maps");

static __always_inline void count(__u8 direction, __u32 bytes)
{
	const struct metrics_key key = { .direction = direction };
	struct metrics_value *value = bpf_map_lookup_elem(&cilium_metrics, &key);
	if (value) {
		value->count++;
		value->bytes += bytes;
		return;
	}
	const struct metrics_value first = { .count = 1, .bytes = bytes };
	bpf_map_update_elem(&cilium_metrics, &key, &first, BPF_ANY);
}

static __always_inline bool addressed_to_service(struct __sk_buff *skb)
{
	struct iphdr ip;
	__be16 dport;

	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) ||
	    (ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP) ||
	    /* TCP and UDP both keep the destination port two bytes in */
	    bpf_skb_load_bytes(skb, ETH_HLEN + ip.ihl * 4 + offsetof(struct tcphdr, dest), &dport,
			       sizeof(dport)))
		return false;

	struct lb4_key key = { .address = ip.daddr, .dport = dport, .proto = ip.protocol };
	const struct lb_service *service = lb4_slot(&key, 0);
	if (!service)
		return false;
	const struct lb_service *slot = lb4_slot(&key, 1);
	return slot && lb4_backend(slot);
}

SEC("tc")
int cil_from_container(struct __sk_buff *skb)
{
	count(addressed_to_service(skb) ? DIRECTION_SERVICE : DIRECTION_EGRESS, skb->len);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Apache-2.0";
