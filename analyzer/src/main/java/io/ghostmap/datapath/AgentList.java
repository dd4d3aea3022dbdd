package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Cilium's own list of services: what its pinned maps hold by its own reading, or what the agent means to have. */
final class AgentList {
    private final List<ServiceClaim> claims;

    private AgentList(List<ServiceClaim> claims) {
        this.claims = claims;
    }

    static AgentList of(Evidence evidence) {
        return new AgentList(
                evidence.agent().bpfServices().isEmpty()
                        ? evidence.agent().services()
                        : evidence.agent().bpfServices());
    }

    boolean isEmpty() {
        return claims.isEmpty();
    }

    /** The map that the view reads for that family, held against the claims of that family. */
    Agreement with(View view, Family family) {
        List<Agreement.Difference> differences = new ArrayList<>();
        Set<Frontend> stated = new HashSet<>();
        int compared = 0;
        for (ServiceClaim claim : claims) {
            if (Family.of(claim.frontend().address()) != family) {
                continue;
            }
            compared++;
            Frontend frontend = Frontend.external(claim.frontend(), claim.protocol());
            stated.add(frontend);
            difference(view, family, frontend, claim).ifPresent(differences::add);
        }
        return new Agreement(
                compared - differences.size(),
                compared,
                List.copyOf(differences),
                unstated(view, family, stated),
                new Citation(claims.get(0).source().file(), "all frontends", claims.size() + " frontends"));
    }

    private static Optional<Agreement.Difference> difference(
            View view, Family family, Frontend frontend, ServiceClaim claim) {
        SortedSet<Endpoint> backends = new TreeSet<>(claim.backends());
        Optional<Service> service = view.service(frontend);
        if (service.isEmpty()) {
            return Optional.of(new Agreement.Difference(frontend, false, new TreeSet<>(), backends, claim.source()));
        }
        SortedSet<Endpoint> selectable = view.backendsOf(service.get());
        if (selectable.equals(backends) || allSlots(view, family, service.get()).equals(backends)) {
            return Optional.empty();
        }
        return Optional.of(new Agreement.Difference(frontend, true, selectable, backends, claim.source()));
    }

    /** Slots behind {@code count} stand in some lists as well: backends that terminate. */
    private static SortedSet<Endpoint> allSlots(View view, Family family, Service service) {
        SortedSet<Endpoint> endpoints = new TreeSet<>();
        service.slots().forEach(slot -> view.backend(family, slot).ifPresent(b -> endpoints.add(b.endpoint())));
        return endpoints;
    }

    /** An entry for every protocol (up to 1.16) is stated by one for any. */
    private static List<Frontend> unstated(View view, Family family, Set<Frontend> stated) {
        Set<Endpoint> endpoints = new HashSet<>();
        stated.forEach(frontend -> endpoints.add(frontend.endpoint()));
        return view.services(family).content().stream()
                .flatMap(table -> table.keySet().stream())
                .filter(frontend -> !frontend.internalScope()
                        && !frontend.endpoint().address().isUnspecified()
                        && frontend.endpoint().port() != 0)
                .filter(frontend -> frontend.protocol() == Protocol.ANY
                        ? !endpoints.contains(frontend.endpoint())
                        : !stated.contains(frontend)
                                && !stated.contains(Frontend.external(frontend.endpoint(), Protocol.ANY)))
                .toList();
    }
}
