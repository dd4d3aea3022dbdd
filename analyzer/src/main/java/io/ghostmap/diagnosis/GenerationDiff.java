package io.ghostmap.diagnosis;

import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.View;
import io.ghostmap.net.Endpoint;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** How many frontends two services maps have in common, each read with the backends of the program that uses it. */
record GenerationDiff(int all, int same, int other, int onlyOld, int onlyNew) {
    /** Empty where a map was not dumped, or where no program is known whose backends belong to it. */
    static Optional<GenerationDiff> between(Datapath datapath, int oldMap, int newMap) {
        if (!datapath.services().containsKey(oldMap)
                || !datapath.services().containsKey(newMap)
                || viewOn(datapath, oldMap).isEmpty()
                || viewOn(datapath, newMap).isEmpty()) {
            return Optional.empty();
        }
        SortedMap<Frontend, Service> old = datapath.services().getOrDefault(oldMap, Collections.emptySortedMap());
        SortedMap<Frontend, Service> young = datapath.services().getOrDefault(newMap, Collections.emptySortedMap());
        Optional<View> oldView = viewOn(datapath, oldMap);
        Optional<View> newView = viewOn(datapath, newMap);
        Set<Frontend> union = new TreeSet<>(old.keySet());
        union.addAll(young.keySet());
        int same = 0;
        int other = 0;
        for (Frontend frontend : union) {
            if (old.containsKey(frontend) && young.containsKey(frontend)) {
                boolean equal = backends(oldView, old, frontend).equals(backends(newView, young, frontend));
                same += equal ? 1 : 0;
                other += equal ? 0 : 1;
            }
        }
        return Optional.of(
                new GenerationDiff(union.size(), same, other, union.size() - young.size(), union.size() - old.size()));
    }

    private static Optional<View> viewOn(Datapath datapath, int servicesMap) {
        return datapath.views().values().stream()
                .filter(view -> view.servicesV4()
                                .mapId()
                                .filter(id -> id == servicesMap)
                                .isPresent()
                        || view.servicesV6()
                                .mapId()
                                .filter(id -> id == servicesMap)
                                .isPresent())
                .findFirst();
    }

    private static SortedSet<Endpoint> backends(
            Optional<View> view, Map<Frontend, Service> services, Frontend frontend) {
        return Optional.ofNullable(services.get(frontend))
                .flatMap(service -> view.map(v -> v.backendsOf(service)))
                .orElseGet(TreeSet::new);
    }
}
