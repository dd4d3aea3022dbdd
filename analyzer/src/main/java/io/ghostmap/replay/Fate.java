package io.ghostmap.replay;

import io.ghostmap.net.Endpoint;
import java.util.List;

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

    /**
     * connect() fails; no packet leaves.
     *
     * @param errors what the application can see, as {@code EPERM}; several where the evidence does not tell
     */
    record Refused(String reason, List<String> errors) implements Fate {
        @Override
        public String text() {
            return "refused: " + reason + " (" + String.join(" or ", errors) + ")";
        }

        /** With what a later program of the chain makes of the error when it refuses as well. */
        Refused followedBy(List<String> later) {
            return new Refused(reason, Way.errorsOf(errors, later));
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
