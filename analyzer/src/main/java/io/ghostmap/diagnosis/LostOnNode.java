package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Drops;
import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.Reply;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-24: SYNs come in through a device of this node and do not leave through any, so this node drops them; mostly the
 * program at that device does, because of a policy or an identity.
 *
 * <p>Guards: the capture names devices, and shows other packets that leave; a frontend without a backend, a stale entry of
 * conntrack and programs that run twice lose packets in the same way, and have rules of their own.
 */
final class LostOnNode implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-24",
            CatalogEntry.Kind.NODE,
            Text.of("this node drops connections at the device of a pod"),
            Set.of(Requirement.PACKETS),
            Severity.WARNING,
            Severity.WARNING,
            ConnectionManuals.LOST_ON_NODE);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Failures lost = of(incident);
        return lost.isEmpty() ? List.of() : List.of(finding(incident, lost));
    }

    /** The attempts that this node drops. */
    static Failures of(Incident incident) {
        if (!incident.journeys().showsLeaving() || DuplicateDevicePrograms.isPresent(incident)) {
            return new Failures(incident, List.of());
        }
        Set<Journey> explained = StaleConnection.journeys(incident);
        return new Failures(
                incident,
                incident.journeys().failed().stream()
                        .filter(journey -> journey.asked().reply() == Reply.NONE && !journey.isAnswered())
                        .filter(journey -> journey.isTraced() && !journey.left() && isForwarded(incident, journey))
                        .filter(journey -> !isDeadEnd(incident, journey.server()) && !explained.contains(journey))
                        .toList());
    }

    /**
     * Whether the node would have to pass the packet on, by a device at which the capture would show it: it comes from a pod,
     * or is for one of this node.
     */
    private static boolean isForwarded(Incident incident, Journey journey) {
        boolean isForPodOfThisNode = isOfThisNode(incident, journey.destination());
        return switch (journey.origin()) {
            case POD -> !isForPodOfThisNode || incident.journeys().showsDelivery();
            case OUTSIDE -> isForPodOfThisNode && incident.journeys().showsDelivery();
            case NODE, NOT_KNOWN -> false;
        };
    }

    private static boolean isOfThisNode(Incident incident, Endpoint destination) {
        return incident.evidence().kubernetes().podName(destination.address()).isPresent()
                || incident.evidence().kubernetes().intent().endpointsAt(destination).stream()
                        .anyMatch(endpoint -> endpoint.node().equals(incident.nodeName()));
    }

    private static boolean isDeadEnd(Incident incident, Endpoint server) {
        return Failures.frontend(incident, server)
                .flatMap(incident.layers()::of)
                .filter(layers -> layers.isDeadEnd())
                .isPresent();
    }

    private static Finding.Draft finding(Incident incident, Failures lost) {
        List<Drops> drops = incident.datapath().drops();
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(lost.subjects())
                .title(Text.of(
                        "This node drops connections to {}: their SYNs come in through {} and do not leave through any device",
                        Text.few(Terms.endpoints(lost.servers())),
                        Text.few(lost.entries())))
                .summary(Text.of(
                        "{} failed: each SYN was seen at the device through which it came in, but not at any other, although"
                                + " other packets were seen to leave. The servers never got them.",
                        lost.shares()))
                .explanation(List.of(
                        counted(drops),
                        Text.of(
                                "At that point a program of Cilium at the device drops packets: because a network policy does"
                                        + " not allow the connection, because an identity is wrong or not in the policy map,"
                                        + " or because the connection table is full. The service, its backends and their nodes are not"
                                        + " at fault."),
                        Text.of(
                                "If other pods of this node reach the same server, compare their identities and the age of the"
                                        + " pods: if a policy map was not updated, the oldest pods fail.")))
                .supporting(Stream.concat(drops.stream().map(Drops::source), lost.frames().stream())
                        .toList())
                .rivals(List.of(new Rival(
                        Rival.Kind.ANSWER_NOT_CAPTURED,
                        Rival.Stance.AGAINST,
                        Text.of("The SYNs left through an interface that was not captured"),
                        Text.of("the same capture shows other packets that leave this node."),
                        Text.of("a second capture with tcpdump -i any while a client tries"))))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("Ask the agent why it drops them"),
                                Text.of("kubectl reaches the cluster, and a client tries at the same time."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.DROPS),
                                        new Action.AskAgent(incident.nodeName(), Action.Question.DROP_COUNTERS)))
                        .check(Text.of("The monitor prints the drop with its reason. \"Policy denied\" comes with the"
                                + " identities of both sides; report any other reason to the Cilium project."))));
    }

    /** Those of the whole node: that a counter grew does not show that it was for these packets. */
    private static Text counted(List<Drops> drops) {
        return drops.isEmpty()
                ? Text.of("The node's drop counters were not read twice, or none of them grew.")
                : Text.of(
                        "While the bundle was taken, the node counted dropped packets: {}.",
                        Text.few(drops.stream()
                                .map(drop -> Text.of("{} ({})", drop.name(), Term.number(drop.packets())))
                                .toList()));
    }
}
