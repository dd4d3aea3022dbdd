// SPDX-License-Identifier: Apache-2.0
/*
 * Real connects and datagrams from sockets of given cgroups, and where the kernel really sent them:
 *
 *     ID CGROUP KIND ADDRESS PORT
 *
 * KIND is tcp4, tcp6, udp4, udp6 (connect) or send4, send6 (a datagram from a socket that is not connected); the
 * 6 is the family of the socket, whose ADDRESS may be a mapped one. Lines of one cgroup follow each other. On
 * stdout, for each line, in any order:
 *
 *     ID ADDRESS PORT PEER PEER-PORT SENDER SENDER-PORT
 *                 where it went, by the kernel's own tables or by the receiver; then the peer that getpeername()
 *                 names (connected sockets), and the sender of the answer that recvmsg() names (datagrams); "- 0"
 *                 if that was not asked
 *     ID ERROR    what connect() or sendto() returned, as EPERM, or ECONNREFUSED where nothing listens
 *
 * and once for each cgroup "netns COOKIE". Every address is expected to be local; the PORTs of the first argument
 * are served by a child, which accepts, and answers datagrams with the address that they reached.
 */
#define _GNU_SOURCE

#include "labctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>

#define LIMIT 16384
#define PORTS 32
#define PATIENCE_MS 2000

struct dial {
	unsigned id;
	char cgroup[256];
	char kind[8];
	char address[INET6_ADDRSTRLEN];
	unsigned port;
	int fd;
	bool sent;
};

static struct dial dials[LIMIT];
static size_t count;

/* ---- the other end ---------------------------------------------------------------------------------- */

static int open_port(int family, int type, unsigned port)
{
	const int on = 1;
	const int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	const struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (fd < 0)
		fail("make a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	}
	if (family == AF_INET6 ? bind(fd, (const struct sockaddr *)&any6, sizeof(any6))
			       : bind(fd, (const struct sockaddr *)&any4, sizeof(any4)))
		fail("bind port %u", port);
	if (type == SOCK_STREAM && listen(fd, 4096))
		fail("listen on port %u", port);
	return fd;
}

/*
 * Sends what the datagram said and the address that it reached, from that very address: the control message goes back
 * as it came.
 */
static void echo(int fd, unsigned port)
{
	char text[128], question[16], address[INET6_ADDRSTRLEN], control[256];
	struct sockaddr_storage from;
	struct iovec data = { .iov_base = question, .iov_len = sizeof(question) - 1 };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t got = recvmsg(fd, &message, 0);
	if (got < 0)
		return;
	question[got] = '\0';
	*address = '\0';
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(c);
			inet_ntop(AF_INET, &info->ipi_addr, address, sizeof(address));
			info->ipi_spec_dst = info->ipi_addr;
			info->ipi_ifindex = 0;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(c);
			inet_ntop(AF_INET6, &info->ipi6_addr, address, sizeof(address));
			info->ipi6_ifindex = 0;
		}
	}
	data.iov_base = text;
	data.iov_len = snprintf(text, sizeof(text), "%s %s %u", question, address, port);
	sendmsg(fd, &message, 0);
}

static void serve_until_killed(const char *list)
{
	struct pollfd sockets[4 * PORTS];
	unsigned ports[4 * PORTS];
	nfds_t used = 0;
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", list);
	for (char *port = strtok(copy, ","); port; port = strtok(NULL, ",")) {
		const unsigned number = parse_number(port, 1, 65535, "port");
		const struct {
			int family, type;
		} kinds[] = { { AF_INET, SOCK_STREAM }, { AF_INET6, SOCK_STREAM }, { AF_INET, SOCK_DGRAM }, { AF_INET6, SOCK_DGRAM } };
		if (used == 4 * PORTS) {
			errno = 0;
			fail("more than %d ports", PORTS);
		}
		for (int i = 0; i < 4; i++) {
			ports[used] = number;
			sockets[used++] = (struct pollfd){ .fd = open_port(kinds[i].family, kinds[i].type, number), .events = POLLIN };
		}
	}
	fputs("serving\n", stdout); /* the parent waits for it */
	fflush(stdout);
	while (poll(sockets, used, -1) >= 0 || errno == EINTR)
		for (nfds_t i = 0; i < used; i++) {
			if (!sockets[i].revents)
				continue;
			if (i % 4 < 2) { /* accepted connections stay open until this process ends */
				if (accept4(sockets[i].fd, NULL, NULL, SOCK_CLOEXEC) < 0)
					continue;
			} else {
				echo(sockets[i].fd, ports[i]);
			}
		}
}

