package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Set;

/**
 * SLB-35: the node translated a connection to a backend, and the answer reached the client with the backend's address
 * instead of the service's: the client refuses it.
 */
final class UntranslatedAnswer implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-35",
            CatalogEntry.Kind.NODE,
            Text.of("answers reach their clients with the backend's address instead of the service's"),
            Set.of(Requirement.PACKETS),
            Severity.CRITICAL,
            Severity.CRITICAL,
            ConnectionManuals.UNTRANSLATED_ANSWER);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Failures failures = new Failures(
                incident,
                incident.journeys().failed().stream()
                        .filter(Journey::isAnswerDeliveredUntranslated)
                        .filter(journey -> !journey.isAnswerDelivered())
                        .toList());
        return failures.isEmpty() ? List.of() : List.of(finding(incident, failures));
    }

    private static Finding.Draft finding(Incident incident, Failures failures) {
        return Finding.draft(ENTRY, Severity.CRITICAL, Confidence.CERTAIN)
                .about(failures.subjects())
                .title(Text.of(
                        "Connections to {} fail: answers reach their clients with the address of a backend",
                        Text.few(Terms.endpoints(failures.servers()))))
                .summary(Text.of(
                        "{} failed: the SYN was translated to a backend and answered, and the answer was passed to the client"
                                + " untranslated. A client drops or resets an answer from an address to which it did not connect.",
                        failures.shares()))
                .explanation(List.of(Text.of(
                        "Forward translation works, reverse translation does not. The program at the device translates an answer if"
                                + " the connection's entry in conntrack has the service's id (rev_nat_index) and"
                                + " cilium_lb4_reverse_nat has an entry for that id. One of the two is missing, or the answer passes"
                                + " a device whose program does not translate it.")))
                .supporting(failures.frames())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See what is missing for the reverse translation"),
                                Text.of("kubectl reaches the cluster, and a client tries at the same time."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES),
                                        new Action.AskAgent(incident.nodeName(), Action.Question.CONNECTIONS),
                                        Action.Look.DEVICE_PROGRAMS))
                        .check(Text.of(
                                "The entry of the connection has the id of the service, and each device of a pod has its"
                                        + " program in both directions."))));
    }
}
