package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SLB-04: a service's own address is on the wire because no socket program ran for the client: the programs are attached to
 * another cgroup than the root, or to none.
 *
 * <p>SLB-05 reports a node on which no such program is attached at all.
 *
 * <p>Guards: only addresses that are a frontend of the current generation and did not answer. If a program runs at the root,
 * every process passes it, and this rule has nothing to say. Packets can also be translated one by one, which an answer
 * shows.
 */
final class UntranslatedFrontend implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-04",
            CatalogEntry.Kind.NODE,
            Text.of(
                    "connections leave with the service's own address, because no socket program runs for their clients"),
            Set.of(Requirement.MAPS, Requirement.ATTACHMENTS, Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.CRITICAL,
            Severity.CRITICAL,
            AttachmentManuals.WRONG_CGROUP);

    private static final int MAX_FRAMES = 6;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        return incident.bypass()
                .filter(bypass -> !bypass.hooks().isEmpty()) // SLB-05 speaks of a node that has none
                .map(bypass -> List.of(finding(incident, bypass)))
                .orElse(List.of());
    }

    private static Finding.Draft finding(Incident incident, Bypass bypass) {
        List<Bypass.Raw> raw = bypass.raw();
        List<Hook> hooks = bypass.hooks();
        List<Frontend> frontends = raw.stream()
                .flatMap(found -> found.seen().frontends().stream())
                .distinct()
                .toList();
        List<Integer> programs = hooks.stream()
                .flatMap(hook -> hook.programs().stream())
                .map(HookProgram::programId)
                .distinct()
                .toList();
        Names names = new Names(incident);
        Text services = names.services(frontends);
        Text seen = seen(raw);
        return Finding.draft(
                        ENTRY,
                        Severity.CRITICAL,
                        incident.evidence().agent().options().hostNetworkOnly() && !bypass.isOfTheNode()
                                ? Confidence.POSSIBLE
                                : Confidence.LIKELY)
                .about(frontends.stream().map(Subject.Frontend::new).toList())
                .about(programs.stream().map(Subject.Program::new).toList())
                .about(cgroups(hooks).stream().map(Subject.Cgroup::new).toList())
                .title(
                        raw.stream().allMatch(Bypass.Raw::isSilent)
                                ? Text.of("Connections to {} from {} get no answer", services, names.node())
                                : Text.of("Connections to {} from {} are not translated", services, names.node()),
                        cause(hooks))
                .summary(seen)
                .explanation(
                        List.of(
                                seen,
                                whoReads(hooks, programs),
                                Text.of(
                                        "The agent (from 1.14 on) updates the pinned link that it finds and does not check to which"
                                                + " cgroup that link belongs. Its status says that socket load balancing is enabled because that"
                                                + " is configured (Cilium issue 48420). Restarting the agent alone changes nothing.")))
                .example(Optional.of(bypass.example()))
                .supporting(supporting(raw, hooks))
                .rivals(rivals(incident, bypass))
                .remedy(List.of(ReattachRemedy.of(incident, cgroups(hooks))));
    }

    private static Text cause(List<Hook> hooks) {
        return Text.of(
                "the socket programs are attached only to {}, not to the root cgroup, so that connections of other clients"
                        + " leave with the service's own address",
                Text.few(Terms.cgroups(cgroups(hooks))));
    }

    private static Text seen(List<Bypass.Raw> raw) {
        long attempts = raw.stream().mapToLong(found -> found.attempts().size()).sum();
        return Text.of(
                "The capture shows {} to {}, untranslated{}. A connection that a socket program translates never shows the"
                        + " service's address: connect() is rewritten before there is a packet.",
                Text.count(attempts, "attempt", "attempts"),
                Text.count(raw.size(), "service address", "service addresses"),
                raw.stream().allMatch(Bypass.Raw::isSilent) ? Text.of(" and never answered") : Text.NONE);
    }

    private static Text whoReads(List<Hook> hooks, List<Integer> programs) {
        return Text.of(
                "The current maps have these services, but the programs that read them ({}) run only for sockets in {}"
                        + " and below. A client in any other cgroup passes none of them.",
                Text.and(Terms.programs(programs)),
                Text.few(Terms.cgroups(cgroups(hooks))));
    }

    private static List<String> cgroups(List<Hook> hooks) {
        return hooks.stream().map(Hook::cgroup).distinct().toList();
    }

    private static List<Citation> supporting(List<Bypass.Raw> raw, List<Hook> hooks) {
        List<Citation> citations = new ArrayList<>();
        raw.forEach(found -> found.seen().appearances().forEach(appearance -> citations.add(appearance.source())));
        hooks.stream()
                .flatMap(hook -> hook.programs().stream())
                .map(HookProgram::source)
                .forEach(citations::add);
        for (Bypass.Raw found : raw) {
            found.attempts().stream()
                    .map(Journey::asked)
                    .flatMap(Citations::syns)
                    .limit(MAX_FRAMES)
                    .forEach(citations::add);
        }
        return citations.stream().distinct().toList();
    }

    static List<Rival> rivals(Incident incident, Bypass bypass) {
        return List.of(hostNetworkOnly(incident.evidence().agent().options(), bypass), partialTree(incident));
    }

    private static Rival hostNetworkOnly(AgentOptions options, Bypass bypass) {
        Optional<Citation> stated = options.stated(AgentOptions.Option.HOST_NETWORK_ONLY);
        return new Rival(
                Rival.Kind.HOST_NETWORK_ONLY,
                stated.isEmpty()
                        ? Rival.Stance.AGAINST
                        : options.hostNetworkOnly() && !bypass.isOfTheNode() ? Rival.Stance.FOR : Rival.Stance.EXCLUDED,
                Text.of(
                        "Socket load balancing is only for the host's own processes (hostNamespaceOnly), and packets of pods are"
                                + " translated one by one"),
                stated.map(source -> options.hostNetworkOnly()
                                ? Text.of(
                                        "{} says so, {}.",
                                        Term.member(source.file()),
                                        bypass.isOfTheNode()
                                                ? Text.of("but these clients are the node's own")
                                                : Text.of("and yet these connections were not answered"))
                                : Text.of(
                                        "in {} {} is {}.",
                                        Term.member(source.file()),
                                        Term.option(source.locator()),
                                        Term.word(source.quote())))
                        .orElse(Text.of("these connections were not answered. The agent's options were not captured.")),
                Text.of("bpfSocketLBHostnsOnly in cilium-dbg status --verbose"));
    }

    private static Rival partialTree(Incident incident) {
        boolean rootListed = incident.evidence().cgroups().directories().stream()
                .anyMatch(cgroup -> cgroup.path().equals("/"));
        return new Rival(
                Rival.Kind.PARTIAL_CGROUP_TREE,
                rootListed ? Rival.Stance.AGAINST : Rival.Stance.OPEN,
                Text.of("The collector saw only a part of the cgroup tree"),
                rootListed
                        ? Text.of(
                                "{} lists the root of a hierarchy. If that is the root of a cgroup namespace and not the host's,"
                                        + " programs above it are not in this bundle.",
                                Artifact.of(ArtifactKind.CGROUP_DIRECTORIES).term())
                        : Text.of("no root is listed."),
                Text.of("a bundle from a collector that runs on the host itself, outside of any container"));
    }
}
