package io.ghostmap.replay;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Backend;
import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Semantics;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.Slot;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * What one program makes of one destination: {@code __sock4_xlate_fwd} of Cilium's {@code bpf/bpf_sock.c} (1.13 to
 * 1.21-dev), followed over the tables of the program's own view. Every slot can be chosen, so the result is a set.
 */
final class Translation {
    /** Entries that are cited: the frontend, and slot and backend of the first sixteen choices. */
    private static final int MOST_ENTRIES = 1 + 2 * 16;

    private final View view;
    private final Endpoint destination;
    private final Protocol protocol;
    private final Family family;
    private final Set<Fate> fates = new LinkedHashSet<>();
    private final List<Citation> entries = new ArrayList<>();

    private Translation(View view, Endpoint destination, Protocol protocol) {
        this.view = view;
        this.destination = destination;
        this.protocol = protocol;
        this.family = Family.of(destination.address());
    }

    /** The possible fates without doubles, and the entries that lead to them. */
    record Result(List<Fate> fates, List<Citation> entries) {}

    static Result of(View view, Endpoint destination, Protocol protocol) {
        Translation translation = new Translation(view, destination, protocol);
        translation.run();
        return new Result(List.copyOf(translation.fates), List.copyOf(translation.entries));
    }

    private void run() {
        Table<SortedMap<Frontend, Service>> services = view.services(family);
        if (services.doubt().isPresent()) {
            unknown(services.doubt().get());
            return;
        }
        if (services.mapId().isEmpty()) {
            pass(); // a program without that family's maps leaves the address alone
            return;
        }
        if (services.content().isEmpty()) {
            unknown("map " + services.mapId().get() + " was not dumped");
            return;
        }
        Optional<Service> found = lookup();
        if (found.isPresent()) {
            follow(found.get());
        } else if (services.whole()) {
            pass();
        } else {
            unknown("the dump of map " + services.mapId().get() + " is not whole, the entry may be missing from it");
        }
    }

    /** The exact protocol first, then 0, which Cilium up to 1.16 writes for all; the internal scope where both exist. */
    private Optional<Service> lookup() {
        for (Protocol candidate : List.of(protocol, Protocol.ANY)) {
            Optional<Service> external = view.service(new Frontend(destination, candidate, false));
            if (external.isPresent()) {
                return external.get().flags().twoScopes()
                        ? view.service(new Frontend(destination, candidate, true))
                        : external;
            }
        }
        return Optional.empty();
    }

    private void follow(Service service) {
        cite(service.source());
        if (service.flags().l7() || service.flags().nat46()) {
            pass();
        } else if (service.flags().guarded()) {
            unknown("an external IP or host port, translated only where the address is the host's own");
        } else if (service.flags().localRedirect()) {
            unknown("a local redirect policy, from which some clients are exempt");
        } else if (service.count() == 0) {
            deadEnd("the service has no backend");
        } else {
            service.selectable().forEach(this::followSlot);
            int missing = service.count() - service.selectable().size();
            if (missing > 0) {
                missing(
                        view.services(family),
                        missing + " of " + service.count() + " slots of " + service.frontend() + " are missing");
            }
        }
    }

    private void followSlot(Slot slot) {
        cite(slot.source());
        Table<SortedMap<Long, Backend>> backends = view.backends(family);
        if (backends.content().isEmpty()) {
            unknown(backends.doubt()
                    .or(() -> backends.mapId().map(id -> "map " + id + " was not dumped"))
                    .orElse("the program references no backends map that is known"));
            return;
        }
        Optional<Backend> backend = view.backend(family, slot);
        if (backend.isEmpty()) {
            missing(backends, "backend " + slot.backendId() + " is missing");
            return;
        }
        cite(backend.get().source());
        fates.add(new Fate.Connects(backend.get().endpoint()));
    }

    private void missing(Table<?> table, String what) {
        if (table.whole()) {
            deadEnd(what);
        } else {
            unknown(what + " from a dump that is not whole");
        }
    }

    private void deadEnd(String why) {
        if (view.semantics() == Semantics.REFUSES_DEAD_END) {
            fates.add(new Fate.Refused(why));
        } else {
            pass();
        }
    }

    private void cite(Citation entry) {
        if (entries.size() < MOST_ENTRIES) {
            entries.add(entry);
        }
    }

    private void pass() {
        fates.add(new Fate.Connects(destination));
    }

    private void unknown(String why) {
        fates.add(new Fate.Unknown(why));
    }
}
