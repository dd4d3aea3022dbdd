// SPDX-License-Identifier: Apache-2.0
/*
 * Writes entries into pinned maps as bytes, for maps whose content comes from a plan:
 *
 *     MAP KEY VALUE        the map's name below MAP-PINS; two hexadecimal digits a byte, as in memory
 */
#include "labctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define LARGEST 64 /* bytes of a key or value */

static void parse_bytes(const char *text, unsigned char *bytes)
{
	const size_t count = strlen(text) / 2;
	if (count > LARGEST) {
		errno = 0;
		fail("\"%s\" has more than %d bytes", text, LARGEST);
	}
	for (size_t i = 0; i < count; i++)
		if (sscanf(text + 2 * i, "%2hhx", bytes + i) != 1) {
			errno = 0;
			fail("\"%s\" is not hexadecimal", text);
		}
}

int write_entries(int argc, char **argv)
{
	(void)argc;
	FILE *file = fopen(argv[1], "re");
	if (!file)
		fail("open the entries %s", argv[1]);

	char line[512], name[64], key_text[160], value_text[160], opened[64] = "";
	unsigned char key[LARGEST], value[LARGEST];
	int map = -1;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %159s %159s", name, key_text, value_text) != 3) {
			errno = 0;
			fail("%s: cannot read \"%s\"", argv[1], line);
		}
		if (strcmp(name, opened)) {
			if (map >= 0)
				close(map);
			map = open_pin(argv[0], strcpy(opened, name));
		}
		parse_bytes(key_text, key);
		parse_bytes(value_text, value);
		if (bpf_map_update_elem(map, key, value, BPF_ANY))
			fail("write %s", line);
	}
	fclose(file);
	return 0;
}
