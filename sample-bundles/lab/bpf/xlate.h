/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps and translation of one address family; included once with FAMILY 4 and once with 6. The steps are
 * those of Cilium's socket programs, in their order.
 */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define JOIN3_(a, b, c) a##b##c
#define JOIN3(a, b, c) JOIN3_(a, b, c)
#define OF(name) JOIN(name, FAMILY)                   /* address4 */
#define LB(name) JOIN3(lb, FAMILY, name)              /* lb4_key */
#define MAP(name) JOIN3(cilium_lb, FAMILY, name)      /* cilium_lb4_services_v2 */

#if FAMILY == 4
#define WORDS 1
#define IPCACHE_FAMILY 1
#define SET_KEY_ADDRESS(key, from) (key)->address = (from)->ip[0]
#define CLEAR_KEY_ADDRESS(key) (key)->address = 0
#else
#define WORDS 4
#define IPCACHE_FAMILY 2
#define SET_KEY_ADDRESS(key, from)                \
	do {                                      \
		(key)->address[0] = (from)->ip[0]; \
		(key)->address[1] = (from)->ip[1]; \
		(key)->address[2] = (from)->ip[2]; \
		(key)->address[3] = (from)->ip[3]; \
	} while (0)
#define CLEAR_KEY_ADDRESS(key)            \
	do {                              \
		(key)->address[0] = 0;     \
		(key)->address[1] = 0;     \
		(key)->address[2] = 0;     \
		(key)->address[3] = 0;     \
	} while (0)
#endif

struct OF(address) {
	__be32 ip[WORDS];
	__be16 port;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct LB(_key)));
	__uint(value_size, sizeof(struct lb_service));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(map_flags, READ_ONLY);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} MAP(_services_v2) SEC(".maps");

#if RELEASE >= 113
#define BACKENDS MAP(_backends_v3)
typedef struct LB(_backend) OF(backend_entry);
#else
#define BACKENDS MAP(_backends_v2)
typedef struct LB(_backend_v2) OF(backend_entry);
#endif

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(OF(backend_entry)));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} BACKENDS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(key_size, sizeof(struct LB(_reverse_sk_key)));
	__uint(value_size, sizeof(struct LB(_reverse_sk)));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} MAP(_reverse_sk) SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(key_size, sizeof(struct LB(_affinity_key)));
	__uint(value_size, sizeof(struct lb_affinity));
	__uint(max_entries, LB_MAP_ENTRIES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} MAP(_affinity) SEC(".maps");

#if RELEASE >= 116
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(key_size, sizeof(struct JOIN3(skip_lb, FAMILY, _key)));
	__uint(value_size, sizeof(__u8));
	__uint(max_entries, 100);
	__uint(map_flags, READ_ONLY);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} OF(cilium_skip_lb) SEC(".maps");
#endif

static __always_inline bool OF(is_loopback)(const struct OF(address) *to)
{
#if FAMILY == 4
	return (to->ip[0] & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000);
#else
	return !to->ip[0] && !to->ip[1] && !to->ip[2] && to->ip[3] == bpf_htonl(1);
#endif
}

static __always_inline const ipcache_entry *OF(identity_of)(const struct OF(address) *to)
{
	struct ipcache_key key = {
		.prefix_length = 32 + WORDS * 32,
		.family = IPCACHE_FAMILY,
	};
	key.address[0] = to->ip[0];
#if FAMILY == 6
	key.address[1] = to->ip[1];
	key.address[2] = to->ip[2];
	key.address[3] = to->ip[3];
#endif
	return bpf_map_lookup_elem(&IPCACHE, &key);
}

/* One entry; 1.17 and 1.18 try protocol 0 after the exact one, and leave it in the key. */
static __always_inline const struct lb_service *OF(frontend)(struct LB(_key) *key)
{
	const struct lb_service *service = bpf_map_lookup_elem(&MAP(_services_v2), key);
#if RELEASE == 117 || RELEASE == 118
	if (!service && key->proto) {
		key->proto = 0;
		service = bpf_map_lookup_elem(&MAP(_services_v2), key);
	}
#endif
	return service;
}

static __always_inline bool OF(switches_scope)(const struct lb_service *service)
{
#if RELEASE >= 113
	return service->flags2 & FLAG2_TWO_SCOPES;
#else
	return service->flags & FLAG_LOCAL_SCOPE;
#endif
}

/* Its word is the proxy's port. From 1.18 on, a service whose port is 0 is like any other. */
static __always_inline bool OF(is_proxied)(const struct lb_service *service)
{
	return service->flags2 & FLAG2_L7 && (RELEASE < 118 || (__be16)service->backend_id);
}

static __always_inline const struct lb_service *OF(lookup)(struct LB(_key) *key, __u8 proto)
{
	key->proto = RELEASE >= 117 ? proto : 0;
	key->scope = 0;
	key->backend_slot = 0;
	const struct lb_service *service = OF(frontend)(key);
	if (service && OF(switches_scope)(service)) {
		key->scope = 1;
#if RELEASE >= 118
		key->proto = proto;
#endif
		service = OF(frontend)(key);
	}
#if RELEASE < 113
	if (service && !service->count && !OF(is_proxied)(service))
		return NULL;
#endif
	return service;
}

