package io.ghostmap.diagnosis;

import io.ghostmap.replay.Disposition;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Small pieces of English that findings share. */
final class Phrases {
    private static final int NAMED = 3;

    private Phrases() {}

    /** {@code 1 attempt}, {@code 4 attempts}. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** The first few, and how many more: {@code a, b, c and 4 more}. */
    static String few(Collection<?> things) {
        List<String> named = things.stream().limit(NAMED).map(String::valueOf).toList();
        String text = String.join(", ", named);
        return things.size() > NAMED ? text + " and " + (things.size() - NAMED) + " more" : text;
    }

    /** {@code a}, {@code a and b}, {@code a, b and c}. */
    static String and(List<String> things) {
        if (things.size() < 2) {
            return String.join("", things);
        }
        return String.join(", ", things.subList(0, things.size() - 1)) + " and " + things.get(things.size() - 1);
    }

    static String dispositions(List<Disposition> dispositions) {
        return dispositions.stream().map(Disposition::text).collect(Collectors.joining(" or "));
    }
}
