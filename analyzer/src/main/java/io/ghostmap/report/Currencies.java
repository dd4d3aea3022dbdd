package io.ghostmap.report;

import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Generation.Currency;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Whether maps are current: several together, and in the form that JSON has. */
final class Currencies {
    private Currencies() {}

    /** Not current if one map is not; unknown if one is not known, or if there is no map. */
    static Currency ofAll(Collection<Generation> maps) {
        if (maps.stream().anyMatch(Generation::isNotCurrent)) {
            return Currency.NOT_CURRENT;
        }
        boolean all = !maps.isEmpty() && maps.stream().allMatch(Generation::isCurrent);
        return all ? Currency.CURRENT : Currency.UNKNOWN;
    }

    /** JSON has no third truth value but {@code null}. */
    static @Nullable Boolean json(Currency currency) {
        return switch (currency) {
            case CURRENT -> Boolean.TRUE;
            case NOT_CURRENT -> Boolean.FALSE;
            case UNKNOWN -> null;
        };
    }
}
