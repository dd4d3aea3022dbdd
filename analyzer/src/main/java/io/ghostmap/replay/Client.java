package io.ghostmap.replay;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who connects, as far as the load balancer asks.
 *
 * @param netnsCookie of the network namespace that the socket belongs to
 * @param inHostNetns whether that is the node's own
 */
public record Client(OptionalLong netnsCookie, Optional<Boolean> inHostNetns) {
    /** Any client of a cgroup: what depends on it stays open. */
    public static final Client UNKNOWN = new Client(OptionalLong.empty(), Optional.empty());
}
