package io.ghostmap.bundle;

/**
 * A time between two readings of the node's uptime. Both ends are rounded outward, so that what happened within it
 * happened at some moment of these seconds.
 *
 * @param from the first second
 * @param until the last second
 */
public record UptimeSpan(long from, long until) {}
