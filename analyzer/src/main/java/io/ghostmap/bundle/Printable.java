package io.ghostmap.bundle;

/** Makes text from a bundle safe for a terminal and a log line: what is not plainly visible is written out. */
public final class Printable {
    private static final int LONGEST = 200;

    private Printable() {}

    /** The text with control, format (bidirectional among them) and unpaired characters as {@code \\u....}. */
    public static String of(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> append(out, c));
        return text.codePointCount(0, text.length()) > LONGEST ? out.append("…").toString() : out.toString();
    }

    /** Like {@link #of}, without the limit on length. */
    public static String whole(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> append(out, c));
        return out.toString();
    }

    /** The beginning of a text that is longer, which an ellipsis shows. */
    public static String cut(String text, int codePoints) {
        return text.length() <= codePoints || text.codePointCount(0, text.length()) <= codePoints
                ? text
                : text.substring(0, text.offsetByCodePoints(0, codePoints)) + "…";
    }

    private static void append(StringBuilder out, int c) {
        if (isVisible(c)) {
            out.appendCodePoint(c);
        } else {
            out.append(c > 0xffff ? "\\U%08x".formatted(c) : "\\u%04x".formatted(c));
        }
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
