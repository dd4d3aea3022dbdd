package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.evidence.AgentOptions;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-18: pods' SYNs to a service's own address are expected, because the programs at the pods' devices translate their packets.
 * A reader of a capture with failed attempts could blame the socket programs for them.
 *
 * <p>Guards: only failed attempts that were seen untranslated make it relevant. It is not about a service, so it does not
 * explain a failure: why the program at the device did not translate is still open.
 */
final class HostNetworkOnly implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-18",
            CatalogEntry.Kind.NODE,
            Text.of("connections of pods are not translated at the socket, as configured, but at their devices"),
            Set.of(Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.INFO,
            Severity.INFO,
            AttachmentManuals.HOST_NETWORK_ONLY);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        AgentOptions options = incident.evidence().agent().options();
        if (!options.hostNetworkOnly()) {
            return List.of();
        }
        Failures failures = new Failures(
                incident,
                incident.journeys().failed().stream()
                        .filter(journey -> journey.origin() == Journey.Origin.POD)
                        .filter(journey -> !journey.isSentElsewhere() && !journey.isAnswered())
                        .filter(journey ->
                                Failures.frontend(incident, journey.server()).isPresent())
                        .toList());
        return failures.isEmpty() ? List.of() : List.of(finding(incident, options, failures));
    }

    private static Finding.Draft finding(Incident incident, AgentOptions options, Failures failures) {
        Term option = Term.option(Option.HOST_NETWORK_ONLY.flag());
        return Finding.draft(ENTRY, Severity.INFO, Confidence.LIKELY)
                .about(failures.journeys().stream()
                        .map(journey -> new Subject.Client(journey.client().address()))
                        .toList())
                .title(
                        Text.of(
                                "The socket programs of {} do not translate connections of pods",
                                new Names(incident).node()),
                        Text.of("{} is set, so that pods' SYNs with a service's address are expected", option))
                .summary(Text.of(
                        "{} failed. As configured, they were not translated at the socket; the program at the pod's device should"
                                + " have translated them.",
                        failures.shares()))
                .explanation(List.of(Text.of(
                        "Service meshes, sandboxed containers and virtual machines need the original address, which is what {} is for."
                                + " Look at the programs of the pod's device and at what they drop, not at the cgroup hooks.",
                        option)))
                .supporting(Stream.<Citation>concat(
                                options.stated(Option.HOST_NETWORK_ONLY).stream(), failures.frames().stream())
                        .toList())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See what runs at the device of the pod, and what it drops"),
                                Text.of(
                                        "You are root on the node of this bundle, and a client tries at the same time."),
                                List.of(
                                        Action.Look.DEVICE_PROGRAMS,
                                        new Action.AskAgent(incident.nodeName(), Action.Question.DROPS)))
                        .check(Text.of(
                                "The device of the pod has its program, and no packet of the pod is dropped."))));
    }
}
