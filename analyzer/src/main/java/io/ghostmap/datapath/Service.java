package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import java.util.List;

/**
 * A frontend with its slots.
 *
 * @param count slots that can be chosen: 1 to {@code count}; slots beyond it are legitimate and never chosen
 * @param quarantined slots after those, which are kept for existing connections; 1.17 and later
 * @param revNatId the id that ties replies, affinity and source ranges to this frontend
 * @param marks what its load balancer says of it besides
 * @param slots in the order of their index, those beyond {@code count} included
 * @param entry the frontend's own entry (slot 0)
 */
public record Service(
        Frontend frontend, int count, int quarantined, int revNatId, Marks marks, List<Slot> slots, MapEntry entry) {

    /** What a load balancer says of a service apart from its backends; equal if two services are marked alike. */
    public interface Marks {
        /** As the load balancer's own tool lists them. */
        String words();

        /** Whether connections go to a proxy, so that the entry has no slots of its own. */
        default boolean isProxied() {
            return false;
        }

        /** Whether a policy redirects its clients to a backend on this node. */
        default boolean isRedirectedLocally() {
            return false;
        }

        /** Whether its port is one of the node's own addresses. */
        default boolean isNodePort() {
            return false;
        }

        /** Whether its address is one that the service's author gave it, and that other machines may own. */
        default boolean isExternalIp() {
            return false;
        }

        /** Whether a load balancer outside the cluster has its address. */
        default boolean isOfLoadBalancer() {
            return false;
        }

        /** Which clients outside the cluster may use it. */
        default Sources sources() {
            return Sources.ANY;
        }

        /** Whether programs at devices take a backend from the service's own table instead of choosing a slot. */
        default boolean hasBackendTable() {
            return false;
        }
    }

    /** Clients outside the cluster, by the networks that are listed for a service. */
    public enum Sources {
        ANY,
        LISTED,
        NOT_LISTED
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
