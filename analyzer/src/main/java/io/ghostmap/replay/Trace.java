package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.program.Answer;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** The steps of one replay, noted while it runs. */
final class Trace implements Replayer.Watcher {
    private final List<Step> steps = new ArrayList<>();
    private final Set<Endpoint> before = new LinkedHashSet<>();
    private final Set<Disposition> after = new LinkedHashSet<>();
    private final Set<Citation> options = new LinkedHashSet<>();
    private final Set<MapEntry> entries = new LinkedHashSet<>();

    @Override
    public void sees(Branch branch, Answer answer) {
        before.add(branch.at());
        options.addAll(answer.options());
        entries.addAll(answer.entries());
    }

    @Override
    public void leaves(Branch branch) {
        after.add(branch.disposition());
    }

    @Override
    public void ends(HookProgram program) {
        List<Endpoint> seen = List.copyOf(before);
        steps.add(new Step(
                program,
                program.view().flatMap(view -> servicesMap(view, seen)),
                seen,
                List.copyOf(after),
                List.copyOf(options),
                List.copyOf(entries)));
        before.clear();
        after.clear();
        options.clear();
        entries.clear();
    }

    private static Optional<Integer> servicesMap(View view, List<Endpoint> before) {
        boolean v4 = before.isEmpty() || before.get(0).address().isV4();
        Table<SortedMap<Frontend, Service>> services = v4 ? view.servicesV4() : view.servicesV6();
        return services.mapId();
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }
}
