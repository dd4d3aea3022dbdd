package io.ghostmap.report;

import io.ghostmap.datapath.Generation.Currency;
import io.ghostmap.traffic.Reply;

/**
 * A word of the page in a colored frame.
 *
 * @param style its class in the style sheet
 */
record Tag(String style, String text) {

    static Tag of(Currency currency) {
        return switch (currency) {
            case CURRENT -> new Tag("current", "current");
            case NOT_CURRENT -> new Tag("stale", "not current");
            case UNKNOWN -> new Tag("inconclusive", "not known");
        };
    }

    static Tag of(Reply reply) {
        String style = switch (reply) {
            case ANSWERED -> "good";
            case UNKNOWN -> "inconclusive";
            case REFUSED, UNREACHABLE, NONE -> "bad";
        };
        return new Tag(style, Words.lower(reply));
    }
}
