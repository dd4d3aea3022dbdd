package io.ghostmap.datapath;

import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Release;
import java.util.List;

/**
 * How the socket programs of some releases decide, where releases differ.
 *
 * @param release which they are
 * @param refusesDeadEnd whether connect() fails where a service leads nowhere (no backend, no slot, no such backend);
 *     otherwise the connection goes out with the service's own address
 * @param errors what the application can see of such a refusal
 * @param scopeSwitch which flag of a frontend's entry sends in-cluster clients on to the internal scope
 * @param protocols how the protocol stands in the key
 * @param exemption how a local redirect policy knows its own backends
 * @param delegates whether a service that is delegated to a proxy is left alone
 * @param canPassEmptyServices whether the agent can be told to let connections to services without backends pass
 * @param proxyNeedsPort whether a service of a proxy whose port is 0 is one like any other
 * @param nodesOfOtherClusters whether those count as nodes, whose addresses NodePorts hold for
 * @param tellsNamespaces whether it asks for the client's network namespace; where it cannot, every client is on the host,
 *     and no session affinity is kept
 */
public record Semantics(
        Release release,
        boolean refusesDeadEnd,
        List<Errno> errors,
        ServiceFlag scopeSwitch,
        Protocols protocols,
        Exemption exemption,
        boolean delegates,
        boolean canPassEmptyServices,
        boolean proxyNeedsPort,
        boolean nodesOfOtherClusters,
        boolean tellsNamespaces) {

    /** The same releases, of which the instructions or the kernel tell more. */
    public Semantics with(List<Errno> otherErrors, boolean namespaces) {
        return new Semantics(
                release,
                refusesDeadEnd,
                otherErrors,
                scopeSwitch,
                protocols,
                exemption,
                delegates,
                canPassEmptyServices,
                proxyNeedsPort,
                nodesOfOtherClusters,
                namespaces);
    }

    /** How the protocol stands in the key that is looked up. */
    public enum Protocols {
        /** 0 for all. */
        ANY,
        /** The exact one; where that misses 0, which stays in the key. */
        EXACT_THEN_ANY_FOR_GOOD,
        /** The exact one, where that misses 0; the internal scope begins with the exact one again. */
        EXACT_THEN_ANY,
        EXACT
    }

    /** How a local redirect policy knows its own backends. */
    public enum Exemption {
        /** The chosen backend has a socket in the client's own network namespace; no map tells. */
        OWN_SOCKET,
        /** The skip_lb maps. */
        SKIP_MAP
    }
}
