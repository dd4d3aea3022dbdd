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
import io.ghostmap.traffic.Reply;
import io.ghostmap.traffic.Waypoint;
import java.util.List;
import java.util.Optional;

/** What else could have sent a connection to an address that only a stale generation has, and what the bundle says. */
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
                                "the stale program's own reverse_sk map has an entry for a socket that asked for {} and was sent"
                                        + " to {}. The program writes such an entry only when it translates.",
                                Term.endpoint(entry.frontend()),
                                Term.endpoint(entry.backend())))
                        .orElse(Text.of("no reverse_sk entry for this address was captured.")),
                Text.of("strace -f -e trace=connect of one client shows the address that it passes to connect()"));
    }

    private Rival netfilter() {
        NatTables nat = incident.evidence().network().nat();
        Optional<NatRule> naming = nat.to(address).stream().findFirst();
        boolean excluded = naming.isEmpty() && nat.unread().isEmpty();
        return new Rival(
                Rival.Kind.NETFILTER,
                naming.isPresent() ? Stance.FOR : excluded ? Stance.AGAINST : Stance.OPEN,
                Text.of("kube-proxy or other netfilter rules rewrote the connection"),
                grounds(nat, naming).then(entry()),
                Text.of(
                        "iptables-legacy-save -c, nft list ruleset and /proc/net/ip_vs, twice, with a connection in between: the"
                                + " counter of a rule that rewrites goes up"));
    }

    private Text grounds(NatTables nat, Optional<NatRule> naming) {
        return naming.map(rule -> Text.of(
                        "a rule of chain {} sends connections to {} there.",
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
                        " The SYN already has the address when it comes in from the pod ({}), before any rule of the node's own"
                                + " network namespace.",
                        Terms.waypoint(path)))
                .orElse(Text.NONE);
    }

    private boolean comesFromPod(Waypoint passed) {
        return passed.direction() == Direction.IN
                && incident.evidence().network().interfaces().isOfPod(passed.device());
    }

    private Rival deadBackend() {
        Stance stance = deadBackendStance();
        KubernetesView kubernetes = incident.evidence().kubernetes();
        Term backend = Term.address(address.address());
        Text grounds = switch (stance) {
            case EXCLUDED -> Text.of("it answered.");
            case FOR -> Text.of("an endpoint slice lists {}.", backend);
            case AGAINST ->
                Text.of(
                        "{} is none of the {} endpoint addresses in the cluster's slices.",
                        backend,
                        Term.number(kubernetes.endpoints().size()));
            case OPEN ->
                Text.of("the endpoint slices were not captured; but the current maps do not send this service there.");
        };
        return new Rival(
                Rival.Kind.DEAD_BACKEND,
                stance,
                Text.of("The backend is the right one and does not answer"),
                grounds,
                Text.of("kubectl get pods -A -o wide, and the endpoint slices of the service"));
    }

    private Stance deadBackendStance() {
        KubernetesView kubernetes = incident.evidence().kubernetes();
        boolean answered = incident.seen(address)
                .filter(seen -> seen.destination().replies().containsKey(Reply.ANSWERED))
                .isPresent();
        if (answered) {
            return Stance.EXCLUDED;
        }
        if (!kubernetes.slicesCaptured()) {
            return Stance.OPEN;
        }
        return kubernetes.endpoints().contains(address.address()) ? Stance.FOR : Stance.AGAINST;
    }
}
