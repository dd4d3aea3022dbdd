package io.ghostmap.diagnosis;

import io.ghostmap.text.Text;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The answer in one sentence.
 *
 * @param finding the one that it is drawn from
 * @param doubts what keeps the bundle from being called in order, when nothing worse was found
 */
public record Verdict(Level level, Optional<Finding> finding, List<Doubt> doubts, Text title, Text summary) {
    /** The five answers of the report contract. */
    public enum Level {
        CRITICAL,
        WARNING,
        INFO,
        OK,
        /** The evidence that the main rules need is not in the bundle. */
        INCONCLUSIVE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