/* The entries for NodePorts and HostPorts have address 0 and hold for this host's addresses. */
static __always_inline const struct lb_service *OF(surrogate)(void *ctx, struct LB(_key) *key,
							      const struct OF(address) *to, __u8 proto)
{
	const __u16 port = bpf_ntohs(to->port);
	const bool in_range = port >= NODEPORT_MIN && port <= NODEPORT_MAX;

	if (!(OF(is_loopback)(to) && in_host_netns(ctx))) {
		const ipcache_entry *entry = OF(identity_of)(to);
		if (!is_host(entry) && !(in_range && is_remote_node(entry)))
			return NULL;
	}
	CLEAR_KEY_ADDRESS(key);
	const struct lb_service *service = OF(lookup)(key, proto);
	if (!service)
		return NULL;
	if (in_range)
		return service->flags & FLAG_NODEPORT ? service : NULL;
	if (!(service->flags & FLAG_HOSTPORT))
		return NULL;
	return RELEASE < 113 || !(service->flags2 & FLAG2_LOOPBACK) || OF(is_loopback)(to) ? service : NULL;
}

/* Whether a socket must not be bound there: a service of the node's own addresses has that port. */
static __always_inline bool OF(is_taken)(struct bpf_sock *ctx)
{
#if FAMILY == 4
	const struct OF(address) at = { .ip = { ctx->src_ip4 }, .port = bpf_htons(ctx->src_port) };
#else
	const struct OF(address) at = {
		.ip = { ctx->src_ip6[0], ctx->src_ip6[1], ctx->src_ip6[2], ctx->src_ip6[3] },
		.port = bpf_htons(ctx->src_port),
	};
#endif
	const __u8 proto = ctx->protocol;
	struct LB(_key) key = { .dport = at.port };
	SET_KEY_ADDRESS(&key, &at);
	const struct lb_service *service = OF(lookup)(&key, proto);
	if (!service)
		service = OF(surrogate)(ctx, &key, &at, proto);
	return service && service->flags & (FLAG_NODEPORT | FLAG_EXTERNAL_IP | FLAG_LOADBALANCER);
}

static __always_inline bool OF(is_exempt)(struct bpf_sock_addr *ctx, const struct lb_service *service,
					  const struct OF(address) *to)
{
	(void)ctx; /* up to 1.15 the client's namespace does not matter */
#if RELEASE >= 119
	if (service->flags2 & FLAG2_LOOPBACK && !(service->flags & FLAG_HOSTPORT))
		return true; /* the proxy takes the packets themselves */
#endif
	if (service->flags2 & FLAG2_NAT_46X64)
		return true;
	if ((service->flags & FLAG_EXTERNAL_IP || (service->flags & FLAG_HOSTPORT && !OF(is_loopback)(to))) &&
	    !is_host(OF(identity_of)(to)))
		return true;
#if RELEASE >= 116
	if (service->flags2 & FLAG2_LOCALREDIRECT) {
		struct JOIN3(skip_lb, FAMILY, _key) key = {
			.netns_cookie = bpf_get_netns_cookie(ctx),
			.port = to->port,
		};
		SET_KEY_ADDRESS(&key, to);
		if (bpf_map_lookup_elem(&OF(cilium_skip_lb), &key))
			return true;
	}
#endif
	return false;
}

/* The backend that this client was sent to last, while its affinity lasts; 0 for none. */
static __always_inline __u32 OF(remembered)(const struct LB(_affinity_key) *client, __u32 timeout)
{
	struct lb_affinity *entry = bpf_map_lookup_elem(&MAP(_affinity), client);
	if (!entry)
		return 0;
	const struct lb_affinity_match match = {
		.backend_id = entry->backend_id,
		.rev_nat_id = client->rev_nat_id,
	};
	if (entry->last_used + timeout <= now_seconds() ||
	    !bpf_map_lookup_elem(&cilium_lb_affinity_match, &match)) {
		bpf_map_delete_elem(&MAP(_affinity), client);
		return 0;
	}
	entry->last_used = now_seconds();
	return entry->backend_id;
}

static __always_inline int OF(rewrite)(struct OF(address) *to, __u64 cookie, const __be32 *ip, __be16 port,
				       __be16 rev_nat_id)
{
	struct LB(_reverse_sk_key) translated = { .cookie = cookie, .port = port };
	struct LB(_reverse_sk) original = { .port = to->port, .rev_nat_id = rev_nat_id };
	SET_KEY_ADDRESS(&original, to);
#if FAMILY == 4
	translated.address = ip[0];
#else
	translated.address[0] = ip[0];
	translated.address[1] = ip[1];
	translated.address[2] = ip[2];
	translated.address[3] = ip[3];
#endif
	if (bpf_map_update_elem(&MAP(_reverse_sk), &translated, &original, BPF_ANY))
		return RELEASE >= 113 ? refuse(ENOMEM) : PROCEED;
	to->ip[0] = ip[0];
#if FAMILY == 6
	to->ip[1] = ip[1];
	to->ip[2] = ip[2];
	to->ip[3] = ip[3];
#endif
	to->port = port;
	return PROCEED;
}

