package io.ghostmap.datapath.program;

import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import io.ghostmap.text.Text;
import java.util.List;

/**
 * All that a program at getpeername or recvmsg can make of the name of a peer.
 *
 * @param choices in the order in which they were found
 * @param maps in which it looks for what was noted of the socket
 * @param notes what it finds there, and what becomes of that
 * @param entries of services with which it compares that
 */
public record Naming(List<Choice> choices, List<Integer> maps, List<Note> notes, List<MapEntry> entries) {
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
