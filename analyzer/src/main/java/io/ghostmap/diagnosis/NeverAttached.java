package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.AgentOptions.Setting;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-05: the agent is configured to translate at the socket, but none of its socket programs is attached to any cgroup.
 *
 * <p>Guards: the cgroup tree was captured; if the feature is switched off, nothing is missing; if the agent's options were
 * not captured, only connections that failed untranslated show that the programs are missing.
 */
final class NeverAttached implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-05",
            CatalogEntry.Kind.NODE,
            Text.of("socket load balancing is configured, but none of its programs is attached"),
            Set.of(Requirement.MAPS, Requirement.ATTACHMENTS),
            Severity.CRITICAL,
            Severity.WARNING,
            AttachmentManuals.NEVER_ATTACHED);

    private static final int MAX_FRAMES = 6;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        boolean attached = incident.hooks().stream()
                .flatMap(hook -> hook.programs().stream())
                .anyMatch(program -> program.view().isPresent());
        boolean configured = incident.evidence().agent().options().socketLb() == Setting.ON
                && incident.evidence().cgroups().treeCaptured()
                && incident.datapath()
                        .views()
                        .isEmpty(); // one that is loaded may be attached where the tree does not reach
        Optional<Bypass> bypass =
                incident.bypass().filter(found -> found.hooks().isEmpty());
        return attached || (bypass.isEmpty() && !configured) ? List.of() : List.of(finding(incident, bypass));
    }

    private static Finding.Draft finding(Incident incident, Optional<Bypass> bypass) {
        AgentOptions options = incident.evidence().agent().options();
        Names names = new Names(incident);
        List<Frontend> frontends = bypass.stream()
                .flatMap(found -> found.raw().stream())
                .flatMap(found -> found.seen().frontends().stream())
                .distinct()
                .toList();
        boolean configured = options.socketLb() == Setting.ON;
        Finding.Draft draft = Finding.draft(
                        ENTRY,
                        bypass.isPresent() ? Severity.CRITICAL : Severity.WARNING,
                        configured ? Confidence.CERTAIN : Confidence.LIKELY)
                .about(frontends.stream().map(Subject.Frontend::new).toList());
        if (bypass.isPresent()) {
            draft.title(
                            Text.of("Connections to {} from {} fail", names.services(frontends), names.node()),
                            Text.of(
                                    "no socket load-balancing program is attached to any cgroup, so that they leave with the"
                                            + " service's own address"))
                    .example(bypass.map(Bypass::example))
                    .rivals(UntranslatedFrontend.rivals(incident, bypass.get()));
        } else {
            draft.title(Text.of(
                    "Socket load balancing is configured on {}, but none of its programs is attached", names.node()));
        }
        return draft.summary(summary(options, bypass))
                .explanation(explanation(options))
                .supporting(supporting(options, bypass))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See why the agent attached nothing"),
                                Text.of("kubectl reaches the cluster, and you are root on the node of this bundle."),
                                List.of(
                                        Action.Look.CGROUP_TREE,
                                        new Action.AskAgent(incident.nodeName(), Action.Question.CONFIGURATION),
                                        new Action.AgentLog(incident.nodeName())))
                        .check(Text.of(
                                "The tree still lists no cil_sock4_connect. If the agent tried and failed, its log has the error;"
                                        + " otherwise it never tried."))));
    }

    private static Text summary(AgentOptions options, Optional<Bypass> bypass) {
        Text attached = options.socketLb() == Setting.ON
                ? Text.of(
                        "{} says that socket load balancing is on, but the cgroup tree lists none of its programs.",
                        options.stated(Option.SOCKET_LB)
                                .map(source -> Text.of(Term.member(source.file())))
                                .orElse(Text.of("The agent")))
                : Text.of("The cgroup tree lists no socket program of Cilium.");
        long attempts = bypass.stream()
                .flatMap(found -> found.raw().stream())
                .mapToLong(raw -> raw.attempts().size())
                .sum();
        return attempts == 0
                ? attached
                : Text.of(
                        "{} {} left with a service's own address and failed.",
                        attached,
                        Text.count(attempts, "attempt", "attempts"));
    }

    private static List<Text> explanation(AgentOptions options) {
        List<Text> paragraphs = new ArrayList<>();
        paragraphs.add(
                Text.of(
                        "The maps have the services, but no program that runs at connect() reads them. Unlike in SLB-04, the agent did"
                                + " not reuse a pinned link on another cgroup: the programs were never attached, or all of them were removed."));
        if (options.socketLb() == Setting.ON
                && options.hostNetworkOnly()
                && options.kubeProxyReplacement() == Setting.OFF) {
            paragraphs.add(Text.of(
                    "The configuration asks for socket load balancing in the host's namespace only, without the replacement of"
                            + " kube-proxy. Agents of 1.18 attach no program with that combination (Cilium issue 42659). Restarting"
                            + " the same agent changes nothing; another value of {} or another release helps.",
                    Term.option(Option.HOST_NETWORK_ONLY.flag())));
        } else {
            paragraphs.add(Text.of(
                    "An agent that cannot attach programs (the kernel has no cgroup BPF, a capability is missing, the cgroup root is"
                            + " not mounted at the agent's path) says so in its log when it starts."));
        }
        return paragraphs;
    }

    private static List<Citation> supporting(AgentOptions options, Optional<Bypass> bypass) {
        return Stream.of(
                        options.stated(Option.SOCKET_LB).stream(),
                        options.stated(Option.HOST_NETWORK_ONLY).stream(),
                        options.stated(Option.KUBE_PROXY_REPLACEMENT).stream(),
                        bypass.stream()
                                .flatMap(found -> found.raw().stream())
                                .flatMap(raw -> raw.attempts().stream())
                                .map(Journey::asked)
                                .flatMap(Citations::syns)
                                .limit(MAX_FRAMES))
                .flatMap(each -> each)
                .toList();
    }
}
