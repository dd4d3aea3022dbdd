// SPDX-License-Identifier: Apache-2.0
/*
 * The application in the pod. Makes a list of attempts, all at the same time:
 *
 *     tcp ADDRESS PORT SOURCE-PORT DELAY-MS close|hold
 *     udp ADDRESS PORT SOURCE-PORT DELAY-MS close|hold
 *
 * An ADDRESS with a colon is reached from a socket of AF_INET6, mapped ones (::ffff:10.0.0.1) as well.
 * SOURCE-PORT 0 leaves the choice to the kernel. A TCP attempt connects and reads the greeting, then
 * closes or keeps the connection; a UDP one sends a datagram from an unconnected socket, so that the
 * sendmsg and recvmsg hooks run, and waits for an answer. After SECONDS everything ends.
 */
#include "labctl.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#define LIMIT 256
#define TICK_MS 50

enum state { WAITING, CONNECTING, LISTENING, HELD, DONE };

struct attempt {
	char protocol[4];
	char address[INET6_ADDRSTRLEN];
	unsigned port;
	unsigned source_port;
	unsigned delay_ms;
	bool hold;

	enum state state;
	int fd;
	char outcome[192];
};

static struct attempt attempts[LIMIT];
static size_t count;

static void read_attempts(const char *path)
{
	FILE *file = fopen(path, "re");
	if (!file)
		fail("open the attempts %s", path);

	char line[256], end[8];
	while (fgets(line, sizeof(line), file)) {
		if (count == LIMIT) {
			errno = 0;
			fail("%s: more than %d attempts", path, LIMIT);
		}
		struct attempt *a = &attempts[count++];
		if (sscanf(line, "%3s %45s %u %u %u %7s", a->protocol, a->address, &a->port,
			   &a->source_port, &a->delay_ms, end) != 6) {
			errno = 0;
			fail("%s: cannot read \"%s\"", path, line);
		}
		a->hold = !strcmp(end, "hold");
	}
	fclose(file);
}

static unsigned elapsed_ms(void)
{
	static struct timespec start;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!start.tv_sec)
		start = now;
	return (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
}

static void finish(struct attempt *a, const char *outcome)
{
	snprintf(a->outcome, sizeof(a->outcome), "%s", outcome);
	close(a->fd);
	a->state = DONE;
}

static void start(struct attempt *a)
{
	const bool tcp = parse_protocol(a->protocol) == IPPROTO_TCP;
	struct sockaddr_storage to;
	const socklen_t length = parse_socket_address(a->address, a->port, &to);
	struct sockaddr_storage from = { .ss_family = to.ss_family };
	/* both families keep the port in the same place */
	((struct sockaddr_in *)&from)->sin_port = htons(a->source_port);

	a->fd = socket(to.ss_family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		fail("make a socket");
	/* If the source port is taken, the kernel picks another. */
	if (a->source_port && bind(a->fd, (const struct sockaddr *)&from, length))
		fprintf(stderr, "labctl: source port %u: %s\n", a->source_port, strerror(errno));

	const ssize_t sent = tcp ? connect(a->fd, (const struct sockaddr *)&to, length)
				 : sendto(a->fd, "?", 1, 0, (const struct sockaddr *)&to, length);
	if (sent < 0 && errno != EINPROGRESS)
		finish(a, strerror(errno));
	else
		a->state = tcp ? CONNECTING : LISTENING;
}

static void check_connected(struct attempt *a)
{
	int error = 0;
	socklen_t length = sizeof(error);
	getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error)
		finish(a, strerror(error));
	else
		a->state = LISTENING;
}

/* Reading the greeting before closing matters: a close with unread bytes would send a reset. */
static void read_answer(struct attempt *a)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t length = sizeof(peer);
	char text[64], name[SOCKET_ADDRESS_TEXT], outcome[192];

	const ssize_t got = recvfrom(a->fd, text, sizeof(text) - 1, 0, (struct sockaddr *)&peer, &length);
	if (got < 0) {
		finish(a, strerror(errno));
		return;
	}
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	length = sizeof(peer);
	getpeername(a->fd, (struct sockaddr *)&peer, &length);
	socket_address_text(&peer, name);
	snprintf(outcome, sizeof(outcome), "answered by %s (peer name %s)", text, name);
	if (a->hold) {
		snprintf(a->outcome, sizeof(a->outcome), "%s", outcome);
		a->state = HELD;
	} else {
		finish(a, outcome);
	}
}

static short awaited(const struct attempt *a)
{
	return a->state == CONNECTING ? POLLOUT : a->state == LISTENING ? POLLIN : 0;
}

static bool advance(unsigned now)
{
	struct pollfd sockets[LIMIT];
	bool busy = false;

	for (size_t i = 0; i < count; i++) {
		struct attempt *a = &attempts[i];
		if (a->state == WAITING && a->delay_ms <= now)
			start(a);
		busy |= a->state != DONE;
		/* poll() skips negative descriptors */
		sockets[i] = (struct pollfd){ .fd = awaited(a) ? a->fd : -1, .events = awaited(a) };
	}
	if (poll(sockets, count, TICK_MS) <= 0)
		return busy;
	for (size_t i = 0; i < count; i++) {
		if (!sockets[i].revents)
			continue;
		if (attempts[i].state == CONNECTING)
			check_connected(&attempts[i]);
		else
			read_answer(&attempts[i]);
	}
	return busy;
}

int connect_all(int argc, char **argv)
{
	(void)argc;
	const unsigned limit_ms = parse_number(argv[0], 1, 3600, "seconds") * 1000;
	read_attempts(argv[1]);

	while (elapsed_ms() < limit_ms && advance(elapsed_ms()))
		;
	for (const struct attempt *a = attempts; a < attempts + count; a++)
		printf("%s %s:%u: %s\n", a->protocol, a->address, a->port,
		       *a->outcome ? a->outcome : "no answer");
	return 0;
}
