package io.ghostmap.traffic;

import java.io.IOException;
import java.util.Optional;

/** One pass over one capture file: every frame to its IP packet, every SYN and reply to the table of attempts. */
final class CaptureScan {
    private final String file;
    private final PcapReader reader;
    private final AttemptTable attempts;
    private final LinkLayer link;
    private final IpPacket packet = new IpPacket();
    private long firstNanos;
    private long lastNanos;
    private long cutFrames;
    private long laterFragments;

    CaptureScan(String file, PcapReader reader, AttemptTable attempts) {
        this.file = file;
        this.reader = reader;
        this.attempts = attempts;
        this.link = new LinkLayer(reader.linkType());
    }

    void run() throws IOException {
        while (reader.next()) {
            if (reader.frameNumber() == 1) {
                firstNanos = reader.timeNanos();
            }
            lastNanos = Math.max(lastNanos, reader.timeNanos());
            if (link.decode(reader.buffer(), reader.frameStart(), reader.frameEnd())) {
                take();
            }
        }
    }

    private void take() {
        switch (packet.decode(reader.buffer(), link.ipStart(), reader.frameEnd())) {
            case TCP -> takeTcp();
            case ICMP_ERROR -> attempts.unreachable(packet, frame());
            case LATER_FRAGMENT -> laterFragments++;
            case CUT -> cutFrames++;
            case OTHER -> {}
        }
    }

    private void takeTcp() {
        if (packet.isSyn()) {
            attempts.syn(
                    packet, frame(), reader.timeNanos(), passage(), reader.buffer(), link.ipStart(), reader.frameEnd());
        } else if (packet.isSynAck()) {
            attempts.answer(packet, Reply.ANSWERED, frame());
        } else if (packet.has(IpPacket.FLAG_RST) && packet.has(IpPacket.FLAG_ACK)) {
            attempts.answer(packet, Reply.REFUSED, frame());
        }
    }

    private FrameRef frame() {
        return new FrameRef(file, reader.frameNumber());
    }

    private Passage passage() {
        return new Passage(link.interfaceIndex(), link.direction());
    }

    /** The counters of tcpdump stand in another file and join later. */
    Capture result() {
        return new Capture(
                file,
                reader.linkType(),
                reader.snapLength(),
                reader.frameNumber(),
                firstNanos,
                lastNanos,
                cutFrames,
                laterFragments,
                CaptureCounters.NONE,
                link.isKnown() ? reader.damage() : Optional.of("link type " + reader.linkType() + " is not read"));
    }
}
