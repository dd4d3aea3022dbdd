package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Generation.Basis;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.datapath.Generation.Reason;
import io.ghostmap.evidence.BpfMap;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.Holder;
import io.ghostmap.evidence.ObjectKind;
import io.ghostmap.evidence.ServiceClaim;
import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Tells which of the maps of one role the agent works on. Signs: one of them alone is pinned where an agent keeps its
 * maps; one alone is held open by the agent; one agrees best with Cilium's own list of services. If the signs that speak
 * name the same map, it is current; if they name different ones, nothing is decided. Where none speaks, the better of
 * several pins counts, then age.
 */
final class CurrentMap {
    /** What is said of one map. */
    record Judged(Currency currency, Basis basis, List<Reason> reasons) {
        static final Judged NOT_ASKED = new Judged(Currency.UNKNOWN, Basis.AGE, List.of());
    }

    private CurrentMap() {}

    /** By map id. {@code maps} are of one role, from the oldest to the youngest. */
    static Map<Integer, Judged> among(
            List<BpfMap> maps, Evidence evidence, LoadBalancer balancer, Collection<View> views) {
        Reasons reasons = new Reasons();
        Signs signs = new Signs(evidence, balancer, views, reasons);
        Map<BpfMap, OptionalInt> pinRanks = new LinkedHashMap<>();
        maps.forEach(map -> pinRanks.put(map, signs.notePins(map)));
        Set<BpfMap> named = new LinkedHashSet<>();
        single(maps, map -> pinRanks.getOrDefault(map, OptionalInt.empty()).isPresent())
                .ifPresent(named::add);
        single(maps, signs::heldByAgent).ifPresent(named::add);
        signs.bestAgreement(maps).ifPresent(named::add);
        maps.forEach(signs::users);

        Optional<BpfMap> current = Optional.empty();
        Basis basis;
        if (maps.size() == 1) {
            basis = Basis.ONLY_MAP;
            current = Optional.of(maps.get(0));
            reasons.add(maps.get(0), "the only map of its role", maps.get(0).source());
        } else if (named.size() > 1) {
            basis = Basis.CONTRADICTION;
        } else if (named.size() == 1) {
            basis = Basis.SIGNS;
            current = named.stream().findFirst();
        } else {
            basis = Basis.AGE;
            current = bestPin(pinRanks).or(() -> youngest(maps, reasons));
        }
        Map<Integer, Judged> judged = new LinkedHashMap<>();
        for (BpfMap map : maps) {
            Currency currency = current.isEmpty()
                    ? Currency.UNKNOWN
                    : current.get().equals(map) ? Currency.CURRENT : Currency.NOT_CURRENT;
            judged.put(map.id(), new Judged(currency, basis, reasons.of(map)));
        }
        return judged;
    }

    /** The one map that has the sign; all are asked, since asking notes the reason. */
    private static Optional<BpfMap> single(List<BpfMap> maps, Predicate<BpfMap> sign) {
        List<BpfMap> with = maps.stream().filter(sign).toList();
        return with.size() == 1 ? Optional.of(with.get(0)) : Optional.empty();
    }

    /** The map whose pin lies where no other's lies as well. */
    private static Optional<BpfMap> bestPin(Map<BpfMap, OptionalInt> ranks) {
        int best =
                ranks.values().stream().flatMapToInt(OptionalInt::stream).min().orElse(-1);
        return single(
                List.copyOf(ranks.keySet()),
                map -> ranks.getOrDefault(map, OptionalInt.empty()).orElse(-2) == best);
    }

    private static Optional<BpfMap> youngest(List<BpfMap> maps, Reasons reasons) {
        if (maps.isEmpty()) {
            return Optional.empty();
        }
        BpfMap youngest = maps.get(maps.size() - 1);
        reasons.add(youngest, "the youngest; nothing else decides", youngest.source());
        return Optional.of(youngest);
    }

    /** What was found, by map, in the order in which it was asked. */
    private static final class Reasons {
        private final SortedMap<Integer, List<Reason>> byMap = new TreeMap<>();