static pid_t start_server(const char *ports)
{
	int ready[2];
	char line[16];
	if (pipe(ready))
		fail("make a pipe");
	const pid_t child = fork();
	if (child < 0)
		fail("start the server");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ready[1], STDOUT_FILENO);
		close(ready[0]);
		close(ready[1]);
		serve_until_killed(ports);
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], line, sizeof(line)) <= 0)
		exit(1); /* the child said why */
	close(ready[0]);
	return child;
}

/* ---- dialing ---------------------------------------------------------------------------------------- */

static void read_dials(const char *path)
{
	FILE *file = fopen(path, "re");
	if (!file)
		fail("open the dials %s", path);
	char line[512];
	while (fgets(line, sizeof(line), file)) {
		struct dial *d = &dials[count];
		if (count == LIMIT) {
			errno = 0;
			fail("%s: more than %d dials", path, LIMIT);
		}
		if (sscanf(line, "%u %255s %7s %45s %u", &d->id, d->cgroup, d->kind, d->address, &d->port) != 5) {
			errno = 0;
			fail("%s: cannot read \"%s\"", path, line);
		}
		count++;
	}
	fclose(file);
}

static void print_endpoint(const struct sockaddr_storage *from)
{
	char text[INET6_ADDRSTRLEN] = "?";
	const bool v4 = from->ss_family == AF_INET;
	inet_ntop(from->ss_family,
		  v4 ? (const void *)&((const struct sockaddr_in *)from)->sin_addr
		     : (const void *)&((const struct sockaddr_in6 *)from)->sin6_addr,
		  text, sizeof(text));
	/* both families keep the port in the same place */
	printf(" %s %u", text, ntohs(((const struct sockaddr_in *)from)->sin_port));
}

static void dial(struct dial *d)
{
	struct sockaddr_storage to;
	const socklen_t length = parse_socket_address(d->address, d->port, &to);
	const int family = to.ss_family;
	const bool stream = !strncmp(d->kind, "tcp", 3);

	d->fd = socket(family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		fail("make a socket");
	d->sent = !strncmp(d->kind, "send", 4);
	char question[16];
	const size_t size = snprintf(question, sizeof(question), "%u", d->id);
	const ssize_t result = d->sent ? sendto(d->fd, question, size, 0, (const struct sockaddr *)&to, length)
				       : connect(d->fd, (const struct sockaddr *)&to, length);
	if (result < 0 && errno != EINPROGRESS) {
		printf("%u %s\n", d->id, strerrorname_np(errno));
		close(d->fd);
		d->fd = -1;
		return;
	}
	if (!stream)
		return;
	struct pollfd awaited = { .fd = d->fd, .events = POLLOUT };
	int error = 0;
	socklen_t width = sizeof(error);
	poll(&awaited, 1, PATIENCE_MS);
	if (!getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &width) && error == ECONNREFUSED) { /* nobody is at that port */
		printf("%u %s\n", d->id, strerrorname_np(error));
		close(d->fd);
		d->fd = -1;
	}
}

/*
 * The text of the answer to this dial, and the sender that is named for it; false if none arrives. A late answer to an
 * earlier socket reaches whoever has its port now.
 */
static bool await_answer(const struct dial *d, char *text, size_t size, struct sockaddr_storage *from)
{
	struct pollfd awaited = { .fd = d->fd, .events = POLLIN };
	char all[128], question[16];
	const int prefix = snprintf(question, sizeof(question), "%u ", d->id);

	while (poll(&awaited, 1, PATIENCE_MS) > 0) {
		socklen_t length = sizeof(*from);
		const ssize_t got = recvfrom(d->fd, all, sizeof(all) - 1, 0, (struct sockaddr *)from, &length);
		if (got < 0)
			return false;
		all[got] = '\0';
		if (!strncmp(all, question, prefix)) {
			snprintf(text, size, "%s", all + prefix);
			return true;
		}
	}
	return false;
}

