package io.ghostmap.report;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Spellings that all forms of the report share: UTC always, no locale. */
final class Words {
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

    /** An IPv6 address stands in brackets, so that it does not run into its port. */
    static String endpoint(Report.Destination destination) {
        String address = destination.address();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + destination.port();
    }

    /** One that is not current is enough; what is not known of one is not known of all, and of none nothing is known. */
    static @Nullable Boolean allCurrent(List<Report.Reading> maps) {
        if (maps.stream().anyMatch(map -> Boolean.FALSE.equals(map.current()))) {
            return Boolean.FALSE;
        }
        boolean all = !maps.isEmpty() && maps.stream().allMatch(map -> Boolean.TRUE.equals(map.current()));
        return all ? Boolean.TRUE : null;
    }

    static String currency(@Nullable Boolean current) {
        return current == null ? "not known to be current" : current ? "current" : "not current";
    }

    static String list(List<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    static String name(Report.Name name) {
        return name.name() + (name.meaning().isEmpty() ? "" : ", " + name.meaning());
    }

    /** What a program finds of a socket in its reverse_sk map, and what it makes of that. */
    static String note(Report.Note note) {
        String made = switch (note.outcome()) {
            case "counts" -> "it still has that service, and says " + note.asked();
            case "forgotten" -> "it has no such service any more: it deletes the entry and leaves the name";
            default -> "whether it still has that service is not known";
        };
        return "map " + note.mapId() + " has, from program " + note.writtenBy() + ", {socket cookie, " + note.backend()
                + "} -> {" + note.asked() + ", rev_nat " + note.revNatId() + "}; " + made;
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
