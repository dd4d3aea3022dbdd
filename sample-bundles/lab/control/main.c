// SPDX-License-Identifier: Apache-2.0
/* labctl: what the lab needs from the kernel and bpftool, ip and tc cannot give. */
#include "labctl.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/bpf.h>

static const struct verb {
	const char *name;
	const char *arguments;
	int least;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "load", "OBJECT MAP-PINS PROGRAM-PINS", 3, load },
	{ "fill", "MAP-PINS PLAN", 2, fill },
	{ "write", "MAP-PINS ENTRIES", 2, write_entries },
	{ "attach", "ATTACHMENTS", 1, attach_each },
	{ "update-links", "PROGRAM-PINS LINK-PINS", 2, update_links },
	{ "serve", "SECONDS PORT...", 2, serve },
	{ "connect", "SECONDS ATTEMPTS", 2, connect_all },
	{ "netns-cookie", "", 0, print_cookie },
	{ "dial", "PORT,... DIALS", 2, dial_all },
};

#define VERBS (sizeof(verbs) / sizeof(*verbs))

void fail(const char *what, ...)
{
	const int error = errno;
	va_list arguments;

	fputs("labctl: ", stderr);
	va_start(arguments, what);
	vfprintf(stderr, what, arguments);
	va_end(arguments);
	if (error)
		fprintf(stderr, ": %s", strerror(error));
	fputc('\n', stderr);
	exit(1);
}

int open_pin(const char *directory, const char *name)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	const int fd = bpf_obj_get(path);
	if (fd < 0)
		fail("open the pin %s", path);
	return fd;
}

uint64_t netns_cookie(void)
{
	const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	if (getsockopt(probe, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length))
		fail("ask for the network namespace's cookie");
	close(probe);
	return cookie;
}

/* As the bytes of a map's key. */
int print_cookie(int argc, char **argv)
{
	(void)argc, (void)argv;
	const uint64_t cookie = netns_cookie();
	for (size_t i = 0; i < sizeof(cookie); i++)
		printf("%02x", ((const unsigned char *)&cookie)[i]);
	putchar('\n');
	return 0;
}

long parse_number(const char *text, long min, long max, const char *meaning)
{
	char *end;
	errno = 0;
	const long number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < min || number > max) {
		errno = 0;
		fail("%s: \"%s\" is not a number from %ld to %ld", meaning, text, min, max);
	}
	return number;
}

struct in_addr parse_address(const char *text)
{
	struct in_addr address;
	if (inet_pton(AF_INET, text, &address) != 1) {
		errno = 0;
		fail("\"%s\" is not an IPv4 address", text);
	}
	return address;
}

uint8_t parse_protocol(const char *text)
{
	if (!strcmp(text, "tcp"))
		return IPPROTO_TCP;
	if (!strcmp(text, "udp"))
		return IPPROTO_UDP;
	errno = 0;
	fail("\"%s\" is not a protocol (tcp, udp)", text);
}

socklen_t parse_socket_address(const char *text, unsigned port, struct sockaddr_storage *to)
{
	memset(to, 0, sizeof(*to));
	if (!strchr(text, ':')) {
		struct sockaddr_in *to4 = (struct sockaddr_in *)to;
		to4->sin_family = AF_INET;
		to4->sin_port = htons(port);
		to4->sin_addr = parse_address(text);
		return sizeof(*to4);
	}
	struct sockaddr_in6 *to6 = (struct sockaddr_in6 *)to;
	to6->sin6_family = AF_INET6;
	to6->sin6_port = htons(port);
	if (inet_pton(AF_INET6, text, &to6->sin6_addr) != 1) {
		errno = 0;
		fail("\"%s\" is not an IPv6 address", text);
	}
	return sizeof(*to6);
}

void socket_address_text(const struct sockaddr_storage *from, char text[SOCKET_ADDRESS_TEXT])
{
	char address[INET6_ADDRSTRLEN] = "?";
	const bool v4 = from->ss_family == AF_INET;
	inet_ntop(from->ss_family,
		  v4 ? (const void *)&((const struct sockaddr_in *)from)->sin_addr
		     : (const void *)&((const struct sockaddr_in6 *)from)->sin6_addr,
		  address, sizeof(address));
	/* both families keep the port in the same place */
	snprintf(text, SOCKET_ADDRESS_TEXT, v4 ? "%s:%u" : "[%s]:%u", address, ntohs(((const struct sockaddr_in *)from)->sin_port));
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < VERBS; i++)
		if (!strcmp(argv[1], verbs[i].name) && argc - 2 >= verbs[i].least)
			return verbs[i].run(argc - 2, argv + 2);

	fputs("usage:\n", stderr);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(stderr, "  labctl %s %s\n", verbs[i].name, verbs[i].arguments);
	return 2;
}
