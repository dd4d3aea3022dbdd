/**
 * Destination NAT of kube-proxy, or of others that write such rules: what netfilter and IPVS translate, whatever Cilium
 * does. Takes the texts of {@code iptables-save}, {@code nft list ruleset} and {@code /proc/net/ip_vs}, and returns
 * {@link io.ghostmap.evidence.kubeproxy.NatRule}s with their counters. Never decides whether a rule is right.
 */
@NullMarked
package io.ghostmap.evidence.kubeproxy;

import org.jspecify.annotations.NullMarked;
