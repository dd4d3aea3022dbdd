package io.ghostmap.evidence;

import io.ghostmap.bundle.Gap;
import java.util.List;

/**
 * Everything that the node said. Lists keep the order of the bundle. An absent list is empty, and {@link #gaps()} has an
 * entry for it.
 */
public record Evidence(
        NodeFacts node,
        BpfEvidence bpf,
        CgroupEvidence cgroups,
        AgentEvidence agent,
        KubernetesView kubernetes,
        NetworkEvidence network,
        List<Gap> gaps) {}
