/**
 * Destination NAT of kube-proxy, or of whoever else writes such rules: what netfilter and IPVS translate, whatever Cilium
 * does. In go the texts of {@code iptables-save}, {@code nft list ruleset} and {@code /proc/net/ip_vs}, out go
 * {@link io.ghostmap.evidence.kubeproxy.NatRule}s with their counters.
 */
@NullMarked
package io.ghostmap.evidence.kubeproxy;

import org.jspecify.annotations.NullMarked;
