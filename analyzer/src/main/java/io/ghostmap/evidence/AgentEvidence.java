package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.agent.AgentFrontend;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the agent says of itself.
 *
 * @param services {@code cilium-dbg service list}: the agent's intent
 * @param bpfServices {@code cilium-dbg bpf lb list}: what the pinned maps have
 * @param frontends {@code cilium-dbg service list} with everything that a comparison needs
 * @param frontendsAfter the same after the capture window
 * @param healthy where the agent's status calls the agent healthy; empty if it does not, or was not captured
 * @param options how the agent runs now; programs of an earlier one can be built differently
 */
public record AgentEvidence(
        List<ServiceClaim> services,
        List<ServiceClaim> bpfServices,
        FrontendList frontends,
        FrontendList frontendsAfter,
        Optional<Citation> healthy,
        AgentOptions options) {

    /**
     * {@code cilium-dbg service list}, row by row.
     *
     * @param captured whether the command printed a list, even an empty one
     * @param whole whether no row of the list was lost, so that the agent does not have a frontend that the list lacks
     */
    public record FrontendList(boolean captured, boolean whole, List<AgentFrontend> frontends) {}

    /** Whether two readings, before and after the capture window, have the same backends for every frontend. */
    public boolean isSteady() {
        return frontends.whole && frontendsAfter.whole && backends(frontends).equals(backends(frontendsAfter));
    }

    private static Set<List<?>> backends(FrontendList list) {
        return list.frontends.stream()
                .map(frontend -> List.of(
                        frontend.endpoint(), frontend.protocol(), frontend.internalScope(), frontend.backends()))
                .collect(Collectors.toSet());
    }
}