static void report_answer(const struct dial *d)
{
	struct sockaddr_storage from = { 0 };
	char text[128];
	if (!await_answer(d, text, sizeof(text), &from)) {
		printf("%u %s\n", d->id, "LOST");
		return;
	}
	printf("%u %s - 0", d->id, text);
	print_endpoint(&from);
	putchar('\n');
}

/* A connected datagram socket is asked by only one of the two calls: the call itself makes programs delete outdated entries. */
static void print_name(const struct dial *d)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t length = sizeof(peer);
	char text[128];

	if (!strncmp(d->kind, "udp", 3) && d->id % 2) {
		printf(" - 0");
		char question[16];
		const int asked = snprintf(question, sizeof(question), "%u", d->id);
		if (send(d->fd, question, asked, 0) == asked && await_answer(d, text, sizeof(text), &peer))
			print_endpoint(&peer);
		else
			printf(" - 0");
		return;
	}
	if (getpeername(d->fd, (struct sockaddr *)&peer, &length))
		printf(" %s 0", strerrorname_np(errno));
	else
		print_endpoint(&peer);
	printf(" - 0");
}

/* Finds the remote address of each socket, by its inode, in the tables of the kernel. */
static void report_connected(const struct dial *first, const struct dial *end)
{
	static const char *const tables[] = { "/proc/self/net/tcp", "/proc/self/net/tcp6", "/proc/self/net/udp",
					      "/proc/self/net/udp6" };
	for (int t = 0; t < 4; t++) {
		FILE *table = fopen(tables[t], "re");
		char line[512], remote[64];
		unsigned port;
		unsigned long inode;
		if (!table)
			fail("open %s", tables[t]);
		while (fgets(line, sizeof(line), table)) {
			if (sscanf(line, "%*s %*s %63[0-9A-F]:%x %*s %*s %*s %*s %*s %*s %lu", remote, &port, &inode) != 3 || !inode)
				continue;
			for (const struct dial *d = first; d < end; d++) {
				struct stat status;
				if (d->fd < 0 || d->sent || fstat(d->fd, &status) || status.st_ino != inode)
					continue;
				uint32_t words[4];
				char text[INET6_ADDRSTRLEN];
				const int parsed = sscanf(remote, "%8x%8x%8x%8x", &words[0], &words[1], &words[2], &words[3]);
				inet_ntop(parsed == 4 ? AF_INET6 : AF_INET, words, text, sizeof(text));
				printf("%u %s %u", d->id, text, port);
				print_name(d);
				putchar('\n');
			}
		}
		fclose(table);
	}
}

static void join_cgroup(const char *path)
{
	char procs[300];
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	const int fd = open(procs, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail("join the cgroup %s", path);
	close(fd);
}

static void dial_from(struct dial *first, struct dial *end)
{
	join_cgroup(first->cgroup);
	printf("netns %llu\n", (unsigned long long)netns_cookie());
	for (struct dial *d = first; d < end; d++)
		dial(d);
	report_connected(first, end);
	for (struct dial *d = first; d < end; d++)
		if (d->fd >= 0 && d->sent)
			report_answer(d);
	fflush(stdout);
}

int dial_all(int argc, char **argv)
{
	(void)argc;
	const struct rlimit files = { .rlim_cur = 65536, .rlim_max = 65536 };
	setrlimit(RLIMIT_NOFILE, &files);
	read_dials(argv[1]);
	const pid_t server = start_server(argv[0]);

	for (size_t i = 0; i < count;) {
		size_t end = i;
		while (end < count && !strcmp(dials[end].cgroup, dials[i].cgroup))
			end++;
		int status = 0;
		fflush(stdout);
		const pid_t child = fork();
		if (!child) {
			dial_from(dials + i, dials + end);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) < 0 || status) {
			kill(server, SIGKILL);
			fail("dial from %s", dials[i].cgroup);
		}
		i = end;
	}
	kill(server, SIGKILL);
	return 0;
}
