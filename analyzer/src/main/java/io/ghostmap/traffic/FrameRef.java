package io.ghostmap.traffic;

import io.ghostmap.bundle.Citation;

/** A frame of a capture file; {@code number} counts from 1, as tcpdump and Wireshark do. */
public record FrameRef(String file, long number) {
    public Citation cite(String quote) {
        return new Citation(file, "frame " + number, quote);
    }
}
