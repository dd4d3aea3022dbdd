package io.ghostmap.evidence.kubernetes;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;

/**
 * An address and port that an endpoint slice offers for a port of a service ({@code discovery.k8s.io/v1}).
 *
 * @param node {@code nodeName}, empty if the slice has none
 * @param zone empty if the slice has none
 * @param target {@code namespace/name} of its pod, empty if the slice has none
 */
public record SliceEndpoint(Endpoint endpoint, State state, String node, String zone, String target, Citation source) {

    /** What {@code conditions} say, in the order of preference of a load balancer. */
    public enum State {
        READY,
        /** Not ready because the pod ends, but still serving: used if no endpoint is ready. */
        SERVING_TERMINATING,
        /** The pod ends and no longer serves. */
        TERMINATING,
        NOT_READY
    }

    public boolean isReady() {
        return state == State.READY;
    }
}
