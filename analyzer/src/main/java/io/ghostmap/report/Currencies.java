package io.ghostmap.report;

import io.ghostmap.datapath.Generation;
import io.ghostmap.datapath.Generation.Currency;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Whether maps are current: of several together, and as JSON has it. */
final class Currencies {
    private Currencies() {}

    /** One map that is not current is enough; if one is not known, all are not; of no map at all nothing is known. */
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
