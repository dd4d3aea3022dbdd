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
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which generation a service's connections were spread over: each program chooses uniformly among the slots of its own
 * generation, so that the observed destinations fit the slots that were used, and others hardly.
 *
 * @param observed attempts on the wire, by backend of either generation
 * @param candidates the generations that have the service
 */
record Spread(Frontend frontend, SortedMap<Endpoint, Integer> observed, List<Candidate> candidates) {

    /**
     * The slots of one generation.
     *
     * @param slots how many slots lead to each backend
     * @param inside attempts that went to one of them
     */
    record Candidate(int servicesMap, boolean current, SortedMap<Endpoint, Integer> slots, int inside) {
        int count() {
            return slots.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

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

    /** In words and with the numbers; what it can tell depends on how many attempts there were. */
    Text text() {
        return Text.of(
                "Spread of {}: {} went to its backends ({}); {}. {}",
                Terms.frontend(frontend),
                Text.count(attempts(), "attempt", "attempts"),
                Text.and(observed.entrySet().stream()
                        .map(entry -> Text.of("{} to {}", Term.number(entry.getValue()), Term.endpoint(entry.getKey())))
                        .toList()),
                Text.and(candidates.stream().map(this::fit).toList()),
                conclusion());
    }

    private Text fit(Candidate candidate) {
        double likely = likelihood(candidate);
        return Text.of(
                "{} {} ({}) leads to {} of them{}",
                candidate.current() ? Text.of("the current map") : Text.of("map"),
                Term.map(candidate.servicesMap()),
                Text.count(candidate.count(), "slot", "slots"),
                Term.number(candidate.inside()),
                candidate.inside() < attempts()
                        ? Text.of(" and cannot have sent the others")
                        : likely < 1
                                ? Text.of(", and would with a chance of {} have used no other slot", percent(likely))
                                : Text.of(", and to nothing else"));
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
            return Text.of(
                    "No single generation explains them all: some clients passed through one, some through another.");
        }
        return Text.of("The spread alone does not tell the generations apart.");
    }

    private static Text percent(double share) {
        return share < 0.0001
                ? Text.of("less than 0.01 %")
                : Text.of(Term.word(String.format(Locale.ROOT, "%.2f %%", share * 100)));
    }
}
