package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.AgentOptions.Setting;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-38: the agent's configuration contradicts its status, or an option contradicts the one on which it depends: socket load
 * balancing is off by its own option, but on because kube-proxy is replaced. What is attached decides.
 *
 * <p>Guards: an option that the bundle does not show contradicts nothing. SLB-26 reports programs that are attached although
 * both options are off, and SLB-05 a feature that is on without programs.
 */
final class ContradictedOptions implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-38",
            CatalogEntry.Kind.NODE,
            Text.of("the agent's configuration contradicts what runs"),
            Set.of(Requirement.PROGRAMS),
            Severity.INFO,
            Severity.INFO,
            AttachmentManuals.CONFIGURATION);

    private static final int MAX_PROGRAMS = 4;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        AgentOptions options = incident.evidence().agent().options();
        List<Option> contradicted = new ArrayList<>();
        if (options.socketLb() == Setting.CONTRADICTED) {
            contradicted.add(Option.SOCKET_LB);
        }
        if (options.kubeProxyReplacement() == Setting.CONTRADICTED) {
            contradicted.add(Option.KUBE_PROXY_REPLACEMENT);
        }
        boolean overruled = options.socketLb() == Setting.OFF
                && options.kubeProxyReplacement() == Setting.ON
                && !programs(incident).isEmpty();
        if (contradicted.isEmpty() && !overruled) {
            return List.of();
        }
        return List.of(finding(incident, contradicted));
    }

    /** Programs of the load balancer on hooks of this node's own Cilium. */
    private static List<HookProgram> programs(Incident incident) {
        return incident.hooks().stream()
                .filter(hook -> !incident.separate().contains(hook))
                .flatMap(hook -> hook.programs().stream())
                .filter(program -> program.view().isPresent())
                .distinct()
                .toList();
    }

    private static Finding.Draft finding(Incident incident, List<Option> contradicted) {
        AgentOptions options = incident.evidence().agent().options();
        List<HookProgram> programs = programs(incident);
        Names names = new Names(incident);
        List<Term> flags = (contradicted.isEmpty() ? List.of(Option.SOCKET_LB) : contradicted)
                .stream().map(option -> Term.option(option.flag())).toList();
        Text attached = programs.isEmpty()
                ? Text.of("No program of socket load balancing is attached, as far as the bundle shows.")
                : Text.of(
                        "{} of socket load balancing are attached, and the report replays them.",
                        Text.count(programs.size(), "program", "programs"));
        return Finding.draft(ENTRY, Severity.INFO, Confidence.LIKELY)
                .about(programs.stream()
                        .map(program -> new Subject.Program(program.programId()))
                        .toList())
                .title(
                        Text.of("The configuration of the agent on {} contradicts what runs", names.node()),
                        contradicted.isEmpty()
                                ? Text.of(
                                        "{} is off, but on because of {}",
                                        Term.option(Option.SOCKET_LB.flag()),
                                        Term.option(Option.KUBE_PROXY_REPLACEMENT.flag()))
                                : Text.of("configuration and status disagree on {}", Text.and(flags)))
                .summary(attached)
                .explanation(List.of(
                        Text.of(
                                "Options depend on each other, and some take effect only when the agent starts: while kube-proxy is"
                                        + " replaced, services are translated at the socket whatever {} says.",
                                Term.option(Option.SOCKET_LB.flag())),
                        Text.of(
                                "It is not a fault by itself, but the configuration alone is misleading when the cause of a failure is"
                                        + " sought: look at what runs.")))
                .supporting(Stream.concat(
                                Stream.of(Option.SOCKET_LB, Option.KUBE_PROXY_REPLACEMENT)
                                        .flatMap(option ->
                                                options.stated().getOrDefault(option, List.<Citation>of()).stream()),
                                programs.stream().limit(MAX_PROGRAMS).map(HookProgram::source))
                        .distinct()
                        .toList())
                .remedy(
                        List.of(
                                RemedyStep.reading(
                                                Text.of("See what runs"),
                                                Text.of(
                                                        "kubectl reaches the cluster, and you are root on the node of this bundle."),
                                                List.of(
                                                        new Action.AskAgent(
                                                                incident.nodeName(), Action.Question.CONFIGURATION),
                                                        Action.Look.CGROUP_TREE))
                                        .check(
                                                Text.of(
                                                        "The tree lists the programs that run. Change the configuration to agree with them."))));
    }
}
