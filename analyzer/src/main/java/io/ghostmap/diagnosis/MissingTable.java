package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.manual.MapManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * SLB-27: a service should have a Maglev table but has none, so that programs at devices find no backend for clients outside
 * the cluster.
 *
 * <p>Guards: the dump of the map of tables is complete and has tables of other services; only frontends for clients outside the cluster get
 * one. The socket programs do not use such tables, so a missing one never explains failures of hosts and pods.
 */
final class MissingTable implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-27",
            CatalogEntry.Kind.NODE,
            Text.of("a service with Maglev has no table of backends"),
            Set.of(Requirement.SERVICE_DUMPS),
            Severity.WARNING,
            Severity.INFO,
            MapManuals.MAGLEV);

    private static final int MAX_CITED = 6;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        List<Service> without = new ArrayList<>();
        for (Family family : Family.values()) {
            List<Service> needing = incident.layers().all().stream()
                    .filter(layers -> Family.of(layers.frontend().endpoint().address()) == family)
                    .map(FrontendLayers::held)
                    .filter(Held.Known.class::isInstance)
                    .map(held -> ((Held.Known) held).service())
                    .filter(MissingTable::needsTable)
                    .toList();
            Set<Integer> tables = incident.datapath().servicesWithTable(family).orElse(Set.of());
            if (!tables.isEmpty()) {
                needing.stream()
                        .filter(service -> !tables.contains(service.revNatId()))
                        .forEach(without::add);
            }
        }
        return without.isEmpty() ? List.of() : List.of(finding(incident, without));
    }

    private static boolean needsTable(Service service) {
        Service.Marks marks = service.marks();
        return marks.hasBackendTable()
                && service.count() > 0
                && !marks.isProxied()
                && !marks.isRedirectedLocally()
                && !service.frontend().internalScope()
                && !service.frontend().endpoint().address().isUnspecified()
                && (marks.isNodePort() || marks.isOfLoadBalancer() || marks.isExternalIp());
    }

    private static Finding.Draft finding(Incident incident, List<Service> without) {
        List<Frontend> frontends = without.stream().map(Service::frontend).toList();
        Failures failures = new Failures(
                incident,
                incident.journeys().failed().stream()
                        .filter(journey -> journey.origin() == Journey.Origin.OUTSIDE && !journey.isAnswered())
                        .filter(journey -> Failures.frontend(incident, journey.server())
                                .filter(frontends::contains)
                                .isPresent())
                        .toList());
        Names names = new Names(incident);
        boolean failed = !failures.isEmpty();
        return Finding.draft(
                        ENTRY,
                        failed ? Severity.WARNING : Severity.INFO,
                        failed ? Confidence.LIKELY : Confidence.POSSIBLE)
                .about(frontends.stream().map(Subject.Frontend::new).toList())
                .about(failures.subjects())
                .title(
                        failed
                                ? Text.of(
                                        "{} cannot be reached from outside through {}",
                                        names.services(frontends),
                                        names.node())
                                : Text.of(
                                        "{} may not be reachable from outside through {}",
                                        names.services(frontends),
                                        names.node()),
                        Text.of("the map of Maglev tables has none for it"))
                .summary(
                        failed
                                ? Text.of(
                                        "{} failed. The service uses Maglev, but has no table of backends.",
                                        failures.shares())
                                : Text.of(
                                        "{} with Maglev but without a table. The capture has no failed attempt from outside to any of"
                                                + " them.",
                                        Text.count(without.size(), "service address", "service addresses")))
                .explanation(
                        List.of(
                                Text.of(
                                        "The program at the device looks up the table by the id of the service. Without one it finds no backend"
                                                + " and drops the packet, although the slots of the service are complete."),
                                Text.of(
                                        "Clients on this node that are translated at the socket choose among the slots and are not affected.")))
                .supporting(Stream.concat(
                                without.stream().limit(MAX_CITED).map(Service::source), failures.frames().stream())
                        .toList())
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether the table is still missing"),
                                Text.of("kubectl reaches the cluster."),
                                List.of(
                                        new Action.AskAgent(incident.nodeName(), Action.Question.MAGLEV),
                                        new Action.AskAgent(incident.nodeName(), Action.Question.SERVICES)))
                        .check(Text.of("The list has a table with the id of the service."))));
    }
}
