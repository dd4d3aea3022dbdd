package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.AgentOptions.Setting;
import io.ghostmap.net.Endpoint;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.ConnectionAttempt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-26: the agent runs without socket load balancing, and socket programs of an earlier one are still attached. No agent
 * updates the maps that they read, so that they send connections to outdated backends.
 *
 * <p>Guards: configuration or status says that the feature is off and neither says that it is on; a second Cilium's programs
 * are not this agent's leftovers.
 */
final class LeftoverPrograms implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-26",
            CatalogEntry.Kind.NODE,
            Text.of("socket load balancing is switched off, and its programs are still attached"),
            Set.of(Requirement.MAPS, Requirement.ATTACHMENTS),
            Severity.CRITICAL,
            Severity.WARNING,
            AttachmentManuals.LEFTOVER_PROGRAMS);

    private static final int MAX_CITED = 8;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        return isPresent(incident) ? List.of(finding(incident)) : List.of();
    }

    static boolean isPresent(Incident incident) {
        AgentOptions options = incident.evidence().agent().options();
        return options.socketLb() == Setting.OFF
                && options.kubeProxyReplacement()
                        != Setting.ON // which has it on, whatever its own option says (SLB-38)
                && !programs(incident).isEmpty();
    }

    private static List<Hook> hooks(Incident incident) {
        return incident.hooks().stream()
                .filter(hook -> !incident.separate().contains(hook))
                .filter(hook -> hook.programs().stream()
                        .anyMatch(program -> program.view().isPresent()))
                .toList();
    }

    private static List<HookProgram> programs(Incident incident) {
        return hooks(incident).stream()
                .flatMap(hook -> hook.programs().stream())
                .filter(program -> program.view().isPresent())
                .distinct()
                .toList();
    }

    /** Frontends of the maps with a backend that failed, and the failed attempts. */
    private static Map<FrontendLayers, List<ConnectionAttempt>> failed(Incident incident) {
        Map<FrontendLayers, List<ConnectionAttempt>> failed = new LinkedHashMap<>();
        for (FrontendLayers layers : incident.layers().all()) {
            List<ConnectionAttempt> attempts = layers.inMaps().stream()
                    .filter(backend -> !(layers.wanted() instanceof Wanted.Claimed)
                            || layers.gone().contains(backend))
                    .flatMap(backend -> incident.failedAttempts(backend).stream())
                    .toList();
            if (!attempts.isEmpty()) {
                failed.put(layers, attempts);
            }
        }
        return failed;
    }

    private static Finding.Draft finding(Incident incident) {
        Map<FrontendLayers, List<ConnectionAttempt>> failed = failed(incident);
        List<HookProgram> programs = programs(incident);
        Names names = new Names(incident);
        List<Frontend> frontends =
                failed.keySet().stream().map(FrontendLayers::frontend).toList();
        List<Endpoint> backends = failed.values().stream()
                .flatMap(List::stream)
                .map(ConnectionAttempt::server)
                .distinct()
                .toList();
        boolean confirmed = failed.keySet().stream().allMatch(layers -> layers.wanted() instanceof Wanted.Claimed);
        Text off = Text.of(
                "The agent runs without socket load balancing, but {} for it are still attached.",
                Text.count(programs.size(), "program", "programs"));
        Finding.Draft draft = Finding.draft(
                        ENTRY,
                        failed.isEmpty() ? Severity.WARNING : Severity.CRITICAL,
                        failed.isEmpty() || !confirmed ? Confidence.LIKELY : Confidence.CERTAIN)
                .about(frontends.stream().map(Subject.Frontend::new).toList())
                .about(backends.stream().map(Subject.Backend::new).toList())
                .about(programs.stream()
                        .map(program -> new Subject.Program(program.programId()))
                        .toList());
        if (failed.isEmpty()) {
            draft.title(Text.of(
                            "Socket load balancing is off on {}, but its programs are still attached and translate",
                            names.node()))
                    .summary(off);
        } else {
            draft.title(
                            Text.of("Connections to {} from {} fail", names.services(frontends), names.node()),
                            Text.of(
                                    "socket load balancing is switched off, but its programs are still attached and send them to {}",
                                    Text.few(Terms.endpoints(backends))))
                    .summary(Text.of(
                            "{} {} to {} failed{}.",
                            off,
                            Text.count(
                                    failed.values().stream()
                                            .mapToInt(List::size)
                                            .sum(),
                                    "attempt",
                                    "attempts"),
                            Text.few(Terms.endpoints(backends)),
                            confirmed ? Text.of("; Kubernetes names other backends") : Text.NONE));
        }
        return draft.explanation(List.of(
                        Text.of(
                                "Programs {} were attached by an earlier agent. An agent that runs without socket load balancing"
                                        + " does not update the maps that they read: connections go to the backends that these"
                                        + " services had when it was switched off, before kube-proxy or anything else sees them.",
                                Text.few(Terms.programs(programs.stream()
                                        .map(HookProgram::programId)
                                        .toList()))),
                        Text.of(
                                "A restart of the agent leaves them attached. From 1.20 on an agent also leaves programs with"
                                        + " the names that releases up to 1.12 gave them.")))
                .supporting(supporting(incident, programs, failed))
                .remedy(remedy(incident));
    }

    private static List<Citation> supporting(
            Incident incident, List<HookProgram> programs, Map<FrontendLayers, List<ConnectionAttempt>> failed) {
        return Stream.of(
                        incident.evidence().agent().options().stated(Option.SOCKET_LB).stream(),
                        incident.evidence().agent().options().stated(Option.KUBE_PROXY_REPLACEMENT).stream(),
                        programs.stream().map(HookProgram::source).limit(MAX_CITED),
                        failed.values().stream()
                                .flatMap(List::stream)
                                .flatMap(Citations::syns)
                                .limit(MAX_CITED))
                .flatMap(each -> each)
                .distinct()
                .toList();
    }

    private static List<RemedyStep> remedy(Incident incident) {
        List<Action.Check> looks = new ArrayList<>();
        looks.add(Action.Look.CGROUP_TREE);
        looks.add(Action.Look.LINKS);
        looks.add(new Action.AskAgent(incident.nodeName(), Action.Question.CONFIGURATION));
        return List.of(
                RemedyStep.reading(
                                Text.of("See whether the programs are still attached and the feature is still off"),
                                Text.of("You are root on the node of this bundle, and kubectl reaches the cluster."),
                                looks)
                        .check(Text.of("The tree lists the ids of this report, and EnableSocketLB is false.")),
                RemedyStep.changing(
                                Text.of("Drain and reboot the node"),
                                Text.of("The first step has shown both, and workloads can move."),
                                List.of(new Action.DrainNode(incident.nodeName()), new Action.Reboot()))
                        .effect(Text.of(
                                "A reboot ends every attachment. Detaching the listed programs has the same effect without one,"
                                        + " hook by hook."))
                        .risk(Text.of("Pods of this node are evicted."))
                        .undo(Text.of("kubectl uncordon the node after the reboot."))
                        .check(Text.of("The cgroup tree lists no cil_sock program.")));
    }
}
