// SPDX-License-Identifier: Apache-2.0
/*
 * fill NAME ENTRIES PIN: makes a hash map with 12-byte keys and values, fills it and pins it; or fills the one of that pin.
 * With a fourth argument N, N empty maps of one entry instead, pinned as PIN0, PIN1 and so on.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr *attr)
{
	long result = syscall(SYS_bpf, command, attr, sizeof(*attr));
	if (result < 0) {
		fprintf(stderr, "bpf(%d): %s\n", command, strerror(errno));
		exit(1);
	}
	return result;
}

static int make(const char *name, unsigned int entries, const char *pin)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_HASH, .key_size = 12, .value_size = 12, .max_entries = entries, .map_flags = BPF_F_NO_PREALLOC,
	};
	int map;

	strncpy(attr.map_name, name, sizeof(attr.map_name) - 1);
	map = (int)bpf(BPF_MAP_CREATE, &attr);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (unsigned long)pin;
	attr.bpf_fd = map;
	bpf(BPF_OBJ_PIN, &attr);
	return map;
}

int main(int argc, char **argv)
{
	unsigned int entries = argc > 3 ? (unsigned int)atoi(argv[2]) : 0;
	unsigned int key[3] = {}, value[3] = {};
	union bpf_attr attr = {};
	char pin[256];

	if (argc < 4)
		return 2;
	for (int i = 0; argc > 4 && i < atoi(argv[4]); i++) {
		snprintf(pin, sizeof(pin), "%s%d", argv[3], i);
		close(make(argv[1], 1, pin));
	}
	if (argc > 4)
		return 0;
	if (access(argv[3], F_OK) == 0) {
		union bpf_attr pinned = { .pathname = (unsigned long)argv[3] };
		attr.map_fd = (unsigned int)bpf(BPF_OBJ_GET, &pinned);
	} else {
		attr.map_fd = (unsigned int)make(argv[1], entries, argv[3]);
	}
	attr.key = (unsigned long)key;
	attr.value = (unsigned long)value;
	for (unsigned int i = 0; i < entries; i++) {
		key[0] = 0xac10 + i;
		key[1] = 0x901f + (i >> 16);
		value[0] = i;
		bpf(BPF_MAP_UPDATE_ELEM, &attr);
	}
	return 0;
}
