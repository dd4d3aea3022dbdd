package io.ghostmap.datapath.cilium;

/**
 * Releases of a load balancer, by the minor number of 1.x, both ends included.
 *
 * @param first the oldest that it can be
 * @param last the newest that it can be; {@link #NEWEST} includes all later ones
 */
record VersionRange(int first, int last) {
    /** 1.21-dev, the newest that was read. */
    public static final int NEWEST = 21;

    /** Socket load balancing came with 1.6. */
    public static final int OLDEST = 6;

    public static final VersionRange ANY = new VersionRange(OLDEST, NEWEST);

    public static VersionRange since(int first) {
        return new VersionRange(first, NEWEST);
    }

    public static VersionRange upTo(int last) {
        return new VersionRange(OLDEST, last);
    }

    public static VersionRange between(int first, int last) {
        return new VersionRange(first, last);
    }

    /** What both allow; empty (see {@link #isEmpty()}) where they contradict each other. */
    public VersionRange and(VersionRange other) {
        return new VersionRange(Math.max(first, other.first), Math.min(last, other.last));
    }

    public boolean isEmpty() {
        return first > last;
    }

    /** Such as {@code 1.13 to 1.21-dev}, {@code 1.11}, {@code up to 1.10}. */
    @Override
    public String toString() {
        if (first == last) {
            return name(first);
        }
        return first <= OLDEST && last < NEWEST ? "up to " + name(last) : name(first) + " to " + name(last);
    }

    private static String name(int minor) {
        return "1." + minor + (minor == NEWEST ? "-dev" : "");
    }
}
