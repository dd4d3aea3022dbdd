package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.datapath.ServiceConnection;
import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.wire.Journey;
import io.ghostmap.net.Protocol;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * SLB-15: a service entry of conntrack sends a client's port to a backend that the backends map no longer has. Connections
 * from that port fail until the entry expires; those from other ports work.
 *
 * <p>Guards: the attempt failed, its own tuple is in the entry, and the current backends map was dumped whole. Sockets that
 * the socket programs translate do not pass conntrack's service entries.
 */
final class StaleConnection implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-15",
            CatalogEntry.Kind.NODE,
            Text.of("conntrack sends a client's port to a backend that no longer exists"),
            Set.of(Requirement.SERVICE_DUMPS, Requirement.PACKETS),
            Severity.WARNING,
            Severity.WARNING,
            ConnectionManuals.STALE_CONNTRACK);

    private static final int MAX_ENTRIES = 6;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        Map<Journey, ServiceConnection> stale = stale(incident);
        return stale.isEmpty() ? List.of() : List.of(finding(incident, stale));
    }

    /** The attempts that fail for that reason. */
    static Set<Journey> journeys(Incident incident) {
        return stale(incident).keySet();
    }

    private static Map<Journey, ServiceConnection> stale(Incident incident) {
        Map<ServiceConnection.Tuple, ServiceConnection> connections =
                incident.datapath().serviceConnections();
        Map<Journey, ServiceConnection> stale = new LinkedHashMap<>();
        if (connections.isEmpty()) {
            return stale;
        }
        for (Journey journey : incident.journeys().failed()) {
            Optional.ofNullable(connections.get(
                            new ServiceConnection.Tuple(journey.client(), journey.server(), Protocol.TCP)))
                    .filter(connection -> isGone(incident, connection))
                    .ifPresent(connection -> stale.put(journey, connection));
        }
        return stale;
    }

    private static boolean isGone(Incident incident, ServiceConnection connection) {
        Family family = Family.of(connection.frontend().address());
        List<Generation> maps = incident.datapath().generations(MapRole.of(MapRole.Kind.BACKENDS, family)).stream()
                .filter(Generation::isCurrent)
                .toList();
        return !maps.isEmpty()
                && maps.stream().allMatch(map -> map.usable() && map.damage().isEmpty())
                && maps.stream().noneMatch(map -> backends(incident, map).containsKey(connection.backendId()));
    }

    private static Map<Long, Backend> backends(Incident incident, Generation map) {
        return incident.datapath().backends().getOrDefault(map.mapId(), Collections.emptySortedMap());
    }

    private static Finding.Draft finding(Incident incident, Map<Journey, ServiceConnection> stale) {
        Failures failures = new Failures(incident, List.copyOf(stale.keySet()));
        List<Text> entries = stale.values().stream()
                .distinct()
                .map(each -> Text.of(
                        "{} > {} to backend id {}",
                        Term.endpoint(each.client()),
                        Term.endpoint(each.frontend()),
                        Term.number(each.backendId())))
                .toList();
        List<Citation> supporting = new ArrayList<>();
        stale.values().stream()
                .distinct()
                .limit(MAX_ENTRIES)
                .map(ServiceConnection::source)
                .forEach(supporting::add);
        supporting.addAll(failures.frames());
        return Finding.draft(ENTRY, Severity.WARNING, Confidence.CERTAIN)
                .about(failures.subjects())
                .title(Text.of(
                        "Some connections to {} fail: conntrack sends their ports to backends that no longer exist",
                        Text.few(Terms.endpoints(failures.servers()))))
                .summary(Text.of(
                        "{} failed. Conntrack has service entries for exactly these ports, but the backends map has none of their backend"
                                + " ids: {}.",
                        failures.shares(),
                        Text.few(entries)))
                .explanation(List.of(
                        Text.of(
                                "For a packet of a known connection the program at the device takes the backend from conntrack"
                                        + " and not from the service. The entry outlived the backend: if a client uses the same"
                                        + " port again, the program finds the entry, does not find its backend and drops the SYN."
                                        + " Only the source port decides which connections fail."),
                        Text.of(
                                "Entries of closed connections expire by themselves. A client's pod that is recreated has"
                                        + " another address, which no old entry has."),
                        Text.of(
                                "The services map is right, which is why cilium-dbg bpf lb list shows no fault. Connections that"
                                        + " the socket programs translate are not affected.")))
                .supporting(supporting)
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether the entries are still there"),
                                Text.of("kubectl reaches the cluster."),
                                List.of(new Action.AskAgent(incident.nodeName(), Action.Question.CONNECTIONS)))
                        .check(Text.of("Entries of kind SVC with these ports and backend ids are listed."))));
    }
}
