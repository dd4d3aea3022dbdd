package io.ghostmap.traffic;

import java.util.Locale;

/**
 * A point that a packet passed, as the capture names it.
 *
 * @param device the name of the interface; empty if the capture does not show it
 * @param tunnel what the packet traveled in there
 */
public record Waypoint(String device, Direction direction, Tunnel tunnel) implements Comparable<Waypoint> {

    /** Whether the capture shows anything about the point. */
    boolean isKnown() {
        return !toString().isEmpty();
    }

    /** Such as {@code eth0 out} or {@code eth0 out in vxlan}. */
    @Override
    public String toString() {
        String way = direction == Direction.UNKNOWN ? "" : direction.name().toLowerCase(Locale.ROOT);
        String within = tunnel == Tunnel.NONE ? "" : " in " + tunnel.word();
        return ((device + " " + way).strip() + within).strip();
    }

    @Override
    public int compareTo(Waypoint other) {
        return toString().compareTo(other.toString());
    }
}
