// The ends of the connections in the live captures, each run in a network namespace of its own:
//   peer serve ADDRESS PORT               accepts, reads to the end, closes
//   peer answer ADDRESS PORT              sends each datagram back
//   peer connect LABEL ADDRESS PORT [sport=N] [bytes=N] [fastopen] [reset] [options] [wait=MS] [from=ADDRESS]
//   peer ask LABEL ADDRESS PORT BYTES     one datagram, waits a second for the answer
//   peer cross ADDRESS PORT ADDRESS PORT TIME   connects from a port to a port at a time: twice, it is a simultaneous open
//   peer relay MODE DEVICE LOCAL REMOTE   carries a tap or tun device over Geneve, IPIP, 6in4, VLAN or QinQ
// connect and ask print "LABEL ADDRESS PORT": one line is one attempt. Kernels without these tunnels can make them so.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 70000
#define DELAY_MS 40

static void die(const char *what) {
    perror(what);
    exit(1);
}

static socklen_t address(const char *text, const char *port, struct sockaddr_storage *into) {
    memset(into, 0, sizeof *into);
    if (strchr(text, ':')) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)into;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((unsigned short)atoi(port));
        if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1) die(text);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)into;
    four->sin_family = AF_INET;
    four->sin_port = htons((unsigned short)atoi(port));
    if (inet_pton(AF_INET, text, &four->sin_addr) != 1) die(text);
    return sizeof *four;
}

static int opened(int type, struct sockaddr_storage *at) {
    int one = 1, s = socket(at->ss_family, type, 0);
    if (s < 0) die("socket");
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    return s;
}

static void serve(char **a) {
    struct sockaddr_storage at;
    socklen_t length = address(a[0], a[1], &at);
    int queue = 16, s = opened(SOCK_STREAM, &at);
    setsockopt(s, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof queue);
    if (bind(s, (void *)&at, length) || listen(s, 64)) die("listen");
    static char buffer[MOST];
    for (;;) {
        int c = accept(s, 0, 0);
        if (c < 0) continue;
        while (read(c, buffer, sizeof buffer) > 0) {}
        close(c);
    }
}

static void answer(char **a) {
    struct sockaddr_storage at, from;
    socklen_t length = address(a[0], a[1], &at);
    int s = opened(SOCK_DGRAM, &at);
    if (bind(s, (void *)&at, length)) die("bind");
    static char buffer[MOST];
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(s, buffer, sizeof buffer, 0, (void *)&from, &size);
        if (n >= 0) sendto(s, buffer, (size_t)n, 0, (void *)&from, size);
    }
}

static long option(char **a, const char *name, long otherwise) {
    size_t length = strlen(name);
    for (; *a; a++)
        if (!strncmp(*a, name, length)) return (*a)[length] == '=' ? atol(*a + length + 1) : 1;
    return otherwise;
}

static void connects(char **a) {
    struct sockaddr_storage to, from;
    socklen_t length = address(a[1], a[2], &to);
    int s = opened(SOCK_STREAM, &to);
    char port[16];
    snprintf(port, sizeof port, "%ld", option(a + 3, "sport", 0));
    const char *source = strchr(a[1], ':') ? "::" : "0.0.0.0";
    for (char **o = a + 3; *o; o++)
        if (!strncmp(*o, "from=", 5)) source = *o + 5;
    socklen_t own = address(source, port, &from);
    if (bind(s, (void *)&from, own)) die("bind");
    if (option(a + 3, "options", 0)) {
        // Eight bytes each, of which four are padding: IPV6_HOPOPTS is 54, IPV6_DSTOPTS 59.
        unsigned char padding[8] = {0, 0, 1, 4, 0, 0, 0, 0};
        if (setsockopt(s, IPPROTO_IPV6, 54, padding, 8) || setsockopt(s, IPPROTO_IPV6, 59, padding, 8)) die("options");
    }
    static char bytes[MOST];
    long left = option(a + 3, "bytes", 1);
    int wait = (int)option(a + 3, "wait", 1500);
    printf("%s %s %s\n", a[0], a[1], a[2]);
    fflush(stdout);
    fcntl(s, F_SETFL, O_NONBLOCK);
    if (option(a + 3, "fastopen", 0)) {
        sendto(s, bytes, 40, MSG_FASTOPEN, (void *)&to, length);
    } else {
        connect(s, (void *)&to, length);
    }
    struct pollfd poller = {s, POLLOUT, 0};
    if (poll(&poller, 1, wait) == 1 && !(poller.revents & POLLERR)) {
        fcntl(s, F_SETFL, 0);
        while (left > 0) {
            ssize_t n = write(s, bytes, left > (long)sizeof bytes ? sizeof bytes : (size_t)left);
            if (n <= 0) break;
            left -= n;
        }
    }
    if (option(a + 3, "reset", 0)) {
        struct linger now = {1, 0};
        setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close(s);
}

static void ask(char **a) {
    struct sockaddr_storage to;
    socklen_t length = address(a[1], a[2], &to);
    int s = opened(SOCK_DGRAM, &to);
    static char bytes[MOST];
    printf("%s %s %s\n", a[0], a[1], a[2]);
    fflush(stdout);
    if (connect(s, (void *)&to, length) || send(s, bytes, (size_t)atoi(a[3]), 0) < 0) die("send");
    struct pollfd poller = {s, POLLIN, 0};
    if (poll(&poller, 1, 1000) == 1) recv(s, bytes, sizeof bytes, 0);
    close(s);
}

static void cross(char **a) {
    struct sockaddr_storage from, to;
    socklen_t own = address(a[0], a[1], &from), length = address(a[2], a[3], &to);
    int s = opened(SOCK_STREAM, &from);
    if (bind(s, (void *)&from, own)) die("bind");
    struct timespec at = {atol(a[4]), 0};
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, 0);
    if (connect(s, (void *)&to, length)) perror("cross");
    usleep(300000);
    close(s);
}

