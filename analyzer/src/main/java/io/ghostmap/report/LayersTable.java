package io.ghostmap.report;

import io.ghostmap.datapath.Frontend;
import io.ghostmap.diagnosis.CatalogEntry;
import io.ghostmap.diagnosis.Subject;
import io.ghostmap.diagnosis.layers.Believed;
import io.ghostmap.diagnosis.layers.FrontendLayers;
import io.ghostmap.diagnosis.layers.Held;
import io.ghostmap.diagnosis.layers.Wanted;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The services that findings name, each as Kubernetes wants it, as the agent lists it and as the current maps have it: the
 * first column that differs from the one before it says whose fault it is.
 *
 * @param rows of those that are not the same in all three
 * @param further rows that are left out
 * @param agreeing services that are the same in all three
 */
record LayersTable(List<Row> rows, int further, int agreeing) {
    private static final int MAX_ROWS = 50;

    /** One frontend. */
    record Row(Text frontend, Text kubernetes, Text agent, Text maps, Text differs) {}

    static LayersTable of(ReportModel model) {
        List<FrontendLayers> named = model.diagnosis().findings().stream()
                .filter(finding -> finding.rule().kind() == CatalogEntry.Kind.NODE)
                .flatMap(finding -> finding.subjects(Subject.Frontend.class).stream())
                .map(Subject.Frontend::frontend)
                .distinct()
                .flatMap(frontend -> model.incident().layers().of(frontend).stream())
                .toList();
        boolean compared = named.stream()
                .anyMatch(layers -> !(layers.wanted() instanceof Wanted.NotCaptured)
                        || !(layers.believed() instanceof Believed.NotCaptured));
        if (!compared) {
            return new LayersTable(List.of(), 0, 0);
        }
        List<FrontendLayers> differing =
                named.stream().filter(layers -> !agrees(layers)).toList();
        return new LayersTable(
                differing.stream().limit(MAX_ROWS).map(LayersTable::row).toList(),
                Math.max(0, differing.size() - MAX_ROWS),
                named.size() - differing.size());
    }

    boolean isEmpty() {
        return rows.isEmpty() && agreeing == 0;
    }

    private static boolean agrees(FrontendLayers layers) {
        return layers.wanted() instanceof Wanted.Claimed
                && layers.believed() instanceof Believed.Known
                && layers.usable().equals(layers.inAgent())
                && layers.usable().equals(layers.inMaps());
    }

    private static Row row(FrontendLayers layers) {
        return new Row(
                frontend(layers.frontend(), layers.service()),
                kubernetes(layers),
                agent(layers),
                maps(layers.held()),
                differs(layers));
    }

    private static Text frontend(Frontend frontend, Optional<ServiceRef> service) {
        Term address = Terms.of(frontend);
        return service.map(ref -> Text.of("{} ({})", Terms.service(ref.toString()), address))
                .orElse(Text.of(address));
    }

    private static Text kubernetes(FrontendLayers layers) {
        if (layers.wanted() instanceof Wanted.Claimed) {
            Text backends = backends(layers.usable());
            return layers.isLocalOnly() ? backends.then(" (traffic policy Local: this node only)") : backends;
        }
        return layers.wanted() instanceof Wanted.NoService ? Text.of("no such service") : notCaptured();
    }

    private static Text agent(FrontendLayers layers) {
        if (layers.believed() instanceof Believed.Known) {
            return backends(layers.inAgent());
        }
        return layers.believed() instanceof Believed.Absent ? Text.of("not listed") : notCaptured();
    }

    private static Text maps(Held held) {
        if (held instanceof Held.Known known) {
            return known.service().marks().isProxied() ? Text.of("a proxy") : backends(known.endpoints());
        }
        return held instanceof Held.Absent absent ? Text.of("not in map {}", Term.map(absent.mapId())) : notCaptured();
    }

    private static Text backends(Collection<Endpoint> endpoints) {
        return endpoints.isEmpty()
                ? Text.of("no backend")
                : Text.few(endpoints.stream().map(Term::endpoint).toList());
    }

    private static Text notCaptured() {
        return Text.of("not captured");
    }

    /** Only of what was captured in all layers that it compares. */
    private static Text differs(FrontendLayers layers) {
        if (!(layers.wanted() instanceof Wanted.Claimed) || layers.held() instanceof Held.NotCaptured) {
            return Text.of("not known");
        }
        if (layers.usable().equals(layers.inMaps())) {
            return layers.believed() instanceof Believed.NotCaptured ? Text.of("none") : Text.of("the agent");
        }
        return switch (layers.suspect()) {
            case AGENT -> Text.of("the agent");
            case MAPS -> Text.of("the maps");
            case AGENT_OR_MAPS -> Text.of("the agent or the maps");
        };
    }
}
