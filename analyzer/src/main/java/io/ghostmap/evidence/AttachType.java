package io.ghostmap.evidence;

import java.util.Optional;

/**
 * The cgroup hooks that a socket load balancer uses. bpftool up to 6.8 prints the short spelling, 7.0 and later the
 * one of libbpf; {@code bpftool cgroup attach} and {@code detach} take the short one in every version.
 */
public enum AttachType {
    CONNECT4("connect4", "cgroup_inet4_connect"),
    CONNECT6("connect6", "cgroup_inet6_connect"),
    SENDMSG4("sendmsg4", "cgroup_udp4_sendmsg"),
    SENDMSG6("sendmsg6", "cgroup_udp6_sendmsg"),
    RECVMSG4("recvmsg4", "cgroup_udp4_recvmsg"),
    RECVMSG6("recvmsg6", "cgroup_udp6_recvmsg"),
    GETPEERNAME4("getpeername4", "cgroup_inet4_getpeername"),
    GETPEERNAME6("getpeername6", "cgroup_inet6_getpeername"),
    BIND4("bind4", "cgroup_inet4_bind"),
    BIND6("bind6", "cgroup_inet6_bind"),
    POST_BIND4("post_bind4", "cgroup_inet4_post_bind"),
    POST_BIND6("post_bind6", "cgroup_inet6_post_bind"),
    SOCK_RELEASE("sock_release", "cgroup_inet_sock_release");

    private final String shortName;
    private final String libbpfName;

    AttachType(String shortName, String libbpfName) {
        this.shortName = shortName;
        this.libbpfName = libbpfName;
    }

    /** The spelling that every bpftool takes on its command line. */
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

    /** Either spelling; empty for a hook that no socket load balancer uses. */
    public static Optional<AttachType> of(String spelling) {
        for (AttachType type : values()) {
            if (type.shortName.equals(spelling) || type.libbpfName.equals(spelling)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
