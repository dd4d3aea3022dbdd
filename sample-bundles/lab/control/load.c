// SPDX-License-Identifier: Apache-2.0
/*
 * Loads an object the way the Cilium agent does: maps join the pins that exist below MAP-PINS, missing
 * ones are created and pinned there. bpftool cannot: its pin root for maps is fixed at /sys/fs/bpf.
 * The programs are pinned too, but only to hand them to the next command.
 */
#include "labctl.h"

#include <bpf/libbpf.h>

int load(int argc, char **argv)
{
	(void)argc;
	const char *path = argv[0], *map_pins = argv[1], *program_pins = argv[2];
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = map_pins);

	struct bpf_object *object = bpf_object__open_file(path, &options);
	if (!object)
		fail("open %s", path);
	if (bpf_object__load(object))
		fail("load %s", path);
	if (bpf_object__pin_programs(object, program_pins))
		fail("pin the programs of %s in %s", path, program_pins);
	bpf_object__close(object);
	return 0;
}
