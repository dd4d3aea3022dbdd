package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.View;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Over which generation's backends the connections of a service were spread. Each program chooses uniformly among the slots
 * of its own generation, so that the observed destinations fit the slots that were used, and hardly any others.
 *
 * @param observed attempts on the wire, by backend of either generation
 * @param candidates the generations that have the service
 */
record Spread(Frontend frontend, SortedMap<Endpoint, Integer> observed, List<Candidate> candidates) {

    /**
     * The slots of one generation.
     *
     * @param slots how many slots each backend has
     * @param inside attempts that went to one of them
     */
    record Candidate(int servicesMap, boolean current, SortedMap<Endpoint, Integer> slots, int inside) {
        int count() {
            return slots.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /** What a share of one decimal can show. */
    private static final double MIN_SHARE = 0.001;

    /** Of one frontend over the views of the node's programs, one for each services map. */
    static Spread of(Incident incident, Frontend frontend) {
        Datapath datapath = incident.datapath();
        Map<Integer, SortedMap<Endpoint, Integer>> byMap = new LinkedHashMap<>();
        for (View view : datapath.views().values()) {
            view.service(frontend)
                    .ifPresent(service -> view.services(
                                    Family.of(frontend.endpoint().address()))
                            .mapId()
                            .ifPresent(map -> byMap.putIfAbsent(map, slots(view, service))));
        }
        SortedMap<Endpoint, Integer> observed = new TreeMap<>();
        for (CorrelatedDestination seen : incident.destinations()) {
            Endpoint endpoint = seen.destination().endpoint();
            boolean ofThis = byMap.values().stream().anyMatch(slots -> slots.containsKey(endpoint));
            boolean ofOthers = seen.frontends().stream()
                    .anyMatch(other -> !other.endpoint().equals(frontend.endpoint()));
            if (ofThis && !ofOthers) {
                observed.put(endpoint, seen.destination().attempts().size());
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        byMap.forEach((map, slots) -> candidates.add(new Candidate(
                map,
                datapath.generation(map).filter(Generation::isCurrent).isPresent(),
                slots,
                observed.entrySet().stream()
                        .filter(entry -> slots.containsKey(entry.getKey()))
                        .mapToInt(Map.Entry::getValue)
                        .sum())));
        return new Spread(frontend, observed, List.copyOf(candidates));
    }

    private static SortedMap<Endpoint, Integer> slots(View view, Service service) {
        SortedMap<Endpoint, Integer> slots = new TreeMap<>();
        service.selectable()
                .forEach(slot -> view.backend(
                                Family.of(service.frontend().endpoint().address()), slot)
                        .ifPresent(backend -> slots.merge(backend.endpoint(), 1, Integer::sum)));
        return slots;
    }

    int attempts() {
        return observed.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How likely it is that all attempts fall into the destinations that were seen, if that generation chose. */
    double likelihood(Candidate candidate) {
        if (candidate.inside() < attempts() || candidate.count() == 0) {
            return 0;
        }
        int hit = observed.keySet().stream()
                .mapToInt(endpoint -> candidate.slots().getOrDefault(endpoint, 0))
                .sum();
        return Math.pow((double) hit / candidate.count(), attempts());
    }

    /** In words and with the numbers; how much it can show depends on how many attempts there were. */
    Text text(Names names) {
        return Text.of(
                "Captured attempts to backends of {}: {}. Of the maps that have this service: {}. {}",
                names.service(frontend),
                Text.and(observed.entrySet().stream()
                        .map(entry -> Text.of("{} to {}", Term.number(entry.getValue()), Term.endpoint(entry.getKey())))
                        .toList()),
                Text.join("; ", candidates.stream().map(this::fit).toList()),
                conclusion());
    }

    private Text fit(Candidate candidate) {
        return Text.of(
                "{} {} ({}) {}",
                candidate.current() ? Text.of("current map") : Text.of("map"),
                Term.map(candidate.servicesMap()),
                Text.count(candidate.count(), "slot", "slots"),
                explains(candidate));
    }

    private Text explains(Candidate candidate) {
        if (candidate.inside() == 0) {
            return Text.of("explains none of them");
        }
        if (candidate.inside() < attempts()) {
            return Text.of("explains only {} of them", Term.number(candidate.inside()));
        }
        double likely = likelihood(candidate);
        return likely < 1
                ? Text.of("explains all of them, with a chance of {} that no other slot was used", percent(likely))
                : Text.of("explains all of them");
    }

    private Text conclusion() {
        List<Candidate> possible = candidates.stream()
                .filter(candidate -> likelihood(candidate) > 0)
                .toList();
        if (possible.size() == 1 && candidates.size() > 1) {
            return Text.of(
                    "Only map {} explains them all.", Term.map(possible.get(0).servicesMap()));
        }
        if (possible.isEmpty()) {
            return Text.of("No single map explains them all: some clients passed one program, some another.");
        }
        return Text.of("These attempts do not decide between the maps.");
    }

    private static Text percent(double share) {
        return share < MIN_SHARE ? Text.of("less than 0.1 %") : Text.of(Term.share(share));
    }
}
