package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.and;
import static io.ghostmap.diagnosis.Phrases.count;
import static io.ghostmap.diagnosis.Phrases.few;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.ObjectKind;
import io.ghostmap.evidence.Pin;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import io.ghostmap.traffic.Destination;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-04: a service's own address is on the wire, because no socket program ran for the client: the programs are attached
 * to another cgroup than the root, or to none.
 *
 * <p>Guards: only addresses that the current generation knows as a frontend, and that failed; where a program runs at the
 * root, every process passes it, and this rule has nothing to say; the packets may still be translated one by one, which
 * an answer shows.
 */
final class UntranslatedFrontend implements Rule {
    private static final int MAX_FRAMES = 6;

    @Override
    public String id() {
        return "SLB-04";
    }

    @Override
    public Set<Requirement> requires() {
        return Set.of(Requirement.MAPS, Requirement.ATTACHMENTS, Requirement.SERVICE_DUMPS, Requirement.PACKETS);
    }

    @Override
    public List<Finding> findings(Incident incident) {
        return incident.bypass()
                .map(bypass -> List.of(finding(incident, bypass)))
                .orElse(List.of());
    }

    private Finding finding(Incident incident, Bypass bypass) {
        List<CorrelatedDestination> raw = bypass.raw();
        List<Hook> hooks = bypass.hooks();
        long attempts = raw.stream()
                .mapToLong(seen -> seen.destination().attempts().size())
                .sum();
        String where = hooks.isEmpty()
                ? "no socket load-balancing program is attached to any cgroup"
                : "its socket programs are attached to " + few(cgroups(hooks)) + " only, not to the root";
        String title = "Connections to "
                + few(raw.stream()
                        .flatMap(seen -> seen.frontends().stream())
                        .distinct()
                        .toList())
                + " leave the node with the service's own address: " + where;
        String seen = count(attempts, "attempt") + " went out to " + raw.size() + " of the services' own addresses"
                + " and came to nothing. A translated connection never shows that address: connect() is rewritten before"
                + " there is a packet.";
        List<String> explanation = new ArrayList<>(List.of(seen));
        explanation.add(
                hooks.isEmpty()
                        ? "The maps know these services; nothing that runs at connect() reads them."
                        : "The current maps know these services, and the programs that read them ("
                                + and(hooks.stream()
                                        .flatMap(hook -> hook.programs().stream())
                                        .map(HookProgram::programId)
                                        .distinct()
                                        .map(String::valueOf)
                                        .toList())
                                + ") run only for sockets of " + few(cgroups(hooks))
                                + " and below. Whoever connects from elsewhere passes none of them.");
        explanation.add(
                "An agent of 1.14 and later updates the pinned link that it finds and does not check which cgroup"
                        + " that link is on; its status says that socket load balancing is enabled, because it is configured"
                        + " (Cilium issue 48420). Restarting the agent alone changes nothing.");
        return new Finding(
                id(),
                id(),
                Severity.CRITICAL,
                incident.evidence().agent().options().hostNetworkOnly() ? Confidence.POSSIBLE : Confidence.LIKELY,
                title,
                seen,
                List.copyOf(explanation),
                Optional.of(bypass.example()),
                supporting(raw, hooks),
                List.of(),
                rivals(incident),
                List.of(remedy(incident, hooks)));
    }

    private static List<String> pinsOfLinks(Incident incident, List<Hook> hooks) {
        List<String> wrong = cgroups(hooks);
        List<BpfLink> links = incident.hooks().stream()
                .filter(hook -> wrong.contains(hook.cgroup()))
                .flatMap(hook -> hook.programs().stream())
                .filter(program -> program.view().isPresent())
                .flatMap(program -> program.attachment().stream())
                .flatMap(attachment -> attachment.link().stream())
                .distinct()
                .toList();
        Stream<String> listed = links.stream().flatMap(link -> link.pins().stream());
        Stream<String> walked = incident.evidence().bpf().pins().stream()
                .filter(pin -> pin.kind() == ObjectKind.LINK && links.stream().anyMatch(link -> link.id() == pin.id()))
                .map(Pin::path);
        return Stream.concat(listed, walked)
                .distinct()
                .sorted()
                .filter(path -> ShellText.isPin(path, incident.evidence().node().bpffsMounts()))
                .toList();
    }

