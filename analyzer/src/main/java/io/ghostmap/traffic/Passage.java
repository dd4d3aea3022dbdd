package io.ghostmap.traffic;

import java.util.Comparator;
import java.util.Locale;

/** An interface, by its index on the captured node (0 where the capture has none), and the direction of a frame. */
record Passage(int interfaceIndex, Direction direction) implements Comparable<Passage> {
    private static final Comparator<Passage> ORDER =
            Comparator.comparingInt(Passage::interfaceIndex).thenComparing(Passage::direction);

    /** Such as {@code eth0 out}; empty when the capture tells neither. */
    String named(InterfaceNames names) {
        String name = interfaceIndex == 0 ? "" : names.of(interfaceIndex);
        String way = direction == Direction.UNKNOWN ? "" : direction.name().toLowerCase(Locale.ROOT);
        return (name + " " + way).strip();
    }

    @Override
    public int compareTo(Passage other) {
        return ORDER.compare(this, other);
    }
}
