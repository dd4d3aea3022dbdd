package io.ghostmap.evidence;

import java.util.Optional;

/**
 * The cgroup hooks that a socket load balancer uses. bpftool up to 6.8 prints the short spelling, 7.0 and later the
 * one of libbpf, and each prints the kernel's number ({@code enum bpf_attach_type}) for a hook that it does not know;
 * {@code bpftool cgroup attach} and {@code detach} take the short one in every version.
 */
public enum AttachType {
    CONNECT4("connect4", "cgroup_inet4_connect", 10),
    CONNECT6("connect6", "cgroup_inet6_connect", 11),
    SENDMSG4("sendmsg4", "cgroup_udp4_sendmsg", 14),
    SENDMSG6("sendmsg6", "cgroup_udp6_sendmsg", 15),
    RECVMSG4("recvmsg4", "cgroup_udp4_recvmsg", 19),
    RECVMSG6("recvmsg6", "cgroup_udp6_recvmsg", 20),
    GETPEERNAME4("getpeername4", "cgroup_inet4_getpeername", 29),
    GETPEERNAME6("getpeername6", "cgroup_inet6_getpeername", 30),
    BIND4("bind4", "cgroup_inet4_bind", 8),
    BIND6("bind6", "cgroup_inet6_bind", 9),
    POST_BIND4("post_bind4", "cgroup_inet4_post_bind", 12),
    POST_BIND6("post_bind6", "cgroup_inet6_post_bind", 13),
    SOCK_RELEASE("sock_release", "cgroup_inet_sock_release", 34);

    private final String shortName;
    private final String libbpfName;
    private final String number;

    AttachType(String shortName, String libbpfName, int number) {
        this.shortName = shortName;
        this.libbpfName = libbpfName;
        this.number = String.valueOf(number);
    }

    /** The spelling that every bpftool accepts on its command line. */
    public String shortName() {
        return shortName;
    }

    /** Whether the hook rewrites the destination of a new connection or datagram. */
    public boolean translatesForward() {
        return switch (this) {
            case CONNECT4, CONNECT6, SENDMSG4, SENDMSG6 -> true;
            default -> false;
        };
    }

    /** Whether the hook can show an application the address that it asked for instead of its peer's. */
    public boolean translatesBack() {
        return switch (this) {
            case RECVMSG4, RECVMSG6, GETPEERNAME4, GETPEERNAME6 -> true;
            default -> false;
        };
    }

    /** Any spelling; empty for a hook that no socket load balancer uses. */
    public static Optional<AttachType> of(String spelling) {
        for (AttachType type : values()) {
            if (type.shortName.equals(spelling) || type.libbpfName.equals(spelling) || type.number.equals(spelling)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
