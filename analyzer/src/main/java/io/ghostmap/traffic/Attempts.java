package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.SortedSet;
import java.util.TreeSet;

/** The attempts to one destination, each made a value when it is asked for; the tables below no longer change. */
final class Attempts extends AbstractList<ConnectionAttempt> implements RandomAccess {
    /** Frames of one attempt to cite. */
    private static final int MAX_FRAMES = 12;

    private final Endpoint server;
    private final List<OpenAttempt> open;
    private final Closing closing;

    Attempts(Endpoint server, List<OpenAttempt> open, Closing closing) {
        this.server = server;
        this.open = open;
        this.closing = closing;
    }

    @Override
    public int size() {
        return open.size();
    }

    @Override
    public ConnectionAttempt get(int index) {
        OpenAttempt attempt = open.get(index);
        return new ConnectionAttempt(
                FlowKey.client(closing.table().flowKey(attempt)),
                server,
                attempt.syns(),
                attempt.transmissions(),
                attempt.firstNanos(),
                attempt.lastNanos(),
                closing.reply(attempt),
                closing.isWatched(attempt),
                replyFrame(attempt),
                closing.state(attempt),
                closing.rewrite(attempt),
                frames(attempt),
                named(points(attempt, new BitSet())),
                closing.settledBy(attempt)
                        .map(segment -> named(segment.points()))
                        .orElse(List.of()),
                closing.repeats(attempt));
    }

    private Optional<FrameRef> replyFrame(OpenAttempt attempt) {
        return closing.settledBy(attempt)
                .map(segment -> new FrameRef(closing.table().file(segment.file()), segment.frame()));
    }

    private List<FrameRef> frames(OpenAttempt attempt) {
        SightingLog sightings = closing.table().sightings();
        List<FrameRef> frames = new ArrayList<>(1);
        int at = attempt.firstSighting();
        while (at != SightingLog.NONE && frames.size() < MAX_FRAMES) {
            frames.add(new FrameRef(closing.table().file(sightings.file(at)), sightings.frame(at)));
            at = sightings.next(at);
        }
        frames.sort(closing.frameOrder());
        return List.copyOf(frames);
    }

    /** The first {@code most} frames of all attempts, attempt by attempt. */
    List<FrameRef> frames(int most) {
        List<FrameRef> frames = new ArrayList<>(most);
        for (int i = 0; i < open.size() && frames.size() < most; i++) {
            frames.addAll(frames(open.get(i)));
        }
        return List.copyOf(frames.subList(0, Math.min(most, frames.size())));
    }

    private BitSet points(OpenAttempt attempt, BitSet into) {
        SightingLog sightings = closing.table().sightings();
        for (int at = attempt.firstSighting(); at != SightingLog.NONE; at = sightings.next(at)) {
            into.set(sightings.point(at));
        }
        return into;
    }

    /** In the order of the interfaces' indices. */
    private List<Waypoint> named(BitSet points) {
        return points.stream()
                .mapToObj(closing.table().points()::get)
                .sorted()
                .map(point -> point.named(closing.interfaces()))
                .filter(Waypoint::isKnown)
                .toList();
    }

    /** The names of all points. */
    SortedSet<Waypoint> paths() {
        BitSet all = new BitSet();
        open.forEach(attempt -> points(attempt, all));
        return Collections.unmodifiableSortedSet(new TreeSet<>(named(all)));
    }

    SortedSet<IpAddress> clients() {
        SortedSet<IpAddress> clients = new TreeSet<>();
        for (OpenAttempt attempt : open) {
            clients.add(FlowKey.client(closing.table().flowKey(attempt)).address());
        }
        return Collections.unmodifiableSortedSet(clients);
    }

    List<Rewrite> rewrites() {
        List<Rewrite> rewrites = new ArrayList<>();
        for (OpenAttempt attempt : open) {
            closing.rewrite(attempt).ifPresent(rewrites::add);
        }
        return rewrites;
    }

    long syns() {
        long syns = 0;
        for (OpenAttempt attempt : open) {
            syns += attempt.syns();
        }
        return syns;
    }

    AttemptSums sums() {
        AttemptSums sums = new AttemptSums();
        open.forEach(attempt -> sums.add(attempt, closing));
        return sums;
    }
}