static int device(const char *name, int flags) {
    struct ifreq request = {0};
    int fd = open("/dev/net/tun", O_RDWR);
    snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
    request.ifr_flags = (short)(flags | IFF_NO_PI);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request)) die(name);
    return fd;
}

// Carries what the device sends, held back for a while so that two SYNs can cross, and gives it what comes.
static void relay(char **a) {
    const char *mode = a[0];
    int tags = !strcmp(mode, "vlan") ? 1 : !strcmp(mode, "qinq") ? 2 : 0;
    int ip = !strcmp(mode, "ipip"), six = !strcmp(mode, "6in4"), geneve = !strcmp(mode, "geneve");
    int tap = device(a[1], ip || six ? IFF_TUN : IFF_TAP), carrier, one = 1;
    struct sockaddr_storage local, remote;
    socklen_t length = 0;
    if (tags) {
        // LOCAL is the link below.
        struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
        link.sll_ifindex = (int)if_nametoindex(a[2]);
        carrier = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
        if (bind(carrier, (void *)&link, sizeof link)) die(a[2]);
        setsockopt(carrier, SOL_PACKET, PACKET_AUXDATA, &one, sizeof one);
    } else {
        length = address(a[3], geneve ? "6081" : "0", &remote);
        socklen_t own = address(a[2], geneve ? "6081" : "0", &local);
        carrier = socket(AF_INET, geneve ? SOCK_DGRAM : SOCK_RAW, geneve ? 0 : ip ? 4 : 41);
        if (carrier < 0 || bind(carrier, (void *)&local, own)) die("carrier");
    }
    static unsigned char in[MOST], out[MOST];
    for (;;) {
        struct pollfd both[2] = {{tap, POLLIN, 0}, {carrier, POLLIN, 0}};
        if (poll(both, 2, -1) < 0) die("poll");
        if (both[0].revents) {
            ssize_t n = read(tap, in, sizeof in);
            size_t size = 0;
            if (n < 14) continue;
            if (ip) usleep(DELAY_MS * 1000);
            if (geneve) {
                // One option word, Ethernet inside, network 7; the option's class is experimental.
                static const unsigned char header[12] = {1, 0, 0x65, 0x58, 0, 0, 7, 0, 0xff, 0xff, 1, 0};
                memcpy(out, header, size = sizeof header);
            }
            if (tags) {
                memcpy(out, in, size = 12);
                if (tags == 2) memcpy(out + size, "\x88\xa8\x00\x63", 4), size += 4;
                memcpy(out + size, "\x81\x00\x00\x2a", 4), size += 4;
                memcpy(out + size, in + 12, (size_t)n - 12);
                size += (size_t)n - 12;
                send(carrier, out, size, 0);
                continue;
            }
            memcpy(out + size, in, (size_t)n);
            sendto(carrier, out, size + (size_t)n, 0, (void *)&remote, length);
        }
        if (both[1].revents) {
            union {
                struct cmsghdr head;
                char space[256];
            } control;
            struct sockaddr_ll from = {0};
            struct iovec part = {in, sizeof in};
            struct msghdr message = {tags ? &from : 0, tags ? sizeof from : 0, &part, 1, &control, sizeof control, 0};
            ssize_t n = recvmsg(carrier, &message, 0);
            size_t skip = geneve ? 8 + (in[0] & 0x3f) * 4u : ip || six ? (in[0] & 15) * 4u : 0;
            if (n <= (ssize_t)skip) continue;
            if (tags) {
                // The kernel has taken the outer tag off and tells of it beside the frame.
                int tagged = 0, outer = 0;
                for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
                    struct tpacket_auxdata *aux = (void *)CMSG_DATA(c);
                    if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
                        tagged = (aux->tp_status & TP_STATUS_VLAN_VALID) != 0, outer = aux->tp_vlan_tci & 0xfff;
                }
                if (!tagged || from.sll_pkttype == PACKET_OUTGOING || outer != (tags == 2 ? 99 : 42)) continue;
                if (tags == 2) memmove(in + 12, in + 16, (size_t)(n -= 4) - 12);
            }
            if (write(tap, in + skip, (size_t)n - skip) < 0) perror("tap");
        }
    }
}

int main(int count, char **a) {
    if (count < 4) return 2;
    if (!strcmp(a[1], "serve")) serve(a + 2);
    if (!strcmp(a[1], "answer")) answer(a + 2);
    if (!strcmp(a[1], "connect")) connects(a + 2);
    if (!strcmp(a[1], "ask")) ask(a + 2);
    if (!strcmp(a[1], "cross")) cross(a + 2);
    if (!strcmp(a[1], "relay")) relay(a + 2);
    return 0;
}
