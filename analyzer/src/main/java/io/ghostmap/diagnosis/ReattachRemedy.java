package io.ghostmap.diagnosis;

import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.ObjectKind;
import io.ghostmap.evidence.Pin;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Makes the agent attach its programs where all clients are. It keeps a link whose pin it finds, so that the exact pins of
 * the links on the wrong cgroup have to go first; a pattern would remove others as well.
 */
final class ReattachRemedy {
    /** Where the agent attaches its programs on a node with only cgroup v2. */
    private static final Action.Cgroup ROOT = new Action.Cgroup("/sys/fs/cgroup", OptionalLong.empty());

    private ReattachRemedy() {}

    /** {@code cgroups} are those that have the programs now. */
    static RemedyStep of(Incident incident, List<String> cgroups) {
        List<PinPath> pins = pins(incident, cgroups);
        List<Action> actions = new ArrayList<>();
        actions.add(new Action.ShowEffective(ROOT));
        pins.forEach(pin -> actions.add(new Action.RemovePin(pin)));
        actions.add(new Action.RestartAgent(incident.nodeName()));
        return RemedyStep.changing(
                        Text.of("Make the agent attach its programs to the root cgroup"),
                        Text.of(
                                "You are root on the node of this bundle, and the links listed here are on a cgroup that is not"
                                        + " the root."),
                        actions)
                .effect(
                        pins.isEmpty()
                                ? Text.of(
                                        "The agent attaches its programs again. This bundle shows no pinned link that it could"
                                                + " find and keep instead.")
                                : Text.of(
                                        "The links end with their pins. The agent finds none and makes new ones on its root"
                                                + " cgroup."))
                .risk(Text.of("Until the agent is up again, nothing on this node is translated at the socket."))
                .undo(Text.of("Nothing to undo: the agent made the links and makes them again."))
                .check(Text.of(
                        "{} lists cil_sock4_connect, and a new connection is answered.",
                        new Action.ShowAttached(ROOT).command()));
    }

    private static List<PinPath> pins(Incident incident, List<String> cgroups) {
        List<BpfLink> links = incident.hooks().stream()
                .filter(hook -> cgroups.contains(hook.cgroup()))
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
                .flatMap(path -> incident.pin(path).stream())
                .toList();
    }
}
