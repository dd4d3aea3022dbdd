package io.ghostmap.datapath.cilium;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The two flag bytes of a services entry ({@code pkg/loadbalancer} ServiceFlags; one word there, {@code flags2} in its
 * high half). The meaning of two bits depends on other bits.
 */
final class FlagBits {
    private static final int HOST_PORT = 0x0008;

    /** The kind of entry: one bit can mean different flags in a frontend and in a slot. */
    private record Place(int word, boolean slot) {
        boolean hostPort() {
            return (word & HOST_PORT) != 0;
        }
    }

    /** A row of the table. {@code since}: the release that gave the bit this meaning. */
    private record Bit(int mask, ServiceFlag flag, int since, Predicate<Place> where) {
        Bit(int mask, ServiceFlag flag, int since) {
            this(mask, flag, since, place -> true);
        }
    }

    private static final List<Bit> TABLE = List.of(
            new Bit(0x0001, ServiceFlag.EXTERNAL_IP, 7),
            new Bit(0x0002, ServiceFlag.NODE_PORT, 7),
            new Bit(0x0004, ServiceFlag.EXTERNAL_LOCAL, 7), // LOCAL_SCOPE up to 1.12: for in-cluster clients too
            new Bit(HOST_PORT, ServiceFlag.HOST_PORT, 8),
            new Bit(0x0010, ServiceFlag.AFFINITY, 8),
            new Bit(0x0020, ServiceFlag.LOAD_BALANCER, 8),
            new Bit(0x0040, ServiceFlag.ROUTABLE, 8),
            new Bit(0x0080, ServiceFlag.SOURCE_RANGE, 8),
            new Bit(0x0100, ServiceFlag.LOCAL_REDIRECT, 9),
            new Bit(0x0200, ServiceFlag.NAT_46X64, 12),
            new Bit(0x0400, ServiceFlag.L7_LOAD_BALANCER, 12),
            new Bit(0x0800, ServiceFlag.LOOPBACK, 13, Place::hostPort),
            new Bit(0x0800, ServiceFlag.L7_DELEGATE, 18, place -> !place.hostPort()),
            new Bit(0x1000, ServiceFlag.INTERNAL_LOCAL, 13),
            new Bit(0x2000, ServiceFlag.TWO_SCOPES, 13),
            new Bit(0x4000, ServiceFlag.QUARANTINED, 17, Place::slot),
            new Bit(0x4000, ServiceFlag.SOURCE_RANGE_DENY, 17, place -> !place.slot()),
            new Bit(0x8000, ServiceFlag.DSR, 17));

    /** By word and place: a node with 20,000 services has a handful of distinct ones. */
    private static final Map<Integer, ServiceFlags> DECODED = new ConcurrentHashMap<>();

    private FlagBits() {}

    /** {@code slot}: whether the entry is a slot, not a frontend. */
    static ServiceFlags decode(int flags, int flags2, boolean slot) {
        int word = flags2 << Byte.SIZE | flags;
        int key = word << 1 | (slot ? 1 : 0);
        ServiceFlags known = DECODED.get(key);
        return known != null ? known : DECODED.computeIfAbsent(key, k -> decode(new Place(word, slot)));
    }

    private static ServiceFlags decode(Place place) {
        Set<ServiceFlag> set = EnumSet.noneOf(ServiceFlag.class);
        int known = 0;
        for (Bit bit : TABLE) {
            if ((place.word() & bit.mask()) != 0 && bit.where().test(place)) {
                set.add(bit.flag());
                known |= bit.mask();
            }
        }
        return new ServiceFlags(set, place.word(), place.word() & ~known);
    }

    /** Those that have a meaning in that release. */
    static EnumSet<ServiceFlag> upTo(int release) {
        EnumSet<ServiceFlag> known = EnumSet.noneOf(ServiceFlag.class);
        TABLE.stream().filter(bit -> bit.since() <= release).map(Bit::flag).forEach(known::add);
        return known;
    }

    /** The oldest release that gives all these flags a meaning. */
    static int since(Set<ServiceFlag> flags) {
        return TABLE.stream()
                .filter(bit -> flags.contains(bit.flag()))
                .mapToInt(Bit::since)
                .max()
                .orElse(0);
    }
}
