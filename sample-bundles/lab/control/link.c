// SPDX-License-Identifier: Apache-2.0
/* The pinned cgroup links of Cilium 1.14 and later: made once, then updated in place by each upgrade. */
#include "labctl.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>

static const struct hook {
	const char *program;
	enum bpf_attach_type type;
} hooks[] = {
	{ "cil_sock4_connect", BPF_CGROUP_INET4_CONNECT },
	{ "cil_sock4_sendmsg", BPF_CGROUP_UDP4_SENDMSG },
	{ "cil_sock4_recvmsg", BPF_CGROUP_UDP4_RECVMSG },
	{ "cil_sock4_getpeername", BPF_CGROUP_INET4_GETPEERNAME },
};

#define HOOKS (sizeof(hooks) / sizeof(*hooks))

int attach_links(int argc, char **argv)
{
	(void)argc;
	const char *cgroup_path = argv[0], *program_pins = argv[1], *link_pins = argv[2];
	const int cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0)
		fail("open the cgroup %s", cgroup_path);

	for (const struct hook *hook = hooks; hook < hooks + HOOKS; hook++) {
		const int program = open_pin(program_pins, hook->program);
		const int link = bpf_link_create(program, cgroup, hook->type, NULL);
		if (link < 0)
			fail("link %s to %s", hook->program, cgroup_path);

		char pin[PATH_MAX];
		snprintf(pin, sizeof(pin), "%s/%s", link_pins, hook->program);
		if (bpf_obj_pin(link, pin))
			fail("pin the link %s", pin);
		close(link);
		close(program);
	}
	close(cgroup);
	return 0;
}

int update_links(int argc, char **argv)
{
	(void)argc;
	const char *program_pins = argv[0], *link_pins = argv[1];

	for (const struct hook *hook = hooks; hook < hooks + HOOKS; hook++) {
		const int program = open_pin(program_pins, hook->program);
		const int link = open_pin(link_pins, hook->program);
		if (bpf_link_update(link, program, NULL))
			fail("put %s into the link %s/%s", hook->program, link_pins, hook->program);
		close(link);
		close(program);
	}
	return 0;
}
