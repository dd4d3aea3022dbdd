package io.ghostmap.datapath.program;

import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.function.Function;

/**
 * All that a program at getpeername or recvmsg can make of the name of a peer.
 *
 * @param choices in the order in which they were found
 * @param maps in which it looks for what was noted of the socket
 * @param notes what it finds there, and what becomes of that
 * @param entries of services with which it compares that
 */
public record Naming(List<Choice> choices, List<Integer> maps, List<Note> notes, List<MapEntry> entries) {
    /** What it can make of it in each of several cases. */
    public static Naming together(List<Naming> cases) {
        return new Naming(
                all(cases, Naming::choices),
                all(cases, Naming::maps),
                all(cases, Naming::notes),
                all(cases, Naming::entries));
    }

    private static <T> List<T> all(List<Naming> cases, Function<Naming, List<T>> part) {
        return cases.stream()
                .flatMap(one -> part.apply(one).stream())
                .distinct()
                .toList();
    }

    /**
     * One thing that it can do.
     *
     * @param left the notes that are there afterwards
     */
    public record Choice(Decision decision, List<Rewrite> left, Conditions given) {}

    /** What it does with the name. */
    public sealed interface Decision {
        /** It leaves the name as it is. */
        record Keeps() implements Decision {}

        /** It gives the application another one. */
        record Answers(Endpoint name) implements Decision {}

        /** The evidence does not say. */
        record Unknown(Text reason) implements Decision {}
    }
}
