package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.MapRole;
import io.ghostmap.diagnosis.layers.Believed;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.diagnosis.manual.MapManuals;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * SLB-12: a current map of the load balancer is full, so that the agent cannot write what it wants to.
 *
 * <p>Guard: maps that evict their oldest entries are full by design, and are not of these roles or of another type.
 */
final class MapFull implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-12",
            CatalogEntry.Kind.NODE,
            Text.of("a map of the load balancer is full"),
            Set.of(Requirement.MAPS, Requirement.SERVICE_DUMPS),
            Severity.CRITICAL,
            Severity.INFO,
            MapManuals.FULL);

    /** Maps that the agent fills with what Kubernetes wants, and in which a missing entry is a missing service. */
    private static final Set<MapRole.Kind> FILLED_BY_AGENT = EnumSet.of(
            MapRole.Kind.SERVICES,
            MapRole.Kind.BACKENDS,
            MapRole.Kind.REVERSE_NAT,
            MapRole.Kind.AFFINITY_MATCH,
            MapRole.Kind.SOURCE_RANGE);

    /** From so many percent on, the next rollout can fill it. */
    private static final int NEARLY_FULL_PERCENT = 90;

    private static final int MAX_CITED = 5;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        List<Finding.Draft> findings = new ArrayList<>();
        for (Generation generation : incident.datapath().generations()) {
            if (generation.isCurrent()
                    && FILLED_BY_AGENT.contains(generation.role().kind())
                    && !generation.map().type().contains("lru")
                    && generation.map().maxEntries() > 0 // otherwise the list does not have it
                    && percent(generation) >= NEARLY_FULL_PERCENT) {
                findings.add(finding(incident, generation));
            }
        }
        return findings;
    }

    private static long percent(Generation generation) {
        return generation.entries().orElse(0) * 100L / generation.map().maxEntries();
    }

    private static boolean isFull(Generation generation) {
        return generation.entries().orElse(0) >= generation.map().maxEntries();
    }

    /** Frontends that Kubernetes or the agent has and a services map without room lacks. */
    private static List<FrontendLayers> shutOut(Incident incident, Generation generation) {
        if (generation.role().kind() != MapRole.Kind.SERVICES || !isFull(generation)) {
            return List.of();
        }
        return incident.layers().all().stream()
                .filter(layers -> layers.held() instanceof Held.Absent absent && absent.mapId() == generation.mapId())
                .filter(layers -> layers.believed() instanceof Believed.Known known
                        ? known.frontend().isInDatapath()
                        : !layers.usable().isEmpty())
                .toList();
    }

    private static Finding.Draft finding(Incident incident, Generation generation) {
        List<FrontendLayers> shutOut = shutOut(incident, generation);
        Text entries = Text.of(
                "{} of {} entries",
                Term.number(generation.entries().orElse(0)),
                Term.number(generation.map().maxEntries()));
        Term map = Term.map(generation.mapId());
        return Finding.draft(ENTRY, severity(generation, shutOut), confidence(generation, shutOut))
                .about(new Subject.Map(generation.mapId()))
                .about(shutOut.stream()
                        .map(layers -> new Subject.Frontend(layers.frontend()))
                        .toList())
                .title(headline(incident, generation, shutOut), cause(generation, entries))
                .summary(Text.of(
                        "The current {} map {} has {}{}.",
                        Terms.role(generation.role()),
                        map,
                        entries,
                        shutOut.isEmpty()
                                ? Text.NONE
                                : Text.of(
                                        " and lacks {} that the agent or Kubernetes has",
                                        Text.count(shutOut.size(), "service address", "service addresses"))))
                .explanation(explanation(incident, generation, shutOut, map))
                .supporting(supporting(generation, shutOut))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See the size of the map"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(new Action.ShowMap(generation.mapId())))
                        .then(
                                Text.of(
                                        "The size is set by --bpf-lb-map-max, or by --bpf-lb-service-map-max and similar options. With a"
                                                + " larger size the agent replaces the map when it restarts: plan that as a change,"
                                                + " node by node, and look for programs that keep the old map afterwards (SLB-01)."))
                        .check(Text.of("The map has fewer entries than its maximum."))));
    }

    private static Severity severity(Generation generation, List<FrontendLayers> shutOut) {
        if (!isFull(generation)) {
            return Severity.INFO;
        }
        return shutOut.isEmpty() ? Severity.WARNING : Severity.CRITICAL;
    }

    private static Confidence confidence(Generation generation, List<FrontendLayers> shutOut) {
        return isFull(generation) && !shutOut.isEmpty() ? Confidence.CERTAIN : Confidence.LIKELY;
    }

    private static Text headline(Incident incident, Generation generation, List<FrontendLayers> shutOut) {
        Names names = new Names(incident);
        if (shutOut.isEmpty()) {
            return isFull(generation)
                    ? Text.of("The next service cannot be written on {}", names.node())
                    : Text.of("A map of the load balancer is nearly full on {}", names.node());
        }
        return Text.of(
                "{} {} unreachable from {}",
                names.services(frontends(shutOut)),
                shutOut.size() == 1 ? Text.of("is") : Text.of("are"),
                names.node());
    }

    private static Text cause(Generation generation, Text entries) {
        return Text.of(
                "{} map {} {} {}",
                Terms.role(generation.role()),
                Term.map(generation.mapId()),
                isFull(generation) ? Text.of("is full, with") : Text.of("has"),
                entries);
    }

    private static List<Frontend> frontends(List<FrontendLayers> layers) {
        return layers.stream().map(FrontendLayers::frontend).toList();
    }

    private static List<Text> explanation(
            Incident incident, Generation generation, List<FrontendLayers> shutOut, Term map) {
        List<Text> paragraphs = new ArrayList<>();
        if (isFull(generation)) {
            paragraphs.add(Text.of(
                    "An update of a full hash map fails with E2BIG. The agent logs that and tries again. Until an entry is removed,"
                            + " new services and backends are missing from map {}, while everything that was there before works.",
                    map));
        }
        if (!shutOut.isEmpty()) {
            paragraphs.add(Text.of(
                    "Missing: {}. A connection to such an address is not translated: its SYN leaves with the service's own"
                            + " address, or is handled by whatever else translates on this node.",
                    new Names(incident).few(frontends(shutOut))));
        }
        paragraphs.add(Text.of(
                "Each service port takes one entry for itself and one for each backend, in each scope that it has. The pressure"
                        + " metric of the agent counts differently and can be far below 1 when the map is full."));
        return paragraphs;
    }

    private static List<Citation> supporting(Generation generation, List<FrontendLayers> shutOut) {
        List<Citation> citations = new ArrayList<>();
        citations.add(generation.map().source());
        for (FrontendLayers layers : shutOut.subList(0, Math.min(shutOut.size(), MAX_CITED))) {
            if (layers.believed() instanceof Believed.Known known) {
                citations.add(known.frontend().source());
            }
            if (layers.wanted() instanceof Wanted.Claimed claimed) {
                citations.add(claimed.claim().service().source());
            }
        }
        return citations.stream().distinct().toList();
    }
}
