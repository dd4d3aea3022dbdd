package io.ghostmap.report;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Spellings that all forms of the report share: UTC always, no locale. */
final class Words {
    static final String ANALYZER = "ghostmap";

    private static final long SECOND = 1_000_000_000L;

    private Words() {}

    /**
     * From nanoseconds since the epoch, cut to milliseconds; empty for 0. By hand: a formatter costs a short run as much
     * as a capture of 30 MB.
     */
    static String time(long nanos) {
        if (nanos == 0) {
            return "";
        }
        LocalDateTime time = LocalDateTime.ofEpochSecond(
                Math.floorDiv(nanos, SECOND), (int) Math.floorMod(nanos, SECOND), ZoneOffset.UTC);
        return time.toLocalDate() + "T" + digits(2, time.getHour()) + ":" + digits(2, time.getMinute()) + ":"
                + digits(2, time.getSecond()) + "." + digits(3, time.getNano() / 1_000_000) + "Z";
    }

    private static String digits(int count, int number) {
        String text = String.valueOf(number);
        return "0".repeat(count - text.length()) + text;
    }

    /** From seconds since the epoch; empty for what no clock shows. */
    static String timeOfSeconds(long seconds) {
        boolean plausible = seconds > 0 && seconds < 253_402_300_800L; // the year 10000
        return plausible ? Instant.ofEpochSecond(seconds).toString() : "";
    }

    static String list(List<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
