package io.ghostmap.evidence.kubeproxy;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Chains of a nat table, from the rule with a service's address along jumps to the rules with a backend. In a malicious
 * text, jumps can form a circle: a chain is followed once for each address, and there is a limit for all together.
 */
final class NatChains {
    /** Rules that are followed: kube-proxy of a large cluster writes some ten thousands. */
    private static final int MAX_FOLLOWED = 1_000_000;

    /** The relevant part of a rule's match. */
    record Match(Optional<IpAddress> destination, Optional<Protocol> protocol, int port) {
        static final Match ANY = new Match(Optional.empty(), Optional.empty(), 0);

        boolean namesAnAddress() {
            return destination.isPresent() && port > 0;
        }
    }

    /**
     * A rule that jumps to a chain, or translates.
     *
     * @param jump empty if it does not jump
     * @param to empty if it does not translate; port 0 keeps the port
     */
    record Rule(Match match, Optional<String> jump, Optional<Endpoint> to, OptionalLong packets, Citation source) {}

    private final Map<String, List<Rule>> chains = new LinkedHashMap<>();
    private int followed;

    void add(String chain, Rule rule) {
        chains.computeIfAbsent(chain, key -> new ArrayList<>()).add(rule);
    }

    List<NatRule> rules() {
        List<NatRule> found = new ArrayList<>();
        chains.forEach((chain, rules) -> {
            for (Rule rule : rules) {
                if (rule.match.namesAnAddress()) {
                    follow(rule.match, chain, rule, new HashSet<>(), found);
                }
            }
        });
        return found.stream().distinct().toList();
    }

    private void follow(Match asked, String chain, Rule rule, Set<String> before, List<NatRule> found) {
        if (followed++ >= MAX_FOLLOWED) {
            return;
        }
        rule.to.ifPresent(to -> found.add(new NatRule(
                NatRule.ownerOf(chain),
                new Endpoint(asked.destination.orElseThrow(), asked.port),
                asked.protocol.orElse(Protocol.ANY),
                to.port() == 0 ? new Endpoint(to.address(), asked.port) : to,
                chain,
                rule.packets,
                rule.source)));
        rule.jump
                .filter(before::add)
                .ifPresent(next -> chains.getOrDefault(next, List.of()).stream()
                        .filter(then -> !then.match.namesAnAddress()) // the next address begins an own entry
                        .forEach(then -> follow(asked, next, then, before, found)));
    }

    /** Whether more rules were there than are followed. */
    boolean isCut() {
        return followed >= MAX_FOLLOWED;
    }
}
