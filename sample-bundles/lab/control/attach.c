// SPDX-License-Identifier: Apache-2.0
/*
 * Attaches programs one after another, with flags that bpftool has no words for:
 *
 *     CGROUP HOOK PROGRAM-PIN legacy|link FLAGS LINK-PIN|-
 *
 * FLAGS are those of the kernel, as a number: 1 override, 2 multi, 8 before, 64 preorder. A refusal of the kernel
 * is not a failure here: for each line of input, a line of output says "ok" or gives the error.
 */
#define _GNU_SOURCE /* strerrorname_np */

#include "labctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

static const struct hook {
	const char *name;
	enum bpf_attach_type type;
} hooks[] = {
	{ "connect4", BPF_CGROUP_INET4_CONNECT },	  { "connect6", BPF_CGROUP_INET6_CONNECT },
	{ "sendmsg4", BPF_CGROUP_UDP4_SENDMSG },	  { "sendmsg6", BPF_CGROUP_UDP6_SENDMSG },
	{ "recvmsg4", BPF_CGROUP_UDP4_RECVMSG },	  { "recvmsg6", BPF_CGROUP_UDP6_RECVMSG },
	{ "getpeername4", BPF_CGROUP_INET4_GETPEERNAME }, { "getpeername6", BPF_CGROUP_INET6_GETPEERNAME },
	{ "post_bind4", BPF_CGROUP_INET4_POST_BIND },	  { "post_bind6", BPF_CGROUP_INET6_POST_BIND },
};

static enum bpf_attach_type parse_hook(const char *name)
{
	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
		if (!strcmp(name, hooks[i].name))
			return hooks[i].type;
	errno = 0;
	fail("\"%s\" is no hook", name);
}

static int attach(const char *cgroup_path, const char *hook, const char *program_pin, unsigned flags, const char *link_pin)
{
	const int cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0)
		fail("open the cgroup %s", cgroup_path);
	const int program = bpf_obj_get(program_pin);
	if (program < 0)
		fail("open the pin %s", program_pin);

	int refused = 0;
	if (!link_pin) {
		refused = bpf_prog_attach(program, cgroup, parse_hook(hook), flags) ? errno : 0;
	} else {
		LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
		const int link = bpf_link_create(program, cgroup, parse_hook(hook), &options);
		if (link < 0)
			refused = errno;
		else if (bpf_obj_pin(link, link_pin))
			fail("pin the link %s", link_pin);
		else
			close(link);
	}
	close(program);
	close(cgroup);
	return refused;
}

int attach_each(int argc, char **argv)
{
	(void)argc;
	FILE *file = fopen(argv[0], "re");
	if (!file)
		fail("open the attachments %s", argv[0]);

	char line[1024], cgroup[256], hook[32], program[256], how[16], pin[256];
	unsigned flags;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%255s %31s %255s %15s %u %255s", cgroup, hook, program, how, &flags, pin) != 6) {
			errno = 0;
			fail("%s: cannot read \"%s\"", argv[0], line);
		}
		const int refused = attach(cgroup, hook, program, flags, strcmp(how, "link") ? NULL : pin);
		printf("%s\n", refused ? strerrorname_np(refused) : "ok");
	}
	fclose(file);
	return 0;
}
