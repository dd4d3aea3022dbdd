package io.ghostmap.traffic;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts the frames of one capture that are not read, and remembers whose replies may be among them. */
final class UnreadFrames {
    /** Link types that are named one by one; a file of a node has one or two. */
    private static final int MAX_LINK_TYPES = 16;

    private final BlindSpots blind;
    private final SortedMap<Integer, Long> linkTypes = new TreeMap<>();
    private final Map<Encapsulation, Long> encapsulations = new EnumMap<>(Encapsulation.class);
    private long furtherLinkTypes;
    private long cut;
    private long malformed;

    UnreadFrames(BlindSpots blind) {
        this.blind = blind;
    }

    void ofLinkType(int linkType) {
        blind.everywhere();
        if (linkTypes.size() < MAX_LINK_TYPES || linkTypes.containsKey(linkType)) {
            linkTypes.merge(linkType, 1L, Long::sum);
        } else {
            furtherLinkTypes++;
        }
    }

    void of(Encapsulation encapsulation) {
        if (!encapsulation.isEncrypted()) {
            blind.everywhere();
        }
        encapsulations.merge(encapsulation, 1L, Long::sum);
    }

    /** Cut before even its addresses. */
    void cut() {
        blind.everywhere();
        cut++;
    }

    /** Cut after its addresses: it may have been a reply to its destination. */
    void cut(IpPacket packet) {
        hide(packet);
        cut++;
    }

    void malformed() {
        malformed++;
    }

    /** The record calls it whole, and it ends before its packet does: some tools cut without saying so. */
    void endsEarly(IpPacket packet) {
        hide(packet);
        malformed++;
    }

    private void hide(IpPacket packet) {
        if (packet.isAddressed()) {
            blind.to(packet);
        } else {
            blind.everywhere();
        }
    }

    /** {@code untimed} are those that the frame itself counted. */
    Unread result(long untimed) {
        List<Unread.Skipped> skipped = new ArrayList<>();
        linkTypes.forEach((type, frames) ->
                skipped.add(new Unread.Skipped(Text.of("link type {}", Term.number(type)), frames, true)));
        if (furtherLinkTypes > 0) {
            skipped.add(new Unread.Skipped(Text.of("further link types"), furtherLinkTypes, true));
        }
        encapsulations.forEach((encapsulation, frames) ->
                skipped.add(new Unread.Skipped(encapsulation.text(), frames, !encapsulation.isEncrypted())));
        return new Unread(cut, malformed, untimed, List.copyOf(skipped));
    }
}
