/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LABCTL_H
#define LABCTL_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

/* One verb a file; argv holds the verb's arguments only. */
int load(int argc, char **argv);
int fill(int argc, char **argv);
int write_entries(int argc, char **argv);
int attach_each(int argc, char **argv);
int update_links(int argc, char **argv);
int serve(int argc, char **argv);
int connect_all(int argc, char **argv);
int dial_all(int argc, char **argv);
int print_cookie(int argc, char **argv);

/* Ends the program with one line that names the thing: "labctl: <what>: <reason of errno>". */
_Noreturn void fail(const char *what, ...) __attribute__((format(printf, 1, 2)));

/* Opens a pinned BPF object DIRECTORY/NAME, or fails naming the path. */
int open_pin(const char *directory, const char *name);

/* What the kernel calls the network namespace that this runs in. */
uint64_t netns_cookie(void);

long parse_number(const char *text, long min, long max, const char *meaning);
struct in_addr parse_address(const char *text);
uint8_t parse_protocol(const char *text);

/* Of either family; a mapped address stays one of IPv6. */
socklen_t parse_socket_address(const char *text, unsigned port, struct sockaddr_storage *to);

#define SOCKET_ADDRESS_TEXT (INET6_ADDRSTRLEN + 10)

/* As ADDRESS:PORT, an IPv6 address in brackets. */
void socket_address_text(const struct sockaddr_storage *from, char text[SOCKET_ADDRESS_TEXT]);

#endif
