// SPDX-License-Identifier: Apache-2.0
/* What an upgrade does to the pinned cgroup links of Cilium 1.14 and later: the new programs replace the old ones. */
#include "labctl.h"

#include <unistd.h>

#include <bpf/bpf.h>

static const char *const names[] = { "cil_sock4_connect", "cil_sock4_sendmsg", "cil_sock4_recvmsg",
				     "cil_sock4_getpeername" };

int update_links(int argc, char **argv)
{
	(void)argc;
	const char *program_pins = argv[0], *link_pins = argv[1];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const int program = open_pin(program_pins, names[i]);
		const int link = open_pin(link_pins, names[i]);
		if (bpf_link_update(link, program, NULL))
			fail("put %s into the link %s/%s", names[i], link_pins, names[i]);
		close(link);
		close(program);
	}
	return 0;
}