    private static List<String> cgroups(List<Hook> hooks) {
        return hooks.stream().map(Hook::cgroup).distinct().toList();
    }

    private static List<Citation> supporting(List<CorrelatedDestination> raw, List<Hook> hooks) {
        List<Citation> citations = new ArrayList<>();
        raw.forEach(seen -> seen.appearances().forEach(appearance -> citations.add(appearance.source())));
        hooks.stream()
                .flatMap(hook -> hook.programs().stream())
                .map(HookProgram::source)
                .forEach(citations::add);
        for (CorrelatedDestination seen : raw) {
            Destination destination = seen.destination();
            destination.attempts().stream()
                    .flatMap(attempt -> attempt.frames().stream()
                            .map(frame -> frame.cite(attempt.client() + " > " + attempt.server() + " SYN")))
                    .limit(MAX_FRAMES)
                    .forEach(citations::add);
        }
        return citations.stream().distinct().toList();
    }

    private static List<Rival> rivals(Incident incident) {
        return List.of(
                new Rival(
                        "Socket load balancing is for the host's own processes only (hostNamespaceOnly), and the packets of"
                                + " pods are translated one by one",
                        hostNetworkAlone(incident.evidence().agent().options()),
                        "bpfSocketLBHostnsOnly in cilium-dbg status --verbose"),
                new Rival(
                        "The collector saw only a part of the cgroup tree",
                        incident.evidence().cgroups().directories().stream()
                                        .anyMatch(cgroup -> cgroup.path().equals("/"))
                                ? "Speaks against it: "
                                        + Artifact.of(ArtifactKind.CGROUP_DIRECTORIES)
                                                .name() + " lists the root of a hierarchy; if that is a cgroup"
                                        + " namespace's root and not the host's, programs above it stay unseen."
                                : "Cannot be excluded: no root is listed.",
                        "the collector run on the host itself, outside of any container"));
    }

    private static String hostNetworkAlone(AgentOptions options) {
        return options.told(AgentOptions.Option.HOST_NETWORK_ONLY)
                .map(told -> options.hostNetworkOnly()
                        ? "Speaks for it: " + told.file()
                                + " says so. These connections were not answered all the same."
                        : "Excluded: " + told.file() + " says " + told.locator() + " is " + told.quote() + ".")
                .orElse(
                        "Speaks against it: these connections were not answered. The agent's options were not captured.");
    }

    /** The exact pins of the links that sit on the wrong cgroup; a pattern would take whatever lies beside them. */
    private static RemedyStep remedy(Incident incident, List<Hook> hooks) {
        List<String> pins = pinsOfLinks(incident, hooks);
        String removal = pins.isEmpty()
                ? ""
                : String.join("\n", pins.stream().map(ShellText::removePin).toList()) + "\n";
        return new RemedyStep(
                "Let the agent attach anew, to the root",
                "You are root on the node of this bundle; the links listed are on a cgroup that is not the root.",
                "bpftool cgroup show /sys/fs/cgroup effective\n" + removal
                        + "kubectl -n kube-system delete pod -l k8s-app=cilium --field-selector spec.nodeName="
                        + ShellText.nodeName(
                                incident.bundle().manifest().map(Manifest::node).orElse("")),
                pins.isEmpty()
                        ? "The agent attaches its programs anew. This bundle names no pin of a link that it could find and"
                                + " keep instead."
                        : "The links end with their pins; the agent, finding none, makes new ones on its cgroup root.",
                "Until the agent is up again nothing on this node is translated at the socket.",
                "bpftool cgroup show /sys/fs/cgroup lists cil_sock4_connect, and a new connection works.",
                "Nothing to undo: the agent made the links, and makes them again.");
    }
}
