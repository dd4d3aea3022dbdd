package io.ghostmap.support;

import io.ghostmap.bundle.Gap;
import java.util.List;

/** Gaps as a reader of the report sees them. */
public final class Gaps {
    private Gaps() {}

    /** {@code artifact: reason}, each. */
    public static List<String> lines(List<Gap> gaps) {
        return gaps.stream()
                .map(gap -> gap.artifact().name() + ": " + gap.reason().plain())
                .toList();
    }

    public static List<String> reasons(List<Gap> gaps) {
        return gaps.stream().map(gap -> gap.reason().plain()).toList();
    }

    public static List<String> artifacts(List<Gap> gaps) {
        return gaps.stream().map(gap -> gap.artifact().name()).toList();
    }
}
