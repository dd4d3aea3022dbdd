package io.ghostmap.diagnosis.layers;

import io.ghostmap.evidence.kubernetes.Intent;
import io.ghostmap.evidence.kubernetes.ServiceObject.Policy;
import io.ghostmap.evidence.kubernetes.SliceEndpoint;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What Kubernetes wants at a frontend. */
public sealed interface Wanted {
    /** Services or slices were not captured, or not whole: what they lack may exist. */
    record NotCaptured() implements Wanted {}

    /** No service of the cluster claims the address. */
    record NoService() implements Wanted {}

    /**
     * A service claims it.
     *
     * @param endpoints that its slices name for this port and family, whatever their state
     * @param local those of them that are on this node
     */
    record Claimed(Intent.Claim claim, List<SliceEndpoint> endpoints, List<SliceEndpoint> local) implements Wanted {
        public Claimed {
            endpoints = List.copyOf(endpoints);
            local = List.copyOf(local);
        }

        /**
         * Whether clients reach only backends of this node. The internal scope, and every cluster IP, goes by the internal
         * traffic policy; an entry for clients from outside goes by the external one.
         */
        boolean isLocalOnly(boolean internalScope) {
            return (internalScope || claim.offer() == Intent.Offer.CLUSTER_IP)
                    ? claim.service().internalTrafficPolicy() == Policy.LOCAL
                    : claim.service().externalTrafficPolicy() == Policy.LOCAL;
        }

        /** Those that new connections should go to: the ready ones, or those that end and still serve if none is ready. */
        public SortedSet<Endpoint> usable() {
            SortedSet<Endpoint> ready = in(endpoints, SliceEndpoint.State.READY);
            return ready.isEmpty() ? in(endpoints, SliceEndpoint.State.SERVING_TERMINATING) : ready;
        }

        /** Like {@link #usable}, but only of this node. */
        public SortedSet<Endpoint> usableHere() {
            SortedSet<Endpoint> ready = in(local, SliceEndpoint.State.READY);
            return ready.isEmpty() ? in(local, SliceEndpoint.State.SERVING_TERMINATING) : ready;
        }

        private static SortedSet<Endpoint> in(List<SliceEndpoint> endpoints, SliceEndpoint.State state) {
            return endpoints.stream()
                    .filter(endpoint -> endpoint.state() == state)
                    .map(SliceEndpoint::endpoint)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
