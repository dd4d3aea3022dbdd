package io.ghostmap.datapath.program;

import io.ghostmap.datapath.program.Condition.ClientInNamespace;
import io.ghostmap.datapath.program.Condition.OfRelease;
import io.ghostmap.datapath.program.Condition.SessionAlive;
import io.ghostmap.evidence.MapEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What is taken for given on one way that a connection can take. It can always be true: where a condition contradicts what
 * is given already there is no such set, and the way ends. Conditions are added by the operations below alone, each of
 * which also gives what remains, so that the sides of a question never leave a client out or count it twice.
 */
public final class Conditions {
    /** Holds for every client. */
    public static final Conditions NONE = new Conditions(List.of(), List.of());

    private final List<Condition> known;
    private final List<Condition> assumed;

    private Conditions(List<Condition> known, List<Condition> assumed) {
        this.known = known;
        this.assumed = assumed;
    }

    /** What is known of the client who asks. It decides as conditions do, and is not one of them. */
    public static Conditions knowing(Collection<Condition> facts) {
        return facts.isEmpty() ? NONE : new Conditions(List.copyOf(facts), List.of());
    }

    /** Whether nothing is known and nothing taken for given. */
    public boolean isEmpty() {
        return known.isEmpty() && assumed.isEmpty();
    }

    /** In the order in which they were met; none where this holds for every client. */
    public List<Condition> assumed() {
        return assumed;
    }

    /** Goes both ways, each under its side of the condition; one way only where what is given decides it. */
    public void split(Condition condition, Consumer<Conditions> with, Consumer<Conditions> without) {
        Optional<Conditions> held = and(condition);
        Optional<Conditions> denied = and(condition.complement());
        held.ifPresent(with);
        denied.ifPresent(without);
    }

    /**
     * One way for each group of network namespaces, and one for the clients that are in none of them.
     *
     * @param cookies of the namespaces of a group; each is in one group
     */
    public <G> void splitByNamespace(
            Collection<G> groups,
            Function<G, List<Long>> cookies,
            BiConsumer<G, Conditions> in,
            Consumer<Conditions> inNone) {
        if (groups.isEmpty()) {
            inNone.accept(this);
            return;
        }
        List<Long> all = new ArrayList<>();
        for (G group : groups) {
            List<Long> own = cookies.apply(group);
            and(ClientInNamespace.of(own)).ifPresent(given -> in.accept(group, given));
            all.addAll(own);
        }
        and(ClientInNamespace.of(all).complement()).ifPresent(inNone);
    }

    /**
     * One way for each group of clients that a session keeps, and one for the clients that none keeps.
     *
     * @param sessions of a group, by the cookie of the namespace; each is in one group
     */
    public <G> void splitBySession(
            Collection<G> groups,
            Function<G, Map<Long, MapEntry>> sessions,
            BiConsumer<G, Conditions> kept,
            Consumer<Conditions> keptByNone) {
        if (groups.isEmpty()) {
            keptByNone.accept(this);
            return;
        }
        Map<Long, MapEntry> all = new HashMap<>();
        for (G group : groups) {
            Map<Long, MapEntry> own = sessions.apply(group);
            and(SessionAlive.of(own)).ifPresent(given -> kept.accept(group, given));
            all.putAll(own);
        }
        and(SessionAlive.of(all).complement()).ifPresent(keptByNone);
    }

    /** Whether it can be so. */
    public boolean admits(Condition condition) {
        for (int i = 0; i < known.size() + assumed.size(); i++) {
            if (at(i).contradicts(condition)) {
                return false;
            }
        }
        return true;
    }

    /** Those of the releases that the program can still be of. */
    public List<Release> possible(int program, List<Release> releases) {
        return releases.stream()
                .filter(release -> admits(new OfRelease(program, List.of(release))))
                .toList();
    }

    /**
     * One way for each group of releases that the program can be of.
     *
     * @param groups which together are all that it can be of, each in one group
     */
    public void splitByRelease(int program, List<List<Release>> groups, BiConsumer<Integer, Conditions> of) {
        for (int i = 0; i < groups.size(); i++) {
            int group = i;
            and(new OfRelease(program, groups.get(i))).ifPresent(given -> of.accept(group, given));
        }
    }

    /** What holds where one of both does, if they are the two sides of one condition; empty otherwise. */
    Optional<Conditions> or(Conditions other) {
        if (assumed.size() != other.assumed.size() || !known.equals(other.known)) {
            return Optional.empty();
        }
        List<Condition> common = new ArrayList<>(assumed.size());
        for (int i = 0; i < assumed.size(); i++) {
            Condition mine = assumed.get(i);
            if (mine.equals(other.assumed.get(i))) {
                common.add(mine);
            } else if (common.size() < i || !mine.complement().equals(other.assumed.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(new Conditions(known, List.copyOf(common)));
    }

    /** Empty where they contradict each other. */
    private Optional<Conditions> and(Condition condition) {
        boolean implied = false;
        boolean implying = false;
        for (int i = 0; i < known.size() + assumed.size(); i++) {
            if (at(i).contradicts(condition)) {
                return Optional.empty();
            }
            implied |= at(i).implies(condition);
            implying |= condition.implies(at(i));
        }
        if (implied) {
            return Optional.of(this);
        }
        List<Condition> all = new ArrayList<>(assumed.size() + 1);
        for (Condition given : assumed) {
            if (!implying || !condition.implies(given)) {
                all.add(given);
            }
        }
        all.add(condition);
        return Optional.of(new Conditions(known, List.copyOf(all)));
    }

    private Condition at(int index) {
        return index < known.size() ? known.get(index) : assumed.get(index - known.size());
    }

    @Override
    public int hashCode() {
        return assumed.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || (other instanceof Conditions that && assumed.equals(that.assumed) && known.equals(that.known));
    }

    @Override
    public String toString() {
        return Stream.concat(known.stream(), assumed.stream()).toList().toString();
    }
}
