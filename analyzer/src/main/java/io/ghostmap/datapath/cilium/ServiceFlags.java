package io.ghostmap.datapath.cilium;

import java.util.Set;

/**
 * The flags of one entry.
 *
 * @param set the flags that are known
 * @param word the bits as they are in the entry, the second byte in the high half
 * @param unknown bits that no release up to the newest that was read gives a meaning
 */
record ServiceFlags(Set<ServiceFlag> set, int word, int unknown) {
    ServiceFlags {
        set = Set.copyOf(set);
    }

    // A diff compares those of all services; a record's own methods are slow where only C1 compiles.

    @Override
    public int hashCode() {
        return word;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServiceFlags that
                && word == that.word
                && unknown == that.unknown
                && set.equals(that.set);
    }

    boolean has(ServiceFlag flag) {
        return set.contains(flag);
    }
}
