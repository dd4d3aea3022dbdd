package io.ghostmap.evidence;

import java.util.List;

/**
 * Sockets with a peer.
 *
 * @param ofNode whether those of the node's own network namespace were captured
 * @param ofPods whether those of all network namespaces that have processes were
 */
public record Sockets(boolean ofNode, boolean ofPods, List<Socket> all) {}
