package io.ghostmap.traffic;

import java.util.ArrayList;
import java.util.List;

/** An attempt while captures are read: numbers alone, since there can be a hundred thousand of them. */
final class OpenAttempt {
    private static final int MAX_FRAMES = 12;
    private static final int MAX_POINTS = 16;

    /** Frames of one SYN on two interfaces lie microseconds apart, retransmissions 200 ms and more. */
    private static final long COPY_WINDOW_NANOS = 100_000_000L;

    /** A queue between two interfaces can hold it longer; then the IPv4 id decides. No SYN is sent again within this time. */
    private static final long QUEUED_WINDOW_NANOS = 900_000_000L;

    /** A capture that goes on this long after the last SYN, without a reply, shows that there was none. */
    private static final long SILENCE_NANOS = 3_000_000_000L;

    /** Transmissions of one SYN that are kept separately; Linux gives up after 7. */
    private static final int MAX_EARLIER = 15;

    /** One sending of the SYN, by the frame of it that was read first. */
    private record Sending(long nanos, int identification, int point) {}

    private final int flow;
    private final int previous;
    private final int sequence;
    private long firstNanos;
    private int firstSighting = SightingLog.NONE;
    private int lastSighting = SightingLog.NONE;
    private int sightings;
    private int payload;
    private int syns;
    private int transmissions;
    private int identification;
    private int transmissionPoint;
    private long transmissionNanos;
    private List<Sending> earlier = List.of();
    private int firstFile;
    private long position;
    private int lastFile;
    private long lastNanos;
    private Course course = Course.NOTHING;

    /** {@code previous} is the ordinal of the attempt before on the same flow, or {@link KeyIndex#ABSENT}. */
    OpenAttempt(int flow, int previous, int sequence, long nanos) {
        this.flow = flow;
        this.previous = previous;
        this.sequence = sequence;
        this.firstNanos = nanos;
        this.lastNanos = nanos;
    }

    /** Files may be read in any order, so that a SYN can be earlier than those before it. */
    void addSyn(IpPacket packet, int file, Frame frame, int point, SightingLog log) {
        long nanos = frame.nanos();
        if (syns++ == 0 || nanos < firstNanos) {
            firstNanos = nanos;
            firstFile = file;
            position = frame.position();
        }
        if (nanos >= lastNanos) {
            lastNanos = nanos;
            lastFile = file;
        }
        if (transmissions == 0 || !isCopy(packet, nanos, point)) {
            keepEarlier();
            transmissions++;
            transmissionNanos = nanos;
            identification = packet.identification();
            transmissionPoint = point;
        }
        payload = Math.max(payload, packet.payload());
        if (sightings < MAX_FRAMES || (sightings < MAX_FRAMES + MAX_POINTS && isNew(point, log))) {
            lastSighting = log.add(lastSighting, file, frame.number(), point);
            if (sightings++ == 0) {
                firstSighting = lastSighting;
            }
        }
    }

    private boolean isCopy(IpPacket packet, long nanos, int point) {
        if (covers(packet, nanos, point, transmissionNanos, identification, transmissionPoint)) {
            return true;
        }
        for (Sending sending : earlier) {
            if (covers(packet, nanos, point, sending.nanos(), sending.identification(), sending.point())) {
                return true;
            }
        }
        return false;
    }

    /** Copies share the IPv4 id, which is 0 for IPv6 and with some stacks; at one place there are none. */
    private static boolean covers(IpPacket packet, long at, int where, long sentAt, int id, int point) {
        long apart = Math.abs(at - sentAt);
        boolean sameId = packet.identification() == id;
        if (apart <= COPY_WINDOW_NANOS) {
            return sameId || where != point;
        }
        return apart <= QUEUED_WINDOW_NANOS && sameId && id != 0 && where != point;
    }

    private void keepEarlier() {
        if (transmissions > 0 && transmissions <= MAX_EARLIER) {
            earlier = earlier.isEmpty() ? new ArrayList<>(2) : earlier;
            earlier.add(new Sending(transmissionNanos, identification, transmissionPoint));
        }
    }

    private boolean isNew(int point, SightingLog log) {
        for (int at = firstSighting; at != SightingLog.NONE; at = log.next(at)) {
            if (log.point(at) == point) {
                return false;
            }
        }
        return true;
    }

    /** Whether that number acknowledges this SYN: itself, and with TCP Fast Open also its data (RFC 7413). */
    boolean isAcknowledgedBy(int acknowledgment) {
        return Integer.compareUnsigned(acknowledgment - sequence - 1, payload) <= 0;
    }

    /** How often the client had sent its SYN by then, at least once: a reply belongs to the latest sending before it. */
    int sendingsUntil(long nanos) {
        int sendings = transmissionNanos <= nanos ? 1 : 0;
        for (Sending sending : earlier) {
            sendings += sending.nanos() <= nanos ? 1 : 0;
        }
        return Math.max(1, sendings);
    }

    /** What became of it; {@link Course#NOTHING} as long as nothing belongs to it. */
    Course course() {
        return course;
    }

    /** The same, to be added to. */
    Course begun() {
        if (course == Course.NOTHING) {
            course = new Course();
        }
        return course;
    }

    /** Whether the capture goes on for long enough after the last SYN that a reply would be in it. */
    boolean isWatched(CaptureEnd end) {
        long watchedUntil = Math.max(end.nanos(firstFile), end.nanos(lastFile));
        return transmissions > 1 || watchedUntil - lastNanos >= SILENCE_NANOS;
    }

    int flow() {
        return flow;
    }

    int previous() {
        return previous;
    }

    int sequence() {
        return sequence;
    }

    int syns() {
        return syns;
    }

    int transmissions() {
        return transmissions;
    }

    long firstNanos() {
        return firstNanos;
    }

    long lastNanos() {
        return lastNanos;
    }

    /** The ordinal of the file with its first SYN. */
    int firstFile() {
        return firstFile;
    }

    /** Bytes that came with the SYN (TCP Fast Open, RFC 7413). */
    int payload() {
        return payload;
    }

    /** How far into its file the first SYN lies. */
    long position() {
        return position;
    }

    /** Where the chain of its sightings starts. */
    int firstSighting() {
        return firstSighting;
    }
}
