package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Cilium's own list of services: what its pinned maps hold by its own reading, or what the agent means to have. */
final class AgentList {
    private final List<ServiceClaim> claims;
    private final Map<Family, List<Claim>> byFamily = new EnumMap<>(Family.class);
    private final Map<Frontend, List<Claim>> byFrontend;

    /** What the list says of one frontend. */
    private record Claim(Frontend frontend, SortedSet<Endpoint> backends, Citation source) {
        static Claim of(ServiceClaim claim) {
            return new Claim(
                    Frontend.external(claim.frontend(), claim.protocol()),
                    new TreeSet<>(claim.backends()),
                    claim.source());
        }

        Family family() {
            return Family.of(frontend.endpoint().address());
        }
    }

    private AgentList(List<ServiceClaim> claims) {
        this.claims = claims;
        List<Claim> all = claims.stream().map(Claim::of).toList();
        for (Family family : Family.values()) {
            byFamily.put(
                    family,
                    all.stream().filter(claim -> claim.family() == family).toList());
        }
        byFrontend = all.stream().collect(Collectors.groupingBy(Claim::frontend));
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

    /** How many frontends of that family it has. */
    int stated(Family family) {
        return claimsOf(family).size();
    }

    /** The whole list; it must have an entry. */
    Citation source() {
        return new Citation(claims.get(0).source().file(), "all frontends", claims.size() + " frontends");
    }

    private List<Claim> claimsOf(Family family) {
        return byFamily.getOrDefault(family, List.of());
    }

    /**
     * How many frontends of that family the view sends where the list says. A node can carry thousands of maps:
     * the work for one is limited by the number of its entries.
     */
    int agreeing(View view, Family family) {
        Optional<SortedMap<Frontend, Service>> services = view.services(family).content();
        if (services.isEmpty()) {
            return 0;
        }
        return services.get().size() < stated(family)
                ? agreeing(
                        view,
                        services.get().keySet().stream()
                                .flatMap(frontend -> byFrontend.getOrDefault(frontend, List.of()).stream())
                                .toList())
                : agreeing(view, claimsOf(family));
    }

    private static int agreeing(View view, Collection<Claim> claims) {
        return (int) claims.stream()
                .filter(claim -> difference(view, claim).isEmpty())
                .count();
    }

    /** The map that the view reads for that family, compared with what the list says of that family. */
    Agreement with(View view, Family family) {
        List<Agreement.Difference> differences = claimsOf(family).stream()
                .flatMap(claim -> difference(view, claim).stream())
                .toList();
        return new Agreement(
                stated(family) - differences.size(), stated(family), differences, unstated(view, family), source());
    }

    private static Optional<Agreement.Difference> difference(View view, Claim claim) {
        Optional<Service> service = view.service(claim.frontend());
        if (service.isEmpty()) {
            return Optional.of(new Agreement.Difference(
                    claim.frontend(), false, new TreeSet<>(), claim.backends(), claim.source()));
        }
        SortedSet<Endpoint> selectable = view.backendsOf(service.get());
        if (selectable.equals(claim.backends())
                || allSlots(view, claim.family(), service.get()).equals(claim.backends())) {
            return Optional.empty();
        }
        return Optional.of(
                new Agreement.Difference(claim.frontend(), true, selectable, claim.backends(), claim.source()));
    }

    /** Some lists also show the slots after {@code count}, which are terminating backends. */
    private static SortedSet<Endpoint> allSlots(View view, Family family, Service service) {
        SortedSet<Endpoint> endpoints = new TreeSet<>();
        service.slots().forEach(slot -> view.backend(family, slot).ifPresent(b -> endpoints.add(b.endpoint())));
        return endpoints;
    }

    /** An entry for every protocol (up to 1.16) is stated by one for any. */
    private List<Frontend> unstated(View view, Family family) {
        Set<Endpoint> endpoints = new HashSet<>();
        claimsOf(family).forEach(claim -> endpoints.add(claim.frontend().endpoint()));
        return view.services(family).content().stream()
                .flatMap(table -> table.keySet().stream())
                .filter(frontend -> !frontend.internalScope()
                        && !frontend.endpoint().address().isUnspecified()
                        && frontend.endpoint().port() != 0)
                .filter(frontend -> frontend.protocol() == Protocol.ANY
                        ? !endpoints.contains(frontend.endpoint())
                        : !byFrontend.containsKey(frontend)
                                && !byFrontend.containsKey(Frontend.external(frontend.endpoint(), Protocol.ANY)))
                .toList();
    }
}
