package io.ghostmap.datapath.cilium;

import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;

/**
 * Connections from one network namespace to one frontend that the socket programs leave alone: the backends of a local
 * redirect policy, which must be able to reach the original destination.
 */
record SkipEntry(long netnsCookie, Endpoint frontend, MapEntry entry) {}
