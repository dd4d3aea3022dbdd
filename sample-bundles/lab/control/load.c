// SPDX-License-Identifier: Apache-2.0
/*
 * Loads an object the way the Cilium agent does: maps join the pins that exist below MAP-PINS, missing
 * ones are created and pinned there. bpftool cannot: its pin root for maps is fixed at /sys/fs/bpf.
 * The programs are pinned too, but only to hand them to the next command. An object that has a section for the
 * cookie of the node's network namespace gets it: the namespace is the one that this runs in.
 */
#include "labctl.h"

#include <stdint.h>

#include <bpf/libbpf.h>

/* sock.bpf.c keeps the cookie in a section of its own; other objects have none. */
static void set_namespace(struct bpf_object *object)
{
	struct bpf_map *data = bpf_object__find_map_by_name(object, ".rodata.node");
	const uint64_t cookie = netns_cookie();
	if (!data || bpf_map__value_size(data) != sizeof(cookie))
		return;
	if (bpf_map__set_initial_value(data, &cookie, sizeof(cookie)))
		fail("set the network namespace of the programs");
}

int load(int argc, char **argv)
{
	(void)argc;
	const char *path = argv[0], *map_pins = argv[1], *program_pins = argv[2];
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = map_pins);

	struct bpf_object *object = bpf_object__open_file(path, &options);
	if (!object)
		fail("open %s", path);
	set_namespace(object);
	if (bpf_object__load(object))
		fail("load %s", path);
	if (bpf_object__pin_programs(object, program_pins))
		fail("pin the programs of %s in %s", path, program_pins);
	bpf_object__close(object);
	return 0;
}
