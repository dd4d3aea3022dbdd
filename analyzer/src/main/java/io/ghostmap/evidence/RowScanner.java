package io.ghostmap.evidence;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads, byte by byte, dumps of the one shape that nearly every large dump has:
 *
 * <pre>[{"key":["0x0a",…],"value":["0x02",…]},{"key":[…],"value":[…],"formatted":{…}},…]</pre>
 *
 * also with {@code "value":{"error":"No such file or directory"}} for an entry that vanished. {@code formatted} is
 * skipped. At the first row of any other shape it stops and leaves the rest, including that row, to the JSON parser: it never
 * decides that something is damaged. It reads half a gigabyte of conntrack entries in the time in which a JSON parser reads a
 * tenth of that.
 */
final class RowScanner {
    /** Most dumps are small; rows of 10,000 bytes still fit many times. */
    private static final int FIRST_BUFFER = 1 << 13;

    private static final int BUFFER = 1 << 18;

    private static final byte[] KEY = ascii("{\"key\":[");
    private static final byte[] VALUE = ascii("],\"value\":");
    private static final byte[] FORMATTED = ascii(",\"formatted\":{");
    private static final byte[] GONE = ascii("{\"error\":\"No such file or directory\"}}");

    /** bpftool 4.19 forgets the braces around such an entry. */
    private static final byte[] BARE_KEY = ascii("\"key\":[");

    private static final byte[] BARE_GONE = ascii("{\"error\":\"can\\'t lookup element\"}");

    /** {@code "0x0a"} and the comma or bracket after it. */
    private static final int ELEMENT = 7;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** {@code "0x}, two digits and {@code ",} as such a number, and the mask of all but the digits and the next element. */
    private static final long FRAME = 0x00_2c_22_00_00_78_30_22L;

    private static final long FRAME_BITS = 0x00_ff_ff_00_00_ff_ff_ffL;

    private static final byte[] HEX = hexDigits();

    private final InputStream in;
    private final Slab slab;
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int limit;
    private boolean ended;

    /** Sizes of the first row, and so of all rows. */
    private int keyBytes;

    private int valueBytes;
    private boolean first = true;
    private int vanished;

    private RowScanner(InputStream in, Slab slab) {
        this.in = in;
        this.slab = slab;
    }

    /**
     * @param rest what the JSON parser must read, as a document of its own; empty if nothing is left
     * @param vanished rows whose value was an error
     */
    record Result(Optional<InputStream> rest, int vanished) {}

    /** Appends the rows to {@code slab}. */
    static Result scan(InputStream in, Slab slab) throws IOException {
        return new RowScanner(in, slab).scan();
    }

    private Result scan() throws IOException {
        fill(0);
        if (limit < 2 || buffer[0] != '[' || (buffer[1] != '{' && buffer[1] != '"')) {
            return new Result(Optional.of(rest(0)), 0);
        }
        int at = 1;
        while (true) {
            int end = row(at);
            if (end < 0 && !ended) {
                fill(at);
                at = 0;
                end = row(at);
            }
            if (end < 0 || end >= limit) {
                return handOver(at);
            }
            byte separator = buffer[end];
            if (separator == ',') {
                at = end + 1;
            } else if (separator == ']') {
                return atEnd(end + 1);
            } else {
                return handOver(at);
            }
        }
    }

    /** Only white space may follow; otherwise the parser has to judge it, and sees it after an empty array. */
    private Result atEnd(int behind) throws IOException {
        int at = behind;
        while (true) {
            for (; at < limit; at++) {
                if (buffer[at] != '\n' && buffer[at] != ' ' && buffer[at] != '\r' && buffer[at] != '\t') {
                    byte[] left = Arrays.copyOfRange(buffer, at, limit);
                    return new Result(Optional.of(sequence(ascii("[]"), left)), vanished);
                }
            }
            if (ended) {
                return new Result(Optional.empty(), vanished);
            }
            fill(limit);
            at = 0;
        }
    }

    /** The row at {@code at} was removed again, if it was taken. */
    private Result handOver(int at) {
        return new Result(Optional.of(sequence(ascii("["), Arrays.copyOfRange(buffer, at, limit))), vanished);
    }

    private InputStream rest(int at) {
        return sequence(new byte[0], Arrays.copyOfRange(buffer, at, limit));
    }

    private InputStream sequence(byte[] before, byte[] buffered) {
        return new SequenceInputStream(
                new ByteArrayInputStream(before), new SequenceInputStream(new ByteArrayInputStream(buffered), in));
    }

