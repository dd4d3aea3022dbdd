package io.ghostmap.datapath;

import io.ghostmap.datapath.Generation.Basis;
import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.evidence.BpfMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides which of the maps of one role the agent works on. There are three signs: only one of the maps is pinned where
 * an agent keeps its maps; only one is held open by the agent; one agrees better than every other with Cilium's own list of
 * services. If all signs that are present name the same map, it is current; if they name different maps, nothing is decided.
 * Without any sign, a pin in a better place decides, then age.
 *
 * <p>One kernel can carry several Ciliums: nodes of kind, clusters inside a cluster. Maps that different agents hold open
 * are each the current one of their agent. Programs that run only in cgroups
 * without a program of the current map are not called stale: they can belong to another Cilium.
 */
final class CurrentMap {
    /** The judgment on one map. */
    record Judged(Currency currency, Basis basis, List<Reason> reasons, Optional<Agreement> agreement) {
        /** For a map that has not been judged. */
        static final Judged NOT_ASKED = new Judged(Currency.UNKNOWN, Basis.AGE, List.of(), Optional.empty());

        /** The same map under another judgment. */
        Judged with(Currency other) {
            return new Judged(other, basis, reasons, agreement);
        }
    }

    private final Signs signs;
    private final Territories territories;

    CurrentMap(Signs signs, Territories territories) {
        this.signs = signs;
        this.territories = territories;
    }

    /** By map id. {@code maps} are of one role, from the oldest to the youngest; at least one. */
    Map<Integer, Judged> among(List<BpfMap> maps) {
        List<Signs.OfMap> all = signs.of(maps);
        Set<BpfMap> held = heldByDifferentAgents(all);
        if (!held.isEmpty()) {
            return ofSeveralAgents(all, held);
        }
        Set<BpfMap> named = new LinkedHashSet<>();
        single(all, map -> map.pinRank().isPresent()).ifPresent(named::add);
        single(all, map -> !map.agents().isEmpty()).ifPresent(named::add);
        bestAgreement(all).ifPresent(named::add);
        if (all.size() == 1) {
            BpfMap map = maps.get(0);
            return ofOneAgent(all, Basis.ONLY_MAP, map, Optional.of(new Reason.OnlyMap(map.source())));
        }
        if (named.size() > 1) {
            return undecided(all);
        }
        Optional<BpfMap> current = named.stream().findFirst();
        if (current.isPresent()) {
            return ofOneAgent(all, Basis.SIGNS, current.get(), Optional.empty());
        }
        Optional<BpfMap> pinned = bestPin(all);
        BpfMap youngest = maps.get(maps.size() - 1);
        return pinned.isPresent()
                ? ofOneAgent(all, Basis.AGE, pinned.get(), Optional.empty())
                : ofOneAgent(all, Basis.AGE, youngest, Optional.of(new Reason.Youngest(youngest.source())));
    }

    /** The one map that has the sign. */
    private static Optional<BpfMap> single(List<Signs.OfMap> all, Predicate<Signs.OfMap> sign) {
        List<Signs.OfMap> with = all.stream().filter(sign).toList();
        return with.size() == 1 ? Optional.of(with.get(0).map()) : Optional.empty();
    }

    /** The map that agrees with Cilium's list on more frontends than every other one. */
    private static Optional<BpfMap> bestAgreement(List<Signs.OfMap> all) {
        int best = all.stream().mapToInt(Signs.OfMap::agreeing).max().orElse(0);
        return single(all, map -> map.best().isPresent() && map.agreeing() == best);
    }

    /** The map whose pin is in a better place than every other one's. */
    private static Optional<BpfMap> bestPin(List<Signs.OfMap> all) {
        int best =
                all.stream().flatMapToInt(map -> map.pinRank().stream()).min().orElse(-1);
        return single(all, map -> map.pinRank().isPresent() && map.pinRank().getAsInt() == best);
    }

    /** The maps that are held open, if each is held by another agent; empty if there are fewer than two. */
    private static Set<BpfMap> heldByDifferentAgents(List<Signs.OfMap> all) {
        Set<BpfMap> held = new LinkedHashSet<>();
        Set<Integer> seen = new HashSet<>();
        for (Signs.OfMap map : all) {
            for (int agent : map.agents()) {
                if (!seen.add(agent)) {
                    return Set.of(); // one agent holds two maps of one role while it replaces one with the other
                }
            }
            if (!map.agents().isEmpty()) {
                held.add(map.map());
            }
        }
        return held.size() > 1 ? held : Set.of();
    }

    // ---- judgments -----------------------------------------------------------------------------------

    private Map<Integer, Judged> ofOneAgent(
            List<Signs.OfMap> all, Basis basis, BpfMap current, Optional<Reason> because) {
        Map<Integer, Judged> judged = new LinkedHashMap<>();
        for (Signs.OfMap map : all) {
            if (map.map().equals(current)) {
                judged.put(current.id(), judged(map, Currency.CURRENT, basis, because));
            } else {
                Optional<Reason> apart = territories.apart(map.map(), current);
                Currency currency = apart.isPresent() ? Currency.UNKNOWN : Currency.NOT_CURRENT;
                judged.put(map.map().id(), judged(map, currency, basis, apart));
            }
        }
        return judged;
    }

    private Map<Integer, Judged> ofSeveralAgents(List<Signs.OfMap> all, Set<BpfMap> held) {
        Map<Integer, Judged> judged = new LinkedHashMap<>();
        for (Signs.OfMap map : all) {
            BpfMap one = map.map();
            if (held.contains(one)) {
                Reason several = new Reason.SeveralAgents(held.size(), one.source());
                judged.put(one.id(), judged(map, Currency.CURRENT, Basis.SIGNS, Optional.of(several)));
            } else {
                List<Reason> apart = runsApart(one, held);
                Currency currency = apart.size() == held.size() ? Currency.UNKNOWN : Currency.NOT_CURRENT;
                judged.put(one.id(), judged(map, currency, Basis.SIGNS, apart));
            }
        }
        return judged;
    }

    private Map<Integer, Judged> undecided(List<Signs.OfMap> all) {
        Map<Integer, Judged> judged = new LinkedHashMap<>();
        all.forEach(map ->
                judged.put(map.map().id(), judged(map, Currency.UNKNOWN, Basis.CONTRADICTION, Optional.empty())));
        return judged;
    }

    private Judged judged(Signs.OfMap map, Currency currency, Basis basis, Optional<Reason> because) {
        return judged(map, currency, basis, because.stream().toList());
    }

    private Judged judged(Signs.OfMap map, Currency currency, Basis basis, List<Reason> because) {
        List<Reason> reasons = new ArrayList<>(map.reasons());
        reasons.addAll(because);
        Optional<Agreement> agreement = currency == Currency.CURRENT ? signs.agreement(map) : Optional.empty();
        return new Judged(currency, basis, List.copyOf(reasons), agreement);
    }

    private List<Reason> runsApart(BpfMap map, Set<BpfMap> others) {
        List<Reason> apart = new ArrayList<>();
        for (BpfMap other : others) {
            Optional<Reason> reason = territories.apart(map, other);
            if (reason.isEmpty()) {
                break;
            }
            apart.add(reason.get());
        }
        return apart;
    }
}
