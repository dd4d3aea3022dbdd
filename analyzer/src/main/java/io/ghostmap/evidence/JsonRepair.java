package io.ghostmap.evidence;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.BitSet;

/**
 * Repairs what bpftool prints instead of JSON, byte by byte, and leaves everything else as it is:
 *
 * <ul>
 *   <li>documents joined by commas, {@code {"error":…},{"error":…}} (all versions): the comma becomes a space;
 *   <li>members without an object, {@code "flow_dissector":["id":237]} (all versions) and the entries with errors of
 *       4.19: each gets braces of its own.
 * </ul>
 *
 * <p>The escape {@code \'} (up to 7.1) is left to the parser, which has an option for it.
 */
final class JsonRepair extends InputStream {
    private static final int MAX_DEPTH = 1024;
    private static final int LONGEST_NAME = 1 << 16;

    private final PushbackInputStream in;

    /** For each depth: whether the container is an array, and whether a brace was inserted that has to be closed. */
    private final BitSet arrays = new BitSet();

    private final BitSet wrapped = new BitSet();
    private int depth;
    private boolean inString;
    private boolean escaped;

    /** Whether an element of an array can begin here. */
    private boolean elementStart;

    private byte[] pending = new byte[0];
    private int pendingAt;

    JsonRepair(InputStream in) {
        this.in = new PushbackInputStream(new BufferedInputStream(in, 1 << 16), 1);
    }

    @Override
    public int read() throws IOException {
        if (pendingAt < pending.length) {
            return pending[pendingAt++] & 0xff;
        }
        int c = in.read();
        if (c < 0) {
            return c;
        }
        if (inString) {
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return c;
        }
        return structural(c);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int c = read();
            if (c < 0) {
                break;
            }
            target[offset + count++] = (byte) c;
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    private int structural(int c) throws IOException {
        switch (c) {
            case '{', '[' -> {
                depth = Math.min(depth + 1, MAX_DEPTH);
                arrays.set(depth, c == '[');
                wrapped.clear(depth);
                elementStart = c == '[';
                return c;
            }
            case '}', ']' -> {
                boolean close = wrapped.get(depth);
                depth = Math.max(depth - 1, 0);
                elementStart = false;
                return close ? then('}', c) : c;
            }
            case ',' -> {
                if (depth == 0) {
                    return ' ';
                }
                elementStart = arrays.get(depth);
                if (wrapped.get(depth)) {
                    wrapped.clear(depth);
                    return then('}', c);
                }
                return c;
            }
            case '"' -> {
                if (elementStart && arrays.get(depth)) {
                    elementStart = false;
                    return element();
                }
                inString = true;
                return c;
            }
            default -> {
                elementStart &= Character.isWhitespace(c);
                return c;
            }
        }
    }

    private int then(int firstByte, int secondByte) {
        pending = new byte[] {(byte) secondByte};
        pendingAt = 0;
        return firstByte;
    }

    /** A text in an array; if a colon follows it is a member's name. */
    private int element() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write('"');
        boolean quoted = false;
        int c = in.read();
        while (c >= 0 && text.size() < LONGEST_NAME) {
            text.write(c);
            if (c == '"' && !quoted) {
                break;
            }
            quoted = !quoted && c == '\\';
            c = in.read();
        }
        if (c != '"') {
            inString = c >= 0; // cut, or longer than any name
        } else {
            int next = in.read();
            if (next >= 0) {
                in.unread(next);
            }
            if (next == ':') {
                wrapped.set(depth);
                pending = text.toByteArray();
                pendingAt = 0;
                return '{';
            }
        }
        pending = text.toByteArray();
        pendingAt = 1;
        return '"';
    }

    @Override
    public void close() {
        // the stream below belongs to the archive
    }
}
