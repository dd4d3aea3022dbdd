package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.count;

import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.Optional;

/** What else could have sent a connection to an address that only a stale generation knows, and what the bundle says. */
final class StaleChainRivals {
    private final Case scene;
    private final StaleChain chain;

    private StaleChainRivals(Case scene, StaleChain chain) {
        this.scene = scene;
        this.chain = chain;
    }

    /** Rivals of the claim that {@code address} was reached through a stale generation; none without an address. */
    static List<Rival> of(Case scene, StaleChain chain, Optional<Endpoint> address) {
        return address.map(endpoint -> new StaleChainRivals(scene, chain).against(endpoint))
                .orElse(List.of());
    }

    private List<Rival> against(Endpoint address) {
        return List.of(
                directConnect(address),
                iptables(address),
                new Rival(
                        "The backend is right and merely dead",
                        kubernetesVerdict(address),
                        "kubectl get pods -A -o wide and the endpoint slices of the service"));
    }

    private Rival directConnect(Endpoint address) {
        Optional<ReverseSkEntry> proof =
                chain.translationsTo(address, scene).stream().findFirst();
        String verdict = proof.map(entry -> "Speaks against it: the stale program's own reverse_sk map holds the"
                        + " entry for a socket that asked for " + entry.frontend() + " and was sent to "
                        + entry.backend() + ", which it writes only when it translates.")
                .orElse("Cannot be excluded: no reverse_sk entry for this address was captured.");
        return new Rival(
                "The client asked for " + address + " itself, from a cache or its configuration",
                verdict,
                "strace -f -e trace=connect of one client: the address that it passes to connect()");
    }

    private Rival iptables(Endpoint address) {
        String verdict;
        if (!scene.evidence().iptables().captured()) {
            verdict = "Cannot be excluded: the iptables rules were not captured.";
        } else {
            String text = address.address().toString();
            Optional<String> rule = scene.evidence().iptables().lines().stream()
                    .filter(line -> line.contains(text + ":") || line.contains(text + "/") || line.endsWith(text))
                    .findFirst();
            verdict = rule.map(line -> "Speaks for it: a rule names the address: " + line)
                    .orElse("Speaks against it: none of the "
                            + count(scene.evidence().iptables().lines().size(), "line")
                            + " of net/iptables.txt names " + text + entryText(address) + ".");
        }
        return new Rival(
                "kube-proxy or other iptables rules rewrite the connection",
                verdict,
                "iptables-save -c twice, with a connect in between: a rule that rewrites counts it");
    }

    /** A SYN that comes in from a pod with the address already in it was not rewritten by the node's rules. */
    private String entryText(Endpoint address) {
        return scene.seen(address)
                .flatMap(seen -> seen.destination().paths().stream()
                        .filter(path -> path.endsWith(" in"))
                        .findFirst())
                .map(path -> ", and the SYN carries the address already where it comes in from the pod (" + path
                        + "), before any rule of the node")
                .orElse("");
    }

    private String kubernetesVerdict(Endpoint address) {
        if (!scene.evidence().kubernetes().slicesCaptured()) {
            return "Cannot be excluded: the endpoint slices were not captured; but the current generation does not"
                    + " know the address.";
        }
        return scene.evidence().kubernetes().endpoints().contains(address.address())
                ? "Speaks for it: an endpoint slice names " + address.address() + "."
                : "Speaks against it: " + address.address() + " stands in none of the "
                        + scene.evidence().kubernetes().endpoints().size()
                        + " endpoint addresses in the cluster's slices, and in no backends map that is current.";
    }
}
