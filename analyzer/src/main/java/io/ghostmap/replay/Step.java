package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One program's turn.
 *
 * @param servicesMap the services map that it read; empty for a program whose effect is not known
 * @param before the addresses that it can see
 * @param after what each of them becomes, without doubles
 * @param options of the agent that decided
 * @param rows the map entries that decided, in the order of the look-ups
 */
public record Step(
        HookProgram program,
        Optional<Integer> servicesMap,
        List<Endpoint> before,
        List<Disposition> after,
        List<Citation> options,
        List<MapEntry> rows) {

    /** Whether the program changed nothing: every address leaves as it came. */
    public boolean passes() {
        return after.equals(before.stream().map(Disposition.Connects::new).toList());
    }

    /**
     * The backends map in which the program looks up the backend ids of {@link #servicesMap()}: the one of the same family,
     * which is the IPv4 one for a mapped address.
     */
    public Optional<Integer> backendsMap() {
        return program.view()
                .flatMap(view -> Stream.of(view.ipv4(), view.ipv6())
                        .filter(tables -> tables.services().mapId().isPresent()
                                && tables.services().mapId().equals(servicesMap))
                        .findFirst())
                .flatMap(tables -> tables.backends().mapId());
    }

    /** What decided: options of the agent, and entries with their file, key bytes and value bytes. */
    public List<Citation> entries() {
        return Stream.concat(options.stream(), rows.stream().map(MapEntry::cite))
                .toList();
    }
}