static __always_inline int OF(translate)(struct bpf_sock_addr *ctx, struct OF(address) *to, __u8 proto)
{
	struct LB(_key) key = { .dport = to->port };
	SET_KEY_ADDRESS(&key, to);
	const struct lb_service *service = OF(lookup)(&key, proto);
	if (!service)
		service = OF(surrogate)(ctx, &key, to, proto);
	if (!service)
		return NO_SERVICE;
	if (!service->count && !OF(is_proxied)(service))
		return dead_end();
	if (OF(is_exempt)(ctx, service, to))
		return PROCEED;

	const __u64 cookie = bpf_get_socket_cookie(ctx);
	if (OF(is_proxied)(service)) {
		if (!in_host_netns(ctx))
			return PROCEED; /* redirected where the packet leaves */
#if FAMILY == 4
		const __be32 proxy[] = { bpf_htonl(0x7f000001) };
#else
		const __be32 proxy[] = { 0, 0, 0, bpf_htonl(1) };
#endif
		return OF(rewrite)(to, cookie, proxy, (__be16)service->backend_id, service->rev_nat_id);
	}

	const bool sticky = service->flags & FLAG_AFFINITY;
	const __u32 timeout = RELEASE >= 117 ? service->backend_id & 0xffffff : service->backend_id;
	const __u16 count = service->count;
	const __be16 rev_nat_id = service->rev_nat_id;
	struct LB(_affinity_key) client = {
		.client = bpf_get_netns_cookie(ctx),
		.rev_nat_id = rev_nat_id,
		.by_cookie = 1,
	};
	__u32 backend_id = sticky ? OF(remembered)(&client, timeout) : 0;
	const OF(backend_entry) *backend = NULL;
	if (backend_id)
		backend = bpf_map_lookup_elem(&BACKENDS, &backend_id);
	if (!backend) {
		if (!count)
			return dead_end(); /* for the verifier, which forgets that it is not 0 */
		const __u64 choice = proto == IPPROTO_TCP ? bpf_get_prandom_u32() : cookie;
		key.backend_slot = choice % count + 1;
		const struct lb_service *slot = bpf_map_lookup_elem(&MAP(_services_v2), &key);
		if (!slot)
			return dead_end();
		backend_id = slot->backend_id;
		backend = bpf_map_lookup_elem(&BACKENDS, &backend_id);
		if (!backend)
			return dead_end();
		if (sticky) {
			const struct lb_affinity now = { .last_used = now_seconds(), .backend_id = backend_id };
			bpf_map_update_elem(&MAP(_affinity), &client, &now, BPF_ANY);
		}
	}
#if FAMILY == 4
	const __be32 ip[] = { backend->address };
#else
	const __be32 ip[] = { backend->address[0], backend->address[1], backend->address[2], backend->address[3] };
#endif
	return OF(rewrite)(to, cookie, ip, backend->port, rev_nat_id);
}

/* A socket's reverse_sk entry is valid only while it still names the same service. */
static __always_inline enum memory OF(translate_back)(struct bpf_sock_addr *ctx, struct OF(address) *peer, __u8 proto)
{
	struct LB(_reverse_sk_key) translated = {
		.cookie = bpf_get_socket_cookie(ctx),
		.port = peer->port,
	};
	SET_KEY_ADDRESS(&translated, peer);
	const struct LB(_reverse_sk) *entry = bpf_map_lookup_elem(&MAP(_reverse_sk), &translated);
	if (!entry)
		return NO_MEMORY;

	const struct LB(_reverse_sk) original = *entry;
	struct OF(address) asked = { .port = original.port };
	struct LB(_key) key = { .dport = original.port };
#if FAMILY == 4
	asked.ip[0] = original.address;
#else
	asked.ip[0] = original.address[0];
	asked.ip[1] = original.address[1];
	asked.ip[2] = original.address[2];
	asked.ip[3] = original.address[3];
#endif
	SET_KEY_ADDRESS(&key, &asked);
	const struct lb_service *service = OF(lookup)(&key, proto);
	if (!service)
		service = OF(surrogate)(ctx, &key, &asked, proto);
	if (!service || service->rev_nat_id != original.rev_nat_id || (!service->count && !OF(is_proxied)(service))) {
		bpf_map_delete_elem(&MAP(_reverse_sk), &translated);
		return FORGOTTEN;
	}
	*peer = asked;
	return REMEMBERED;
}

#undef JOIN_
#undef JOIN
#undef JOIN3_
#undef JOIN3
#undef OF
#undef LB
#undef MAP
#undef WORDS
#undef IPCACHE_FAMILY
#undef SET_KEY_ADDRESS
#undef CLEAR_KEY_ADDRESS
#undef BACKENDS
