package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.text.Text;
import io.ghostmap.traffic.ConnectionAttempt;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-29: the server answered, and the client did not get the answer. It was lost on this node if it came in and did not
 * leave toward the client, and beyond this node if it left and the client sent its SYN again.
 *
 * <p>Guards: any network sometimes loses an answer, so a client counts only if none of its attempts to the server
 * succeeded, and at least two answers were lost; the capture has to show where other answers leave.
 */
final class ReturnPath implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-29",
            CatalogEntry.Kind.NODE,
            Text.of("the server answers, and the client does not get the answer"),
            Set.of(Requirement.PACKETS),
            Severity.WARNING,
            Severity.INFO,
            ConnectionManuals.RETURN_PATH);

    /** For one client: answers that were lost, or SYNs that were sent again after an answer. */
    private static final int MIN_LOST = 2;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Failures here = lostHere(incident);
        Failures beyond = lostBeyond(incident);
        return Stream.concat(
                        here.isEmpty() ? Stream.empty() : Stream.of(onThisNode(here)),
                        beyond.isEmpty() ? Stream.empty() : Stream.of(beyondThisNode(beyond)))
                .toList();
    }

    private static Failures lostBeyond(Incident incident) {
        return repeated(
                incident,
                incident.journeys().failed().stream()
                        .filter(Journey::isAnswerDelivered)
                        .toList());
    }

    /** Attempts whose answers do not leave toward their clients, although those of others do. */
    private static Failures lostHere(Incident incident) {
        Set<Journey> taken = TakenNodePort.journeys(incident);
        return repeated(
                incident,
                incident.journeys().failed().stream()
                        .filter(journey -> journey.isAnswered() && !taken.contains(journey))
                        .filter(journey -> !journey.isAnswerDelivered() && !journey.isAnswerDeliveredUntranslated())
                        .filter(journey -> journey.entry()
                                .filter(incident.journeys()::showsAnswersAt)
                                .isPresent())
                        .toList());
    }

    /** Only of clients that fail every time. */
    private static Failures repeated(Incident incident, List<Journey> journeys) {
        return new Failures(
                incident,
                journeys.stream()
                        .filter(journey -> {
                            List<ConnectionAttempt> same = journeys.stream()
                                    .filter(other -> other.server().equals(journey.server()))
                                    .map(Journey::asked)
                                    .filter(asked -> asked.client()
                                            .address()
                                            .equals(journey.client().address()))
                                    .toList();
                            int again = same.stream()
                                    .mapToInt(asked -> asked.transmissions() - 1)
                                    .sum();
                            return same.size() == incident.journeys().attempts(journey) && again >= MIN_LOST;
                        })
                        .toList());
    }

    private static Finding.Draft beyondThisNode(Failures lost) {
        return Finding.draft(ENTRY, Severity.INFO, Confidence.LIKELY)
                .about(lost.subjects())
                .title(Text.of(
                        "Answers from {} leave this node, but their clients ask again: the answers are lost on the way back",
                        Text.few(Terms.endpoints(lost.servers()))))
                .summary(Text.of(
                        "{}: the SYN-ACK was seen to leave toward the client, and the same SYN came again after it.",
                        lost.shares()))
                .explanation(List.of(
                        Text.of(
                                "The node translated the connection, passed it to the backend and sent the answer out. Service,"
                                        + " maps and backend are right. Something between this node and the client drops the"
                                        + " answer: a firewall that did not see the SYN because the path back is another one, a"
                                        + " hypervisor or router that considers the answer invalid, or a reverse path filter."),
                        Text.of(
                                "Compare the path of the SYN with that of the answer: they often differ for an address that is"
                                        + " announced on layer 2 or through a load balancer.")))
                .supporting(lost.frames())
                .rivals(List.of(new Rival(
                        Rival.Kind.CLIENT_REFUSES,
                        Rival.Stance.OPEN,
                        Text.of("The client gets the answer and drops it itself"),
                        Text.of("the bundle has no capture of the client."),
                        Text.of("a capture at the client while it tries"))));
    }

    private static Finding.Draft onThisNode(Failures lost) {
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.LIKELY)
                .about(lost.subjects())
                .title(Text.of(
                        "Answers from {} reach this node, but not their clients at {}",
                        Text.few(Terms.endpoints(lost.servers())),
                        Text.few(lost.entries())))
                .summary(Text.of(
                        "{} failed: the SYN-ACK was captured, but not at the device through which the client's SYN had come"
                                + " in, although answers to others were seen there.",
                        lost.shares()))
                .explanation(List.of(Text.of(
                        "The backend is alive and its answer is back on this node. This node drops it or sends it to another"
                                + " client: because an entry of conntrack or of address translation is missing or belongs to"
                                + " another connection, because of a policy, or because of a reverse path filter.")))
                .supporting(lost.frames());
    }
}
