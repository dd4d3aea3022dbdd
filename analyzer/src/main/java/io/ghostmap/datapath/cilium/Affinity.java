package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.AffinitySession;
import io.ghostmap.evidence.MapEntry;

/**
 * Which backend a client had last. It counts only while {@code lastUsed} and the service's timeout lie ahead of now, and
 * only if {@link AffinityMatches} has the backend for that service.
 *
 * @param lastUsed in the agent's monotonic unit: seconds, or jiffies shifted right by 8 if it uses that clock
 */
record Affinity(AffinitySession.Client client, int revNatId, long lastUsed, long backendId, MapEntry entry) {}
