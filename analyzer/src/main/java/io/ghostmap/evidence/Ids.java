package io.ghostmap.evidence;

import java.util.Optional;
import java.util.regex.Pattern;

/** Ids of BPF objects: 1 to 2^31 - 1 ({@code idr_alloc_cyclic} in kernel/bpf/syscall.c). */
final class Ids {
    private static final Pattern DIGITS = Pattern.compile("\\d{1,10}");

    private Ids() {}

    /** Empty for anything but an id. */
    static Optional<Integer> parse(String text) {
        return DIGITS.matcher(text).matches()
                ? Optional.of(Long.parseLong(text))
                        .filter(id -> id > 0 && id <= Integer.MAX_VALUE)
                        .map(Long::intValue)
                : Optional.empty();
    }
}
