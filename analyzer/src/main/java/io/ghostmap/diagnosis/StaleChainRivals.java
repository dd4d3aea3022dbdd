package io.ghostmap.diagnosis;

import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.diagnosis.Rival.Stance;
import io.ghostmap.evidence.KubernetesView;
import io.ghostmap.evidence.kubeproxy.NatRule;
import io.ghostmap.evidence.kubeproxy.NatTables;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Direction;
import io.ghostmap.traffic.Waypoint;
import java.util.List;
import java.util.Optional;

/** What else could have sent a connection to an address that only a stale generation knows, and what the bundle says. */
final class StaleChainRivals {
    private final Incident incident;
    private final StaleChain chain;
    private final Endpoint address;

    private StaleChainRivals(Incident incident, StaleChain chain, Endpoint address) {
        this.incident = incident;
        this.chain = chain;
        this.address = address;
    }

    /** Rivals of the claim that {@code address} was reached through a stale generation; none without an address. */
    static List<Rival> of(Incident incident, StaleChain chain, Optional<Endpoint> address) {
        return address.map(endpoint -> new StaleChainRivals(incident, chain, endpoint))
                .map(rivals -> List.of(rivals.directConnect(), rivals.netfilter(), rivals.deadBackend()))
                .orElse(List.of());
    }

    private Rival directConnect() {
        Optional<ReverseSkEntry> proof =
                chain.translationsTo(address, incident).stream().findFirst();
        return new Rival(
                Rival.Kind.DIRECT_CONNECT,
                proof.isPresent() ? Stance.AGAINST : Stance.OPEN,
                Text.of("The client asked for {} itself, from a cache or its configuration", Term.endpoint(address)),
                proof.map(entry -> Text.of(
                                "Speaks against it: the stale program's own reverse_sk map holds the entry for a socket that"
                                        + " asked for {} and was sent to {}, which it writes only when it translates.",
                                Term.endpoint(entry.frontend()),
                                Term.endpoint(entry.backend())))
                        .orElse(Text.of("Cannot be excluded: no reverse_sk entry for this address was captured.")),
                Text.of("strace -f -e trace=connect of one client: the address that it passes to connect()"));
    }

    private Rival netfilter() {
        NatTables nat = incident.evidence().network().nat();
        Optional<NatRule> naming = nat.to(address).stream().findFirst();
        boolean excluded = naming.isEmpty() && nat.unread().isEmpty();
        return new Rival(
                Rival.Kind.NETFILTER,
                naming.isPresent() ? Stance.FOR : excluded ? Stance.AGAINST : Stance.OPEN,
                Text.of("kube-proxy or other netfilter rules rewrite the connection"),
                told(nat, naming).then(entry()),
                Text.of(
                        "iptables-legacy-save -c, nft list ruleset and /proc/net/ip_vs, twice, with a connect in between: a"
                                + " rule that rewrites counts it"));
    }

    private Text told(NatTables nat, Optional<NatRule> naming) {
        return naming.map(rule -> Text.of(
                        "Speaks for it: a rule of chain {} sends connections to {} there.",
                        Term.name(Term.NameKind.CHAIN, rule.chain()),
                        Term.endpoint(rule.frontend())))
                .orElseGet(() -> NatTablesText.silence(nat, address));
    }

    /** A SYN that comes in from a pod with the address already in it was not rewritten by the node's rules. */
    private Text entry() {
        return incident.seen(address)
                .flatMap(seen -> seen.destination().paths().stream()
                        .filter(this::comesFromPod)
                        .findFirst())
                .map(path -> Text.of(
                        " The SYN carries the address already where it comes in from the pod ({}), before any rule of the"
                                + " node's own network namespace.",
                        Terms.waypoint(path)))
                .orElse(Text.NONE);
    }

    private boolean comesFromPod(Waypoint passed) {
        return passed.direction() == Direction.IN
                && incident.evidence().network().interfaces().isOfPod(passed.device());
    }

    private Rival deadBackend() {
        KubernetesView kubernetes = incident.evidence().kubernetes();
        boolean named = kubernetes.endpoints().contains(address.address());
        Term backend = Term.address(address.address());
        Text verdict;
        if (!kubernetes.slicesCaptured()) {
            verdict =
                    Text.of("Cannot be excluded: the endpoint slices were not captured; but the current generation does"
                            + " not know the address.");
        } else if (named) {
            verdict = Text.of("Speaks for it: an endpoint slice names {}.", backend);
        } else {
            verdict = Text.of(
                    "Speaks against it: {} stands in none of the {} endpoint addresses in the cluster's slices, and in no"
                            + " backends map that is current.",
                    backend,
                    Term.number(kubernetes.endpoints().size()));
        }
        return new Rival(
                Rival.Kind.DEAD_BACKEND,
                !kubernetes.slicesCaptured() ? Stance.OPEN : named ? Stance.FOR : Stance.AGAINST,
                Text.of("The backend is right and merely dead"),
                verdict,
                Text.of("kubectl get pods -A -o wide and the endpoint slices of the service"));
    }
}
