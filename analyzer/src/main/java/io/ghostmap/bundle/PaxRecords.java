package io.ghostmap.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The records of a pax header: {@code LENGTH KEY=VALUE\n}, of which the length counts all of it. */
final class PaxRecords {
    private static final int MAX_DIGITS = 18;

    private PaxRecords() {}

    /** Takes one record. */
    @FunctionalInterface
    interface Taker {
        void take(String key, String value) throws IOException;
    }

    static void read(byte[] header, Taker taker) throws IOException {
        int at = 0;
        while (at < header.length && header[at] != 0) {
            int blank = indexOf(header, ' ', at);
            long length = number(text(header, at, blank));
            int equals = indexOf(header, '=', blank);
            if (length > header.length - at || at + length <= equals || header[at + (int) length - 1] != '\n') {
                throw damaged();
            }
            int end = at + (int) length;
            taker.take(text(header, blank + 1, equals), text(header, equals + 1, end - 1));
            at = end;
        }
    }

    /** A number of decimal digits. */
    static long number(String digits) throws IOException {
        if (digits.isEmpty() || digits.length() > MAX_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw damaged();
        }
        return Long.parseLong(digits);
    }

    private static int indexOf(byte[] header, char wanted, int from) throws IOException {
        for (int i = from; i < header.length; i++) {
            if (header[i] == wanted) {
                return i;
            }
        }
        throw damaged();
    }

    private static String text(byte[] header, int from, int to) {
        return new String(header, from, to - from, StandardCharsets.UTF_8);
    }

    private static IOException damaged() {
        return new IOException("a pax record that is not LENGTH KEY=VALUE");
    }
}
