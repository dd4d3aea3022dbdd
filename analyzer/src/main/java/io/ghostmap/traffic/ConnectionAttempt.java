package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.Optional;

/**
 * One try of a client to connect: a SYN, its retransmissions, and the copies of both on other interfaces.
 *
 * @param syns frames with that SYN, copies included: what tcpdump counts
 * @param transmissions times the client sent it; 1 and its retransmissions
 * @param firstNanos time of the first frame, nanoseconds since the epoch
 * @param lastNanos time of the last SYN
 * @param watched whether the capture went on for long enough that a reply would be in it, if nothing else hides it
 * @param replyFrame the frame that settled {@code reply}
 * @param state empty if the capture cannot have what would show it, such as closes
 * @param rewrite the same SYN under other addresses, where one was captured
 * @param frames the first few frames with the SYN
 * @param paths where the SYN passed
 * @param replyPaths where the frame that settled {@code reply} passed
 * @param repeats times the client sent its SYN again although an answer had passed: it did not get it
 */
public record ConnectionAttempt(
        Endpoint client,
        Endpoint server,
        int syns,
        int transmissions,
        long firstNanos,
        long lastNanos,
        Reply reply,
        boolean watched,
        Optional<FrameRef> replyFrame,
        Optional<ConnectionState> state,
        Optional<Rewrite> rewrite,
        List<FrameRef> frames,
        List<Waypoint> paths,
        List<Waypoint> replyPaths,
        int repeats) {}
