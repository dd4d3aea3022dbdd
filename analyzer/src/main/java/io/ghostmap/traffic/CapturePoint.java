package io.ghostmap.traffic;

/**
 * Where a frame passed.
 *
 * @param interfaceIndex on the captured node, 0 where the link header has none
 * @param interfaceName as a pcapng states it; empty where the index or nothing is known
 */
record CapturePoint(int interfaceIndex, String interfaceName, Direction direction, Tunnel tunnel)
        implements Comparable<CapturePoint> {
    /** Used for all beyond the number that is kept separately. */
    static final CapturePoint FURTHER = new CapturePoint(0, "further interfaces", Direction.UNKNOWN, Tunnel.NONE);

    boolean is(int otherIndex, String otherName, Direction otherDirection, Tunnel otherTunnel) {
        return interfaceIndex == otherIndex
                && direction == otherDirection
                && tunnel == otherTunnel
                && interfaceName.equals(otherName);
    }

    Waypoint named(InterfaceNames names) {
        return new Waypoint(interfaceIndex == 0 ? interfaceName : names.of(interfaceIndex), direction, tunnel);
    }

    @Override
    public int compareTo(CapturePoint other) {
        int order = Integer.compare(interfaceIndex, other.interfaceIndex);
        order = order != 0 ? order : interfaceName.compareTo(other.interfaceName);
        order = order != 0 ? order : direction.compareTo(other.direction);
        return order != 0 ? order : tunnel.compareTo(other.tunnel);
    }
}
