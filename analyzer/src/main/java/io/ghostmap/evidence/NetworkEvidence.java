package io.ghostmap.evidence;

import io.ghostmap.evidence.kubeproxy.NatTables;
import java.util.List;

/**
 * What else on the node handles packets, and the sockets that send and receive them.
 *
 * @param devices programs on network devices
 * @param nat what netfilter and IPVS translate
 * @param sockets of the node's network namespace, and of those of pods that the collector looked into
 */
public record NetworkEvidence(List<NetAttachment> devices, Interfaces interfaces, NatTables nat, Sockets sockets) {}
