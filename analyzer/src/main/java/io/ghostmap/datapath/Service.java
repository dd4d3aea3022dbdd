package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import java.util.List;
import java.util.OptionalInt;

/**
 * A frontend with its slots.
 *
 * @param count slots that can be chosen: 1 to {@code count}; slots beyond it are legitimate and never chosen
 * @param quarantined slots behind those that are kept for connections which exist; 1.17 and later
 * @param revNatId the id that ties replies, affinity and source ranges to this frontend
 * @param word the first word of the entry: algorithm and affinity timeout, or a proxy's port; never a backend id
 * @param slots in the order of their index, those beyond {@code count} included
 * @param entry the frontend's own entry (slot 0)
 */
public record Service(
        Frontend frontend,
        int count,
        int quarantined,
        int revNatId,
        ServiceFlags flags,
        FrontendWord word,
        List<Slot> slots,
        MapEntry entry) {

    /**
     * The first word of a frontend's entry.
     *
     * @param algorithm how a backend is chosen, where the entry says so
     * @param affinityTimeoutSeconds how long a client is kept at a backend; of services with session affinity
     * @param proxyPort of services that go to a proxy
     */
    public record FrontendWord(Algorithm algorithm, int affinityTimeoutSeconds, OptionalInt proxyPort) {
        // A diff compares those of all services; a record's own methods are slow where only the quick compiler is used.

        @Override
        public int hashCode() {
            return affinityTimeoutSeconds * 31 + proxyPort.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof FrontendWord that
                    && algorithm == that.algorithm
                    && affinityTimeoutSeconds == that.affinityTimeoutSeconds
                    && proxyPort.equals(that.proxyPort);
        }
    }

    /** How a backend is chosen; the socket programs choose at random whatever stands here. */
    public enum Algorithm {
        /** The node's default, or a release before 1.17. */
        UNSET,
        RANDOM,
        MAGLEV,
        /** A number that no release up to the newest that was read uses. */
        UNKNOWN
    }

    /** The slots that a program can choose. */
    public List<Slot> selectable() {
        return slots.isEmpty() || slots.get(slots.size() - 1).index() <= count
                ? slots
                : slots.stream().filter(slot -> slot.index() <= count).toList();
    }

    public Citation source() {
        return entry.cite();
    }
}