        void add(BpfMap map, String text, Citation source) {
            byMap.computeIfAbsent(map.id(), id -> new ArrayList<>()).add(new Reason(text, source));
        }

        List<Reason> of(BpfMap map) {
            return List.copyOf(byMap.getOrDefault(map.id(), List.of()));
        }
    }

    /** The signs, each noted for the map that it was looked up for. */
    private record Signs(Evidence evidence, LoadBalancer balancer, Collection<View> views, Reasons reasons) {

        /** How well its pins show that the agent works on it. */
        OptionalInt notePins(BpfMap map) {
            if (map.pins().isEmpty()) {
                note(
                        map,
                        evidence.pinsVisible()
                                ? "pinned nowhere in the bpffs mounts that were seen"
                                : "pins were not visible to the collector");
            }
            OptionalInt best = OptionalInt.empty();
            for (String pin : map.pins()) {
                OptionalInt rank = balancer.agentPinRank(pin);
                note(
                        map,
                        (rank.orElse(1) == 0 ? "pinned where the agent keeps its maps: " : "pinned elsewhere: ") + pin);
                best = best.isEmpty() || (rank.isPresent() && rank.getAsInt() < best.getAsInt()) ? rank : best;
            }
            return best;
        }

        boolean heldByAgent(BpfMap map) {
            Optional<Holder> agent = evidence.holders().stream()
                    .filter(holder -> holder.kind() == ObjectKind.MAP && holder.id() == map.id())
                    .filter(holder -> balancer.isAgent(holder.command()))
                    .findFirst();
            agent.ifPresent(holder -> reasons.add(
                    map, "held open by " + holder.command() + ", process " + holder.pid(), holder.source()));
            return agent.isPresent();
        }

        void users(BpfMap map) {
            List<BpfProgram> users = evidence.state().programs().all().stream()
                    .filter(program -> program.mapIds().contains(map.id()))
                    .toList();
            if (users.isEmpty() && evidence.state().programs().captured()) {
                note(map, "no program references it");
            }
            for (BpfProgram user : users) {
                reasons.add(map, "used by program " + user.id() + " (" + user.name() + ")", user.source());
            }
        }

        /** The one services map with the most frontends that lead where Cilium's own list says. */
        Optional<BpfMap> bestAgreement(List<BpfMap> maps) {
            List<ServiceClaim> claims = evidence.lbList().isEmpty() ? evidence.agentServices() : evidence.lbList();
            if (claims.isEmpty() || maps.size() < 2 || !maps.stream().allMatch(this::isDecodedServices)) {
                return Optional.empty();
            }
            long best = -1;
            Optional<BpfMap> winner = Optional.empty();
            for (BpfMap map : maps) {
                long agreeing =
                        claims.stream().filter(claim -> agrees(map, claim)).count();
                reasons.add(
                        map,
                        "agrees with Cilium's list on " + agreeing + " of " + claims.size() + " frontends",
                        wholeList(claims));
                if (agreeing >= best) {
                    winner = agreeing > best ? Optional.of(map) : Optional.empty();
                    best = agreeing;
                }
            }
            return winner;
        }

        private static Citation wholeList(List<ServiceClaim> claims) {
            return new Citation(claims.get(0).source().file(), "all frontends", claims.size() + " frontends");
        }

        private boolean isDecodedServices(BpfMap map) {
            return views.stream().anyMatch(view -> view.servicesIn(map.id()).isPresent());
        }

        /** Whether a program that reads the map would send the claimed frontend to the claimed backends. */
        private boolean agrees(BpfMap map, ServiceClaim claim) {
            Frontend frontend = Frontend.external(claim.frontend(), claim.protocol());
            Set<Endpoint> stated = new TreeSet<>(claim.backends());
            return views.stream()
                    .filter(view -> view.servicesIn(map.id()).isPresent())
                    .anyMatch(view -> view.service(frontend)
                            .filter(service -> view.backendsOf(service).equals(stated))
                            .isPresent());
        }

        private void note(BpfMap map, String text) {
            reasons.add(map, text, map.source());
        }
    }
}
