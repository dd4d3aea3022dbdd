package io.ghostmap.replay;

import io.ghostmap.net.Endpoint;

/** What becomes of a connection. */
public sealed interface Fate {
    /** The text for people and for the report's lists. */
    String text();

    /** It goes out to that address, translated or not. */
    record Connects(Endpoint endpoint) implements Fate {
        @Override
        public String text() {
            return endpoint.toString();
        }
    }

    /** connect() fails; no packet leaves. */
    record Refused(String reason) implements Fate {
        @Override
        public String text() {
            return "refused: " + reason;
        }
    }

    /** The evidence does not tell. */
    record Unknown(String reason) implements Fate {
        @Override
        public String text() {
            return "unknown: " + reason;
        }
    }
}
