package io.ghostmap.replay;

import io.ghostmap.net.Endpoint;
import java.util.List;

/** What becomes of a connection. */
public sealed interface Disposition {
    /** The text for people and for the report's lists. */
    String text();

    /** It goes out to that address, translated or not. */
    record Connects(Endpoint endpoint) implements Disposition {
        @Override
        public String text() {
            return endpoint.toString();
        }

        // Compared a million times for a large node; a record's own methods are slow where only the quick compiler is
        // used.

        @Override
        public int hashCode() {
            return endpoint.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Connects that && endpoint.equals(that.endpoint);
        }
    }

    /**
     * connect() fails; no packet leaves.
     *
     * @param errors what the application can see, as {@code EPERM}; several where the evidence does not tell
     */
    record Refused(String reason, List<String> errors) implements Disposition {
        @Override
        public String text() {
            return "refused: " + reason + " (" + String.join(" or ", errors) + ")";
        }

        /** With what a later program of the chain makes of the error when it refuses as well. */
        Refused followedBy(List<String> later) {
            return new Refused(reason, Branch.errorsOf(errors, later));
        }
    }

    /** The evidence does not tell. */
    record Unknown(String reason) implements Disposition {
        @Override
        public String text() {
            return "unknown: " + reason;
        }
    }
}
