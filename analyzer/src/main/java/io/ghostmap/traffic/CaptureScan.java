package io.ghostmap.traffic;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** One pass over one capture file: every frame to its IP packet, every SYN, reply and end to the tables. */
final class CaptureScan {
    private final String file;
    private final CaptureFormat format;
    private final AttemptTable attempts;
    private final UdpTable datagrams;
    private final Frame frame = new Frame();
    private final LinkLayer link = new LinkLayer();
    private final IpPacket packet = new IpPacket();
    private long cutFrames;
    private long laterFragments;
    private long tunnelled;
    private boolean uneventful;

    CaptureScan(String file, CaptureFormat format, AttemptTable attempts, UdpTable datagrams) {
        this.file = file;
        this.format = format;
        this.attempts = attempts;
        this.datagrams = datagrams;
    }

    void run() {
        attempts.startFile(file);
        while (format.next(frame)) {
            if (link.decode(frame.captureInterface().linkType(), frame.bytes(), frame.start(), frame.end())) {
                take();
            }
        }
    }

    private void take() {
        IpPacket.Kind kind = packet.decode(frame.bytes(), link.ipStart(), frame.end());
        if (packet.tunnel() != Tunnel.NONE) {
            tunnelled++;
        }
        switch (kind) {
            case TCP -> takeTcp();
            case UDP -> datagrams.datagram(packet, file, frame);
            case ICMP_ERROR -> takeError();
            case LATER_FRAGMENT -> laterFragments++;
            case CUT -> cutFrames++;
            case OTHER -> {}
        }
    }

    private void takeTcp() {
        if (packet.isUneventful()) {
            uneventful = true;
        } else if (packet.isSyn()) {
            attempts.syn(packet, frame, link);
        } else if (packet.has(IpPacket.FLAG_RST)) {
            attempts.reset(packet, frame); // also with SYN and ACK: a client looks at this flag first
        } else if (packet.has(IpPacket.FLAG_SYN)) {
            attempts.synAck(packet, frame);
        } else if (packet.has(IpPacket.FLAG_ACK)) {
            attempts.fin(packet, frame);
        }
    }

    private void takeError() {
        if (packet.quotesTcp()) {
            attempts.unreachable(packet, frame);
        } else {
            datagrams.unreachable(packet, file, frame);
        }
    }

    /** The reading as a whole; {@code length} is that of the file. */
    CaptureEnd.Scanned scanned(long length) {
        return new CaptureEnd.Scanned(file, frame.position(length), uneventful || frame.plain() > 0);
    }

    /** The counters of tcpdump stand in another file and join later. */
    Capture result() {
        return new Capture(
                file,
                format.name(),
                format.interfaces(),
                frame.number(),
                frame.clock().stop(),
                cutFrames,
                laterFragments,
                tunnelled,
                CaptureCounters.NONE,
                format.damage().or(() -> unknownLinkTypes(format.interfaces())));
    }

    private static Optional<String> unknownLinkTypes(List<CaptureInterface> interfaces) {
        TreeSet<Integer> unknown = new TreeSet<>();
        interfaces.stream()
                .map(CaptureInterface::linkType)
                .filter(type -> !LinkLayer.isKnown(type))
                .forEach(unknown::add);
        return unknown.isEmpty() ? Optional.empty() : Optional.of("link type " + unknown.first() + " is not read");
    }
}
