package io.ghostmap.datapath;

import io.ghostmap.bundle.Citation;
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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Tells which of the maps of one role the agent works on. The signs, in the order of their weight: pinned where the
 * agent keeps its maps; held open by the agent; agreeing with the agent's own list of services; and, where none of
 * these decides, the youngest. The first sign that singles out one map decides; all are given as reasons.
 */
final class CurrentMap {
    private final List<BpfMap> maps;
    private final Optional<BpfMap> current;
    private final Reasons reasons;

    private CurrentMap(List<BpfMap> maps, Optional<BpfMap> current, Reasons reasons) {
        this.maps = maps;
        this.current = current;
        this.reasons = reasons;
    }

    /** {@code maps} are of one role, from the oldest to the youngest. */
    static CurrentMap among(List<BpfMap> maps, Evidence evidence, LoadBalancer balancer, Collection<View> views) {
        Reasons reasons = new Reasons();
        if (maps.isEmpty()) {
            return new CurrentMap(maps, Optional.empty(), reasons);
        }

        Signs signs = new Signs(evidence, balancer, views, reasons);
        Optional<BpfMap> pinned = signs.bestPin(maps);
        Optional<BpfMap> held = single(maps, signs::heldByAgent);
        Optional<BpfMap> agreeing = signs.bestAgreement(maps);
        maps.forEach(signs::users);
        Optional<BpfMap> decided = pinned.or(() -> held).or(() -> agreeing);
        if (decided.isEmpty()) {
            BpfMap youngest = maps.get(maps.size() - 1);
            String why = maps.size() == 1 ? "the only map of its role" : "the youngest; nothing else decides";
            reasons.add(youngest, why, youngest.source());
            decided = Optional.of(youngest);
        }
        return new CurrentMap(maps, decided, reasons);
    }

    /** The one map that has the sign; all are asked, since asking notes the reason. */
    private static Optional<BpfMap> single(List<BpfMap> maps, Predicate<BpfMap> sign) {
        List<BpfMap> with = maps.stream().filter(sign).toList();
        return with.size() == 1 ? Optional.of(with.get(0)) : Optional.empty();
    }

    Currency currencyOf(BpfMap map) {
        if (current.isEmpty() || !maps.contains(map)) {
            return Currency.UNKNOWN;
        }
        return current.get().equals(map) ? Currency.CURRENT : Currency.NOT_CURRENT;
    }

    List<Reason> reasonsFor(BpfMap map) {
        return reasons.of(map);
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

        /** The one map whose pin lies where no other's lies as well. */
        Optional<BpfMap> bestPin(List<BpfMap> maps) {
            SortedMap<Integer, List<BpfMap>> byRank = new TreeMap<>();
            for (BpfMap map : maps) {
                OptionalInt rank = notePins(map);
                rank.ifPresent(
                        r -> byRank.computeIfAbsent(r, key -> new ArrayList<>()).add(map));
            }
            return byRank.values().stream()
                    .findFirst()
                    .filter(best -> best.size() == 1)
                    .map(best -> best.get(0));
        }

        private OptionalInt notePins(BpfMap map) {
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
