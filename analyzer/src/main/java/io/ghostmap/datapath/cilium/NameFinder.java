package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.Family;
import io.ghostmap.datapath.ReverseSkEntry;
import io.ghostmap.datapath.Table;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.program.Choice;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.Decision;
import io.ghostmap.datapath.program.Naming;
import io.ghostmap.datapath.program.Note;
import io.ghostmap.datapath.program.Question;
import io.ghostmap.datapath.program.Rewrite;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiFunction;

/**
 * What one program makes of a peer's name: it looks the address up under the socket's cookie in its own reverse_sk map, and
 * exchanges it while the service of that note is still the same in its own services map.
 */
final class NameFinder {
    private final View view;
    private final Endpoint name;
    private final boolean wide;
    private final boolean unwraps;
    private final Conditions given;
    private final BiFunction<Rewrite, Conditions, Inquiry.Result> stillServed;
    private final List<Naming.Choice> choices = new ArrayList<>();
    private final Set<Integer> maps = new LinkedHashSet<>();
    private final Set<Note> seen = new LinkedHashSet<>();
    private final Set<MapEntry> entries = new LinkedHashSet<>();

    /**
     * {@code unwraps}: whether it looks for an IPv4 address among the notes of IPv4, if IPv6 has none. {@code stillServed}
     * says whether the service of a note is still the same: it misses where
     * it is not.
     */
    NameFinder(
            View view,
            Question question,
            boolean unwraps,
            BiFunction<Rewrite, Conditions, Inquiry.Result> stillServed) {
        this.view = view;
        this.name = question.address();
        this.unwraps = unwraps;
        this.wide = question.hook() == AttachType.GETPEERNAME6 || question.hook() == AttachType.RECVMSG6;
        this.given = question.given();
        this.stillServed = stillServed;
    }

    /** A way on which nothing was found yet. */
    private record Open(List<Rewrite> notes, Conditions given) {}

    Naming find(List<Rewrite> notes) {
        List<Open> open = List.of(new Open(notes, given));
        for (Family family : families()) { // sock6 unwraps a mapped name of which IPv6 has no note
            List<Open> left = new ArrayList<>();
            open.forEach(each -> look(family, each, left));
            open = left;
        }
        open.forEach(each -> choices.add(new Naming.Choice(new Naming.Decision.Keeps(), each.notes, each.given)));
        return new Naming(List.copyOf(choices), List.copyOf(maps), List.copyOf(seen), List.copyOf(entries));
    }

    private List<Family> families() {
        if (!name.address().isV4()) {
            return List.of(Family.IPV6);
        }
        if (!wide) {
            return List.of(Family.IPV4);
        }
        return unwraps ? List.of(Family.IPV6, Family.IPV4) : List.of(Family.IPV6);
    }

    /** In the maps of one family; {@code left} takes the ways on which nothing was found. */
    private void look(Family family, Open open, List<Open> left) {
        Table<SortedMap<Endpoint, List<ReverseSkEntry>>> table =
                view.tables(family).reverseSk();
        table.mapId().ifPresent(maps::add);
        List<Rewrite> ofName = open.notes.stream()
                .filter(note -> note.backend().unmapped().equals(name))
                .filter(note -> Family.of(note.backend().address()) == family)
                .toList();
        if (ofName.isEmpty() || (table.mapId().isEmpty() && table.doubt().isEmpty())) {
            left.add(open);
            return;
        }
        if (table.doubt().isPresent()) {
            unknown(table.doubt().get(), open.notes, open.given);
            return;
        }
        Optional<Rewrite> own = ofName.stream()
                .filter(note -> note.notedIn().equals(table.mapId()))
                .findFirst();
        Optional<Rewrite> somewhere =
                ofName.stream().filter(note -> note.notedIn().isEmpty()).findFirst();
        if (own.isPresent()) {
            compare(table.mapId().orElseThrow(), own.get(), open, left);
        } else if (somewhere.isPresent()) {
            unknown(
                    Text.of(
                            "it is not known in which map program {} notes its sockets",
                            Term.program(somewhere.get().program())),
                    open.notes,
                    open.given);
        } else {
            left.add(open);
        }
    }

    private void compare(int mapId, Rewrite note, Open open, List<Open> left) {
        Inquiry.Result result = stillServed.apply(note, open.given);
        entries.addAll(result.entries());
        for (Choice choice : result.choices()) {
            if (choice.decision() instanceof Decision.Unknown unknown) {
                unknown(unknown.reason(), open.notes, choice.given());
                see(mapId, note, Note.State.OPEN);
            } else {
                choices.add(new Naming.Choice(
                        new Naming.Decision.Answers(note.asked().unmapped()), open.notes, choice.given()));
                see(mapId, note, Note.State.COUNTS);
            }
        }
        for (Choice miss : result.misses()) {
            forget(note, open.notes, miss.given(), left);
            see(mapId, note, Note.State.FORGOTTEN);
        }
    }

    private void see(int mapId, Rewrite note, Note.State state) {
        seen.add(new Note(mapId, note.program(), note.backend(), note.asked(), note.serviceId(), state));
    }

    /** The program deletes the note; sock6 then unwraps a mapped name of which it had no note, but not this one. */
    private void forget(Rewrite note, List<Rewrite> notes, Conditions where, List<Open> left) {
        Open without =
                new Open(notes.stream().filter(other -> !other.equals(note)).toList(), where);
        if (Family.of(note.backend().address()) == Family.IPV6) {
            choices.add(new Naming.Choice(new Naming.Decision.Keeps(), without.notes, where));
        } else {
            left.add(without);
        }
    }

    private void unknown(Text why, List<Rewrite> notes, Conditions where) {
        choices.add(new Naming.Choice(new Naming.Decision.Unknown(why), notes, where));
    }
}
