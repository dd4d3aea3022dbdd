package io.ghostmap.datapath.program;

import java.util.List;

/** A program at a socket hook, as a chain of them is run: modeled by a load balancer's package, or executed. */
public interface SocketProgram {
    /** What it does when a socket connects, or sends a datagram. */
    Answer translate(Question question);

    /**
     * What it does when an application asks who its peer is, or receives a datagram.
     *
     * @param notes what the programs that translated this socket have noted and none has deleted since
     */
    Naming name(Question question, List<Rewrite> notes);
}
