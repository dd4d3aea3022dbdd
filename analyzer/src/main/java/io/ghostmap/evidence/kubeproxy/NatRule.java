package io.ghostmap.evidence.kubeproxy;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.OptionalLong;

/**
 * A rule that sends connections to one address to another.
 *
 * @param frontend what a client asks for
 * @param backend where the rule sends it, always or as one of several backends
 * @param chain of the rule, such as {@code KUBE-SEP-Z5LDPDXWJ7G5IJIQ}; {@code IPVS} for a virtual server
 * @param packets that the rule has counted: each is the first of a connection; empty if it has no counter
 */
public record NatRule(
        Owner owner,
        Endpoint frontend,
        Protocol protocol,
        Endpoint backend,
        String chain,
        OptionalLong packets,
        Citation source) {

    /** The writer of the rule, which the name of its chain shows. */
    public enum Owner {
        KUBE_PROXY,
        /** A chain that kube-proxy does not write. */
        OTHER
    }

    static Owner ownerOf(String chain) {
        boolean kubeProxy = chain.startsWith("KUBE-") || chain.startsWith("endpoint-") || chain.startsWith("service-");
        return kubeProxy ? Owner.KUBE_PROXY : Owner.OTHER;
    }
}
