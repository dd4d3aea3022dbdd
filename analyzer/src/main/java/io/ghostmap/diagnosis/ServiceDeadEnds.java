package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The frontends of one service that are in the same state; a frontend without a name is on its own. */
record ServiceDeadEnds(Optional<ServiceRef> ref, List<FrontendLayers> frontends) {
    static List<ServiceDeadEnds> of(List<FrontendLayers> all) {
        Map<String, List<FrontendLayers>> byName = new LinkedHashMap<>();
        all.forEach(layers -> byName.computeIfAbsent(nameOf(layers), name -> new ArrayList<>())
                .add(layers));
        return byName.values().stream()
                .map(frontends -> new ServiceDeadEnds(frontends.get(0).service(), List.copyOf(frontends)))
                .toList();
    }

    private static String nameOf(FrontendLayers layers) {
        return layers.service()
                .map(ServiceRef::toString)
                .orElse(layers.frontend().toString());
    }

    String name() {
        return nameOf(frontends.get(0));
    }
}
