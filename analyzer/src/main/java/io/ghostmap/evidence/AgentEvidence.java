package io.ghostmap.evidence;

import java.util.List;

/**
 * What the agent says of itself.
 *
 * @param services {@code cilium-dbg service list}: the agent's intent
 * @param bpfServices {@code cilium-dbg bpf lb list}: what the pinned maps hold
 * @param options how the agent runs now; programs of an earlier one can be built otherwise
 */
public record AgentEvidence(
        List<ServiceClaim> services, List<ServiceClaim> bpfServices, AgentOptions options, TextFile log) {}
