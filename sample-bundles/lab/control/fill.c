// SPDX-License-Identifier: Apache-2.0
/*
 * Makes the pinned maps of one generation equal to a plan:
 *
 *     backend ID ADDRESS PORT PROTOCOL
 *     service REVNAT-ID ADDRESS PORT PROTOCOL BACKEND-ID,...    ("-" for none; what follows is ignored)
 *
 * An ADDRESS with a colon goes to the IPv6 maps, which need to exist only then.
 */
#include "labctl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>

#include "../bpf/layouts.h"

#define ALGORITHM_RANDOM (1U << 24) /* in the word of slot 0, above the 24 bits of affinity timeout */

struct generation {
	int services;
	int backends;
	int reverse_nat;
};

/* A line of the plan, for messages: it says which entry could not be written. */
static char line[4096];
static unsigned line_number;

static void put(int map, const void *key, const void *value)
{
	if (bpf_map_update_elem(map, key, value, BPF_ANY))
		fail("write the entries of line %u: %s", line_number, line);
}

static char *next_field(const char *meaning)
{
	char *field = strtok(NULL, " \n");
	if (!field) {
		errno = 0;
		fail("line %u of the plan has no %s", line_number, meaning);
	}
	return field;
}

/* Where an entry belongs; the two families of a map differ only in the address. */
struct endpoint {
	const struct generation *maps;
	bool v6;
	__be32 address[4]; /* IPv4: the first */
	__be16 port;
	__u8 proto;
};

static const struct generation *maps_of(bool v6);

static struct endpoint next_endpoint(void)
{
	struct sockaddr_storage parsed;
	const char *text = next_field("address");
	parse_socket_address(text, 0, &parsed);

	struct endpoint at = { .v6 = parsed.ss_family == AF_INET6 };
	at.maps = maps_of(at.v6);
	if (at.v6)
		memcpy(at.address, &((struct sockaddr_in6 *)&parsed)->sin6_addr, 16);
	else
		memcpy(at.address, &((struct sockaddr_in *)&parsed)->sin_addr, 4);
	at.port = htons(parse_number(next_field("port"), 1, 65535, "port"));
	at.proto = parse_protocol(next_field("protocol"));
	return at;
}

static void put_backend(void)
{
	const __u32 id = parse_number(next_field("id"), 1, UINT32_MAX, "backend id");
	const struct endpoint at = next_endpoint();
	if (at.v6) {
		struct lb6_backend backend = { .port = at.port, .proto = at.proto };
		memcpy(backend.address, at.address, sizeof(backend.address));
		put(at.maps->backends, &id, &backend);
	} else {
		const struct lb4_backend backend = { .address = at.address[0], .port = at.port, .proto = at.proto };
		put(at.maps->backends, &id, &backend);
	}
}

static void put_slot(const struct endpoint *at, __u16 slot, const struct lb_service *value)
{
	if (at->v6) {
		struct lb6_key key = { .dport = at->port, .backend_slot = slot, .proto = at->proto };
		memcpy(key.address, at->address, sizeof(key.address));
		put(at->maps->services, &key, value);
	} else {
		const struct lb4_key key = {
			.address = at->address[0],
			.dport = at->port,
			.backend_slot = slot,
			.proto = at->proto,
		};
		put(at->maps->services, &key, value);
	}
}

static void put_reverse_nat(const struct endpoint *at, __be16 id)
{
	if (at->v6) {
		struct lb6_reverse_nat reverse = { .port = at->port };
		memcpy(reverse.address, at->address, sizeof(reverse.address));
		put(at->maps->reverse_nat, &id, &reverse);
	} else {
		const struct lb4_reverse_nat reverse = { .address = at->address[0], .port = at->port };
		put(at->maps->reverse_nat, &id, &reverse);
	}
}

/* Cilium's order: the frontend's own entry last, so that it never promises a slot that is not there yet. */
static void put_service(void)
{
	const __be16 rev_nat_id = htons(parse_number(next_field("id"), 1, 65535, "reverse-NAT id"));
	const struct endpoint at = next_endpoint();
	struct lb_service frontend = {
		.backend_id = ALGORITHM_RANDOM,
		.rev_nat_id = rev_nat_id,
	};
	char *ids = next_field("backends"), *rest = NULL;

	if (strcmp(ids, "-"))
		for (char *id = strtok_r(ids, ",", &rest); id; id = strtok_r(NULL, ",", &rest)) {
			const struct lb_service slot = {
				.backend_id = parse_number(id, 1, UINT32_MAX, "backend id"),
				.rev_nat_id = rev_nat_id,
			};
			put_slot(&at, ++frontend.count, &slot);
		}
	put_reverse_nat(&at, rev_nat_id);
	put_slot(&at, 0, &frontend);
}

static void empty(int map)
{
	unsigned char key[sizeof(struct lb6_key)]; /* the largest of all */
	while (!bpf_map_get_next_key(map, NULL, key))
		if (bpf_map_delete_elem(map, key))
			fail("empty the maps before filling them");
}

static const char *pins;
static struct generation generations[2]; /* IPv4, IPv6 */
static bool opened[2];

/* Opened, and emptied, when first asked for. */
static const struct generation *maps_of(bool v6)
{
	struct generation *maps = &generations[v6];
	if (opened[v6])
		return maps;
	maps->services = open_pin(pins, v6 ? "cilium_lb6_services_v2" : "cilium_lb4_services_v2");
	maps->backends = open_pin(pins, v6 ? "cilium_lb6_backends_v3" : "cilium_lb4_backends_v3");
	maps->reverse_nat = open_pin(pins, v6 ? "cilium_lb6_reverse_nat" : "cilium_lb4_reverse_nat");
	empty(maps->services);
	empty(maps->backends);
	empty(maps->reverse_nat);
	opened[v6] = true;
	return maps;
}

int fill(int argc, char **argv)
{
	(void)argc;
	pins = argv[0];
	const char *path = argv[1];
	FILE *plan = fopen(path, "re");
	if (!plan)
		fail("open the plan %s", path);

	maps_of(false); /* also a plan without any service empties the maps */
	char copy[sizeof(line)];
	while (fgets(line, sizeof(line), plan)) {
		line_number++;
		line[strcspn(line, "\n")] = '\0';
		const char *kind = strtok(strcpy(copy, line), " ");
		if (kind && !strcmp(kind, "backend"))
			put_backend();
		else if (kind && !strcmp(kind, "service"))
			put_service();
	}
	fclose(plan);
	return 0;
}
