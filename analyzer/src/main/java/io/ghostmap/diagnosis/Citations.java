package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.traffic.ConnectionAttempt;
import java.util.stream.Stream;

/** Citations that several rules make. */
final class Citations {
    private Citations() {}

    /** The frame that settled the reply of an attempt. */
    static Stream<Citation> reply(ConnectionAttempt attempt) {
        return attempt.replyFrame().stream()
                .map(frame -> frame.cite(attempt.server() + " > " + attempt.client() + " SYN-ACK"));
    }

    /** The first frames with the SYN of an attempt. */
    static Stream<Citation> syns(ConnectionAttempt attempt) {
        return attempt.frames().stream().map(frame -> frame.cite(attempt.client() + " > " + attempt.server() + " SYN"));
    }
}
