package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.and;
import static io.ghostmap.diagnosis.Phrases.count;

import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.evidence.TextFile;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What else could have sent a connection to an address that only a stale generation knows, and what the bundle says. */
final class StaleChainRivals {
    /** The node's end of a pod's veth, as Cilium names it. */
    private static final Pattern POD_SIDE = Pattern.compile("lxc\\w+ in");

    private final Incident incident;
    private final StaleChain chain;

    private StaleChainRivals(Incident incident, StaleChain chain) {
        this.incident = incident;
        this.chain = chain;
    }

    /** Rivals of the claim that {@code address} was reached through a stale generation; none without an address. */
    static List<Rival> of(Incident incident, StaleChain chain, Optional<Endpoint> address) {
        return address.map(endpoint -> new StaleChainRivals(incident, chain).against(endpoint))
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
                chain.translationsTo(address, incident).stream().findFirst();
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
        return new Rival(
                "kube-proxy or other netfilter rules rewrite the connection",
                netfilterVerdict(address) + entryText(address),
                "iptables-save -c, nft list ruleset and ipvsadm -Ln, twice, with a connect in between: a rule that rewrites"
                        + " counts it");
    }

    private String netfilterVerdict(Endpoint address) {
        List<TextFile> captured = Stream.of(
                        incident.evidence().network().iptables(),
                        incident.evidence().network().nft())
                .filter(TextFile::captured)
                .toList();
        if (captured.isEmpty()) {
            return "Cannot be excluded: neither the iptables nor the nft rules were captured.";
        }
        Pattern names =
                Pattern.compile("(?<![0-9.])" + Pattern.quote(address.address().toString()) + "(?![0-9.])");
        for (TextFile rules : captured) {
            Optional<String> rule = rules.lines().stream()
                    .filter(line -> names.matcher(line).find())
                    .findFirst();
            if (rule.isPresent()) {
                return "Speaks for it: " + rules.file() + " names the address: " + rule.get();
            }
        }
        List<String> read = captured.stream()
                .map(rules -> rules.file()
                        + (rules.lines().isEmpty()
                                ? " (no rule at all)"
                                : " (" + count(rules.lines().size(), "line") + ")"))
                .toList();
        return "Speaks against it: " + and(read) + " do not name the address. IPVS tables are not captured.";
    }

    /** A SYN that comes in from a pod with the address already in it was not rewritten by the node's rules. */
    private String entryText(Endpoint address) {
        return incident.seen(address)
                .flatMap(seen -> seen.destination().paths().stream()
                        .filter(path -> POD_SIDE.matcher(path).matches())
                        .findFirst())
                .map(path -> " The SYN carries the address already where it comes in from the pod (" + path
                        + "), before any rule of the node's own network namespace.")
                .orElse("");
    }

    private String kubernetesVerdict(Endpoint address) {
        if (!incident.evidence().kubernetes().slicesCaptured()) {
            return "Cannot be excluded: the endpoint slices were not captured; but the current generation does not"
                    + " know the address.";
        }
        return incident.evidence().kubernetes().endpoints().contains(address.address())
                ? "Speaks for it: an endpoint slice names " + address.address() + "."
                : "Speaks against it: " + address.address() + " stands in none of the "
                        + incident.evidence().kubernetes().endpoints().size()
                        + " endpoint addresses in the cluster's slices, and in no backends map that is current.";
    }
}
