package io.ghostmap.text;

/** What can fill a place in a sentence: one value, or another sentence. */
public sealed interface Piece permits Term, Text {
    /** As plain text, without any markup or escaping. */
    String plain();
}
