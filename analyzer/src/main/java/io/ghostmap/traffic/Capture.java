package io.ghostmap.traffic;

import java.util.Optional;

/**
 * One capture file as evidence, and its limits.
 *
 * @param linkType libpcap's number
 * @param firstNanos time of the first frame, 0 when there is none
 * @param lastNanos latest time of any frame
 * @param cutFrames frames whose TCP header the snap length cut
 * @param laterFragments TCP fragments without ports
 * @param damage why the file was not read to its end
 */
public record Capture(
        String file,
        int linkType,
        int snapLength,
        long frames,
        long firstNanos,
        long lastNanos,
        long cutFrames,
        long laterFragments,
        CaptureCounters counters,
        Optional<String> damage) {

    Capture with(CaptureCounters stated) {
        return new Capture(
                file, linkType, snapLength, frames, firstNanos, lastNanos, cutFrames, laterFragments, stated, damage);
    }
}