    /** Moves what is left to the front and reads until the buffer is full or the stream has ended. */
    private void fill(int from) throws IOException {
        int left = limit - from;
        byte[] target = limit == FIRST_BUFFER ? new byte[BUFFER] : buffer;
        System.arraycopy(buffer, from, target, 0, left);
        buffer = target;
        limit = left;
        while (limit < buffer.length) {
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                ended = true;
                return;
            }
            limit += read;
        }
    }

    /** Takes the row at {@code at}; returns the position after it, or -1 if it is cut or has another shape. */
    private int row(int at) {
        if (!matches(at, KEY)) {
            return matches(at, BARE_KEY) ? vanishedRow(at + BARE_KEY.length, BARE_GONE) : -1;
        }
        int start = at + KEY.length;
        int keyEnd = first ? arrayEnd(start) : start + keyBytes * ELEMENT - 1;
        if (keyEnd < 0 || !matches(keyEnd, VALUE)) {
            return -1;
        }
        int value = keyEnd + VALUE.length;
        if (matches(value, GONE)) {
            return vanishedRow(start, GONE);
        }
        if (value >= limit || buffer[value] != '[') {
            return -1;
        }
        int valueStart = value + 1;
        int valueEnd = first ? arrayEnd(valueStart) : valueStart + valueBytes * ELEMENT - 1;
        if (valueEnd < 0 || valueEnd + 1 >= limit || buffer[valueEnd] != ']') {
            return -1;
        }
        int end = valueEnd + 1;
        if (buffer[end] == ',') {
            end = matches(end, FORMATTED) ? objectEnd(end + FORMATTED.length) : -1;
            if (end < 0) {
                return -1;
            }
        }
        if (end >= limit || buffer[end] != '}') {
            return -1;
        }
        int key = (keyEnd + 1 - start) / ELEMENT;
        int bytes = (valueEnd + 1 - valueStart) / ELEMENT;
        // Looks for the comma before the row counts, so that the parser can still get the whole row.
        if (end + 1 >= limit || !slab.fits(key, bytes)) {
            return -1;
        }
        int target = slab.reserve(key, bytes);
        if (!decode(start, key, slab.piece(), target) || !decode(valueStart, bytes, slab.piece(), target + key)) {
            slab.giveBack();
            return -1;
        }
        if (buffer[end + 1] != ',' && buffer[end + 1] != ']') {
            slab.giveBack();
            return -1;
        }
        keyBytes = key;
        valueBytes = bytes;
        first = false;
        return end + 1;
    }

    /** An entry that was deleted while the dump ran: the position after the error that is in the place of its value. */
    private int vanishedRow(int start, byte[] error) {
        int keyEnd = arrayEnd(start);
        int key = (keyEnd + 1 - start) / ELEMENT;
        if (keyEnd < 0 || key == 0 || !decode(start, key, new byte[key], 0)) {
            return -1;
        }
        int end = keyEnd + VALUE.length + error.length;
        if (!matches(keyEnd, VALUE) || !matches(end - error.length, error) || end >= limit) {
            return -1;
        }
        if (buffer[end] != ',' && buffer[end] != ']') {
            return -1;
        }
        vanished++;
        return end;
    }

    private boolean matches(int at, byte[] text) {
        return at + text.length <= limit && Arrays.equals(buffer, at, at + text.length, text, 0, text.length);
    }

    /** The bracket that ends an array of texts which starts at {@code from}; -1 when it is not there. */
    private int arrayEnd(int from) {
        for (int at = from; at < limit; at++) {
            if (buffer[at] == ']') {
                return (at + 1 - from) % ELEMENT == 0 ? at : -1;
            }
        }
        return -1;
    }

    /** The position after the brace that closes an object whose first byte is at {@code from}; strings are skipped. */
    private int objectEnd(int from) {
        int depth = 1;
        for (int at = from; at < limit; at++) {
            switch (buffer[at]) {
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    depth--;
                    if (depth == 0) {
                        return at + 1;
                    }
                }
                case '"' -> {
                    at++;
                    while (at < limit && buffer[at] != '"') {
                        at += buffer[at] == '\\' ? 2 : 1;
                    }
                }
                default -> {
                    // a number, a word, a separator
                }
            }
        }
        return -1;
    }

    /** {@code count} elements {@code "0x0a"} with a comma between them; false when one is anything else. */
    private boolean decode(int from, int count, byte[] target, int at) {
        byte[] text = buffer;
        long misplaced = 0;
        int digits = 0;
        int p = from;
        for (int i = 0; i < count - 1; i++, p += ELEMENT) {
            long element = (long) EIGHT_BYTES.get(text, p); // and the first byte of the next one
            int high = HEX[(int) (element >>> 24) & 0xff];
            int low = HEX[(int) (element >>> 32) & 0xff];
            digits |= high | low;
            misplaced |= element ^ FRAME;
            target[at + i] = (byte) (high << 4 | low);
        }
        int high = HEX[text[p + 3] & 0xff];
        int low = HEX[text[p + 4] & 0xff];
        digits |= high | low;
        misplaced &= FRAME_BITS;
        misplaced |= (text[p] ^ '"') | (text[p + 1] ^ '0') | (text[p + 2] ^ 'x') | (text[p + 5] ^ '"');
        target[at + count - 1] = (byte) (high << 4 | low);
        return misplaced == 0 && digits <= 0xf;
    }

    /** 0 to 15, or a value with a high bit for anything that is not a digit. */
    private static byte[] hexDigits() {
        byte[] digits = new byte[256];
        Arrays.fill(digits, (byte) 0x40);
        for (int i = 0; i < 16; i++) {
            digits[Character.forDigit(i, 16)] = (byte) i;
            digits[Character.toUpperCase(Character.forDigit(i, 16))] = (byte) i;
        }
        return digits;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
