package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.evidence.kubeproxy.NatRule;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-25: rules of kube-proxy, in a table of netfilter or in IPVS, send connections to a backend that no endpoint slice has:
 * they are no longer updated.
 *
 * <p>Guards: all slices were captured, so that a backend which they lack no longer exists. A running kube-proxy needs a moment
 * after each change, so rules without a failed connection are only worth knowing.
 */
final class KubeProxyRules implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-25",
            CatalogEntry.Kind.NODE,
            Text.of("rules of kube-proxy send connections to a backend that Kubernetes no longer has"),
            Set.of(Requirement.KUBERNETES),
            Severity.CRITICAL,
            Severity.INFO,
            ConnectionManuals.KUBE_PROXY);

    private static final int MAX_RULES = 6;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Map<Endpoint, List<NatRule>> stale = stale(incident);
        Map<Endpoint, List<NatRule>> failing = new LinkedHashMap<>();
        stale.forEach((backend, rules) -> {
            if (!incident.failedAttempts(backend).isEmpty()) {
                failing.put(backend, rules);
            }
        });
        if (!failing.isEmpty()) {
            return List.of(failing(incident, failing));
        }
        return stale.isEmpty() ? List.of() : List.of(harmless(incident, stale));
    }

    private static Map<Endpoint, List<NatRule>> stale(Incident incident) {
        Map<Endpoint, List<NatRule>> stale = new LinkedHashMap<>();
        for (NatRule rule : incident.evidence().network().nat().rules()) {
            boolean gone = incident.layers()
                    .isInAnySlice(rule.backend().address())
                    .filter(named -> !named)
                    .isPresent();
            if (rule.owner() == NatRule.Owner.KUBE_PROXY && gone && !isHeld(incident, rule.backend())) {
                stale.computeIfAbsent(rule.backend(), backend -> new ArrayList<>())
                        .add(rule);
            }
        }
        return stale;
    }

    /** Whether a current map has the backend, as for one of another cluster, which this cluster's slices lack. */
    private static boolean isHeld(Incident incident, Endpoint backend) {
        return incident.layers().all().stream()
                .anyMatch(layers -> layers.inMaps().contains(backend));
    }

    private static Finding.Draft failing(Incident incident, Map<Endpoint, List<NatRule>> rules) {
        Failures failures = new Failures(
                incident,
                incident.journeys().failed().stream()
                        .filter(journey -> rules.containsKey(journey.destination()))
                        .toList());
        Names names = new Names(incident);
        List<Frontend> frontends = frontends(rules);
        boolean rewritten = failures.journeys().stream().anyMatch(Journey::isSentElsewhere);
        return Finding.draft(ENTRY, Severity.CRITICAL, rewritten ? Confidence.CERTAIN : Confidence.LIKELY)
                .about(frontends.stream().map(Subject.Frontend::new).toList())
                .about(rules.keySet().stream().map(Subject.Backend::new).toList())
                .about(failures.subjects())
                .title(
                        Text.of("Connections to {} from {} fail", names.services(frontends), names.node()),
                        Text.of(
                                "rules of kube-proxy send them to {}, a backend that no longer exists",
                                Text.few(Terms.endpoints(rules.keySet()))))
                .summary(Text.of(
                        "{} failed. {}.",
                        failures.shares(),
                        Text.few(rules.values().stream()
                                .flatMap(List::stream)
                                .map(KubeProxyRules::text)
                                .distinct()
                                .toList())))
                .explanation(List.of(
                        rewritten
                                ? Text.of(
                                        "The capture shows the translation: the SYN comes in with the address of the service and"
                                                + " leaves with that of the backend. No map of Cilium and no endpoint slice has"
                                                + " this backend; only these rules have it.")
                                : Text.of(
                                        "No map of Cilium and no endpoint slice has this backend; only these rules have it."),
                        Text.of("Rules of kube-proxy outlive kube-proxy: they stay in the kernel until they are removed"
                                + " (kube-proxy --cleanup) or the node is rebooted. They translate every connection that"
                                + " Cilium's socket programs do not translate first.")))
                .supporting(supporting(rules, failures.frames()))
                .rivals(List.of(new Rival(
                        Rival.Kind.CHANGE_BETWEEN_READINGS,
                        Rival.Stance.OPEN,
                        Text.of("kube-proxy is running and was about to remove them"),
                        Text.of("the bundle does not show whether kube-proxy runs."),
                        Text.of("kubectl -n kube-system get pods -o wide, and the same rules a minute later"))))
                .remedy(remedy());
    }

    private static Finding.Draft harmless(Incident incident, Map<Endpoint, List<NatRule>> rules) {
        return Finding.draft(ENTRY, Severity.INFO, Confidence.POSSIBLE)
                .about(rules.keySet().stream().map(Subject.Backend::new).toList())
                .title(Text.of(
                        "Rules of kube-proxy on {} have {} that no endpoint slice has",
                        new Names(incident).node(),
                        Text.count(rules.size(), "backend", "backends")))
                .summary(Text.of(
                        "{}. No captured connection went there.",
                        Text.few(rules.values().stream()
                                .flatMap(List::stream)
                                .map(KubeProxyRules::text)
                                .distinct()
                                .toList())))
                .explanation(List.of(Text.of(
                        "If kube-proxy is running, it may not have updated them yet. If it was removed, its rules are still there and"
                                + " translate connections that Cilium does not translate first.")))
                .supporting(supporting(rules, List.of()))
                .remedy(remedy());
    }

    private static List<Frontend> frontends(Map<Endpoint, List<NatRule>> rules) {
        return rules.values().stream()
                .flatMap(List::stream)
                .map(rule -> Frontend.external(
                        rule.frontend(), rule.protocol() == Protocol.ANY ? Protocol.TCP : rule.protocol()))
                .distinct()
                .toList();
    }

    private static Text text(NatRule rule) {
        return Text.of(
                "{} sends {} to {}{}",
                Term.name(Term.NameKind.CHAIN, rule.chain()),
                Term.endpoint(rule.frontend()),
                Term.endpoint(rule.backend()),
                rule.packets().isPresent()
                        ? Text.of(" ({} counted)", Text.count(rule.packets().getAsLong(), "packet", "packets"))
                        : Text.NONE);
    }

    private static List<Citation> supporting(Map<Endpoint, List<NatRule>> rules, List<Citation> frames) {
        return Stream.concat(
                        rules.values().stream()
                                .flatMap(List::stream)
                                .map(NatRule::source)
                                .limit(MAX_RULES),
                        frames.stream())
                .distinct()
                .toList();
    }

    private static List<RemedyStep> remedy() {
        return List.of(RemedyStep.reading(
                        Text.of("See whether the rules are still there, and whether kube-proxy is running"),
                        Text.of("You are root on the node of this bundle, and kubectl reaches the cluster."),
                        List.of(Action.Look.NAT_RULES, Action.Look.NAT_TABLES, Action.Look.KUBE_PROXY_PODS))
                .check(Text.of(
                        "The rules have the same backends and no kube-proxy runs on the node: then remove them with kube-proxy"
                                + " --cleanup of the release that wrote them, or reboot the node.")));
    }
}
