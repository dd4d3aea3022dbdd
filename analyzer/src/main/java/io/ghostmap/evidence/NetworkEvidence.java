package io.ghostmap.evidence;

import java.util.List;

/**
 * What else on the node handles packets, and the sockets at their ends.
 *
 * @param devices programs on network devices
 * @param sockets of the node's network namespace, and of a pod's if the collector was given one
 */
public record NetworkEvidence(List<NetAttachment> devices, TextFile iptables, TextFile nft, List<Socket> sockets) {}
