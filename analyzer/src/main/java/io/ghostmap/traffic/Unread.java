package io.ghostmap.traffic;

import io.ghostmap.text.Text;
import java.util.List;

/**
 * Frames of one capture that were not read, or not as far as what decides.
 *
 * @param cut by the snap length, before the flags or ports
 * @param malformed shorter than their own headers need or say
 * @param untimed without a time, or with one that no clock shows
 * @param skipped of a link type or in an encapsulation that is not read
 */
public record Unread(long cut, long malformed, long untimed, List<Skipped> skipped) {
    /**
     * Frames of one kind.
     *
     * @param what the link type or encapsulation
     * @param isLoss false if what they hold passes the node's devices in the clear as well, as with encryption
     */
    public record Skipped(Text what, long frames, boolean isLoss) {
        /** Such as {@code 3 frames of link type 127}. */
        public Text counted() {
            return Text.count(frames, "frame", "frames").then(" of {}", what);
        }
    }

    /** Those of whose content nothing is known. */
    public List<Skipped> lost() {
        return skipped.stream().filter(Skipped::isLoss).toList();
    }
}
