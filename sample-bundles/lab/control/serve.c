// SPDX-License-Identifier: Apache-2.0
/*
 * All living backends of the cluster at once: listens on each port, on every address of both families that the
 * peer owns. A client is greeted with the address that it reached, and kept until it leaves.
 *
 * Returns once the ports are open; a child goes on serving, for SECONDS at most.
 */
#define _GNU_SOURCE /* accept4 */

#include "labctl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#define LIMIT 512 /* ports and clients together */

static struct pollfd sockets[LIMIT];
static nfds_t in_use;

/* -1 if the kernel has no sockets of that family. */
static int listen_on(int family, uint16_t port)
{
	struct sockaddr_storage any;
	const socklen_t length = parse_socket_address(family == AF_INET6 ? "::" : "0.0.0.0", port, &any);
	const int on = 1;
	const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno == EAFNOSUPPORT)
		return -1;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
	    bind(fd, (const struct sockaddr *)&any, length) || listen(fd, 64))
		fail("listen on port %u", port);
	return fd;
}

static void greet(int client)
{
	struct sockaddr_storage reached;
	socklen_t length = sizeof(reached);
	char address[SOCKET_ADDRESS_TEXT], greeting[SOCKET_ADDRESS_TEXT + 1];

	if (getsockname(client, (struct sockaddr *)&reached, &length))
		return;
	socket_address_text(&reached, address);
	const int size = snprintf(greeting, sizeof(greeting), "%s\n", address);
	/* A client that has already gone is noticed at its next read. */
	send(client, greeting, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void admit(int listener)
{
	const int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (client < 0)
		return;
	if (in_use == LIMIT) {
		close(client);
		return;
	}
	greet(client);
	sockets[in_use++] = (struct pollfd){ .fd = client, .events = POLLIN };
}

/* True when the client has left, or broke the connection. */
static int has_left(int client)
{
	char ignored[256];
	const ssize_t got = recv(client, ignored, sizeof(ignored), MSG_DONTWAIT);
	return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

static void serve_until_killed(nfds_t listeners)
{
	while (poll(sockets, in_use, -1) >= 0 || errno == EINTR) {
		const nfds_t seen = in_use; /* those admitted in this round have not been polled yet */
		for (nfds_t i = 0; i < listeners; i++)
			if (sockets[i].revents)
				admit(sockets[i].fd);
		for (nfds_t i = seen; i-- > listeners;)
			if (sockets[i].revents && has_left(sockets[i].fd)) {
				close(sockets[i].fd);
				sockets[i] = sockets[--in_use];
			}
	}
}

int serve(int argc, char **argv)
{
	const unsigned seconds = parse_number(argv[0], 1, 3600, "seconds");
	for (int i = 1; i < argc; i++) {
		if (in_use + 2 > LIMIT / 2) {
			errno = 0;
			fail("more than %d ports", LIMIT / 4);
		}
		const uint16_t port = parse_number(argv[i], 1, 65535, "port");
		sockets[in_use++] = (struct pollfd){ .fd = listen_on(AF_INET, port), .events = POLLIN };
		const int v6 = listen_on(AF_INET6, port);
		if (v6 >= 0)
			sockets[in_use++] = (struct pollfd){ .fd = v6, .events = POLLIN };
	}

	const pid_t child = fork();
	if (child < 0)
		fail("go to the background");
	if (child)
		return 0;
	alarm(seconds); /* it ends by itself */
	serve_until_killed(in_use);
	return 1;
}
