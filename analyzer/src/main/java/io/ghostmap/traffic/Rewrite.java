package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;

/**
 * The same SYN on another interface under other addresses: something between the two translated it, such as Cilium's
 * program at tc, kube-proxy or masquerading.
 */
public record Rewrite(Endpoint client, Endpoint server) {}
