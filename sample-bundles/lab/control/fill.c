// SPDX-License-Identifier: Apache-2.0
/*
 * Makes the pinned maps of one generation equal to a plan:
 *
 *     backend ID ADDRESS PORT PROTOCOL
 *     service REVNAT-ID ADDRESS PORT PROTOCOL BACKEND-ID,...    ("-" for none; what follows is ignored)
 */
#include "labctl.h"

#include <errno.h>
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

static void put_backend(const struct generation *to)
{
	const __u32 id = parse_number(next_field("id"), 1, UINT32_MAX, "backend id");
	struct lb4_backend backend = {
		.address = parse_address(next_field("address")).s_addr,
		.port = htons(parse_number(next_field("port"), 1, 65535, "port")),
		.proto = parse_protocol(next_field("protocol")),
	};
	put(to->backends, &id, &backend);
}

/* Cilium's order: the frontend's own entry last, so that it never promises a slot that is not there yet. */
static void put_service(const struct generation *to)
{
	const __be16 rev_nat_id = htons(parse_number(next_field("id"), 1, 65535, "reverse-NAT id"));
	struct lb4_key key = {
		.address = parse_address(next_field("address")).s_addr,
		.dport = htons(parse_number(next_field("port"), 1, 65535, "port")),
		.proto = parse_protocol(next_field("protocol")),
	};
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
			key.backend_slot = ++frontend.count;
			put(to->services, &key, &slot);
		}

	const struct lb4_reverse_nat reverse = { .address = key.address, .port = key.dport };
	put(to->reverse_nat, &rev_nat_id, &reverse);

	key.backend_slot = 0;
	put(to->services, &key, &frontend);
}

static void empty(int map)
{
	unsigned char key[sizeof(struct lb4_key)]; /* the largest of the three */
	while (!bpf_map_get_next_key(map, NULL, key))
		if (bpf_map_delete_elem(map, key))
			fail("empty the maps before filling them");
}

int fill(int argc, char **argv)
{
	(void)argc;
	const char *pins = argv[0], *path = argv[1];
	const struct generation to = {
		.services = open_pin(pins, "cilium_lb4_services_v2"),
		.backends = open_pin(pins, "cilium_lb4_backends_v3"),
		.reverse_nat = open_pin(pins, "cilium_lb4_reverse_nat"),
	};
	FILE *plan = fopen(path, "re");
	if (!plan)
		fail("open the plan %s", path);

	empty(to.services);
	empty(to.backends);
	empty(to.reverse_nat);

	char copy[sizeof(line)];
	while (fgets(line, sizeof(line), plan)) {
		line_number++;
		line[strcspn(line, "\n")] = '\0';
		const char *kind = strtok(strcpy(copy, line), " ");
		if (kind && !strcmp(kind, "backend"))
			put_backend(&to);
		else if (kind && !strcmp(kind, "service"))
			put_service(&to);
	}
	fclose(plan);
	return 0;
}
