package io.ghostmap.diagnosis;

import java.util.Locale;
import java.util.Optional;

/**
 * The answer in one sentence.
 *
 * @param finding id of the finding that it rests on
 */
public record Verdict(Level level, Optional<String> finding, String title, String summary) {
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
