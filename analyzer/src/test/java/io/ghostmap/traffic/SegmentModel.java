package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.net.Endpoint;
import io.ghostmap.traffic.Tshark.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Attempts, their SYN frames and their replies from the definitions, over what tshark dissects: a SYN and its repetitions,
 * and what came back to the last of them that got anything. Silence is not distinguished from an end of the capture that
 * comes too soon.
 */
final class SegmentModel {
    private SegmentModel() {}

    /** By the model. */
    static Map<String, Reply> ofSegments(List<Segment> segments) {
        Map<String, List<Segment>> attempts = new LinkedHashMap<>();
        segments.stream()
                .filter(Segment::isSyn)
                .forEach(syn -> attempts.computeIfAbsent(
                                syn.from() + " > " + syn.to() + " " + syn.seq(), key -> new ArrayList<>())
                        .add(syn));
        Map<String, Reply> replies = new TreeMap<>();
        attempts.values().forEach(syns -> {
            List<Long> frames = syns.stream().map(Segment::frame).toList();
            replies.put(syns.get(0).from() + " > " + syns.get(0).to() + " in " + frames, reply(syns, segments));
        });
        return replies;
    }

    /** As we read the capture. */
    static Map<String, Reply> ofTraffic(Traffic traffic) {
        Map<String, Reply> ours = new TreeMap<>();
        for (Destination destination : traffic.destinations()) {
            for (ConnectionAttempt attempt : destination.attempts()) {
                assertThat(attempt.frames()).as("all frames are listed").hasSize(attempt.syns());
                ours.put(
                        shown(attempt.client()) + " > " + shown(attempt.server()) + " in "
                                + attempt.frames().stream()
                                        .map(FrameRef::number)
                                        .toList(),
                        attempt.reply() == Reply.NONE ? Reply.UNKNOWN : attempt.reply());
            }
        }
        return ours;
    }

    /** By what came after each frame with the SYN, the last such that has anything deciding. */
    private static Reply reply(List<Segment> syns, List<Segment> segments) {
        Segment longest =
                syns.stream().max(Comparator.comparingLong(Segment::length)).orElseThrow();
        Reply last = Reply.UNKNOWN;
        Reply toThisSending = Reply.UNKNOWN;
        for (Segment segment : segments) {
            if (syns.contains(segment)) {
                toThisSending = Reply.UNKNOWN;
                continue;
            }
            Reply reply = reply(longest, segment);
            if (weight(reply) > weight(toThisSending)) {
                toThisSending = reply;
                last = reply;
            }
        }
        return last;
    }

    private static Reply reply(Segment syn, Segment segment) {
        boolean back = segment.from().equals(syn.to()) && segment.to().equals(syn.from());
        boolean same = segment.from().equals(syn.from()) && segment.to().equals(syn.to());
        if (back && segment.isReset() && segment.acknowledges(syn)) {
            return Reply.REFUSED;
        } else if (back && segment.isSynAck() && segment.acknowledges(syn)) {
            return Reply.ANSWERED;
        }
        return same && segment.quotedBy() >= 0 && segment.seq() == syn.seq() ? Reply.UNREACHABLE : Reply.UNKNOWN;
    }

    private static int weight(Reply reply) {
        return List.of(Reply.UNKNOWN, Reply.UNREACHABLE, Reply.REFUSED, Reply.ANSWERED)
                .indexOf(reply);
    }

    private static String shown(Endpoint endpoint) {
        return endpoint.address() + " " + endpoint.port();
    }
}
