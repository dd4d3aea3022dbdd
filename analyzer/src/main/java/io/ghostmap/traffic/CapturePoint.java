package io.ghostmap.traffic;

import java.util.Locale;

/**
 * Where a frame passed.
 *
 * @param interfaceIndex on the captured node, 0 where the link header has none
 * @param interfaceName as a pcapng states it; empty where the index or nothing is known
 */
record CapturePoint(int interfaceIndex, String interfaceName, Direction direction, Tunnel tunnel)
        implements Comparable<CapturePoint> {
    /** Stands for all beyond the number that is told apart. */
    static final CapturePoint FURTHER = new CapturePoint(0, "further interfaces", Direction.UNKNOWN, Tunnel.NONE);

    boolean is(int otherIndex, String otherName, Direction otherDirection, Tunnel otherTunnel) {
        return interfaceIndex == otherIndex
                && direction == otherDirection
                && tunnel == otherTunnel
                && interfaceName.equals(otherName);
    }

    /** Such as {@code eth0 out} or {@code eth0 out in vxlan}; empty when the capture tells neither. */
    String named(InterfaceNames names) {
        String name = interfaceIndex == 0 ? interfaceName : names.of(interfaceIndex);
        String way = direction == Direction.UNKNOWN ? "" : direction.name().toLowerCase(Locale.ROOT);
        String within = tunnel == Tunnel.NONE ? "" : " in " + tunnel.word();
        return ((name + " " + way).strip() + within).strip();
    }

    @Override
    public int compareTo(CapturePoint other) {
        int order = Integer.compare(interfaceIndex, other.interfaceIndex);
        order = order != 0 ? order : interfaceName.compareTo(other.interfaceName);
        order = order != 0 ? order : direction.compareTo(other.direction);
        return order != 0 ? order : tunnel.compareTo(other.tunnel);
    }
}
