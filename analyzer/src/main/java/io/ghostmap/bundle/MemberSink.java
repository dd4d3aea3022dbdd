package io.ghostmap.bundle;

import java.io.IOException;
import java.io.InputStream;

/**
 * Takes members of a bundle while it streams past. A sink need not read a member to its end. What it cannot make
 * sense of it records as a {@link Gap}; an exception from {@link #read} means that the archive itself failed.
 */
public interface MemberSink {
    /** Whether this sink reads the member. What several want is a text: each of them gets it, as far as texts are read. */
    boolean wants(Member member);

    /**
     * Whether {@link #read} shares nothing between this member and all that are not independent: it may then be called for
     * one of each kind at the same time, from two threads. Two members of one kind are read in the order of the bundle.
     */
    default boolean isIndependent(Member member) {
        return false;
    }

    /** Reads one member; {@code in} is bounded by {@link Limits} and is closed by the caller. */
    void read(Member member, InputStream in) throws IOException;
}
