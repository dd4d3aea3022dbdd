package io.ghostmap.traffic;

/** One pass over one capture file: every frame to its IP packet, every SYN, reply and end to the tables. */
final class CaptureScan {
    private final String file;
    private final CaptureFormat format;
    private final AttemptTable attempts;
    private final UdpTable datagrams;
    private final Frame frame = new Frame();
    private final LinkLayer link = new LinkLayer();
    private final IpPacket packet;
    private final UnreadFrames unread;
    private long laterFragments;
    private long tunneled;
    private boolean uneventful;

    CaptureScan(
            String file,
            CaptureFormat format,
            AttemptTable attempts,
            UdpTable datagrams,
            BlindSpots blind,
            TunnelPorts ports) {
        this.file = file;
        this.format = format;
        this.attempts = attempts;
        this.datagrams = datagrams;
        this.unread = new UnreadFrames(blind);
        this.packet = new IpPacket(ports);
    }

    void run() {
        attempts.startFile(file);
        while (format.next(frame)) {
            int linkType = frame.captureInterface().linkType();
            switch (link.decode(linkType, frame.bytes(), frame.start(), frame.end())) {
                case IP -> take();
                case ENCAPSULATED -> unread.of(link.encapsulation());
                case SHORT -> endsInLinkHeader();
                case UNKNOWN_LINK_TYPE -> unread.ofLinkType(linkType);
                case OTHER -> {}
            }
        }
    }

    private void endsInLinkHeader() {
        if (frame.isCut()) {
            unread.cut();
        } else {
            unread.malformed();
        }
    }

    private void take() {
        IpPacket.Kind kind = packet.decode(frame.bytes(), link.ipStart(), link.ipEnd(), frame.isCut());
        if (packet.tunnel() != Tunnel.NONE) {
            tunneled++;
        }
        switch (kind) {
            case TCP -> takeTcp();
            case UDP -> {
                datagrams.datagram(packet, file, frame);
                packet.carried().ifPresent(unread::of);
            }
            case ICMP_ERROR -> takeError();
            case LATER_FRAGMENT -> laterFragments++;
            case CUT -> unread.cut(packet);
            case ENDS_EARLY -> unread.endsEarly(packet);
            case MALFORMED -> unread.malformed();
            case ENCAPSULATED -> unread.of(packet.encapsulation());
            case OTHER -> {}
        }
    }

    private void takeTcp() {
        if (packet.isUneventful()) {
            uneventful = true;
        } else if (packet.isSyn()) {
            attempts.syn(packet, frame, link);
        } else if (packet.has(IpPacket.FLAG_RST)) {
            attempts.reset(packet, frame, link); // also with SYN and ACK: a client looks at this flag first
        } else if (packet.has(IpPacket.FLAG_SYN)) {
            attempts.synAck(packet, frame, link);
        } else if (packet.has(IpPacket.FLAG_ACK)) {
            attempts.fin(packet, frame, link);
        }
    }

    private void takeError() {
        if (packet.quotesTcp()) {
            attempts.unreachable(packet, frame, link);
        } else {
            datagrams.unreachable(packet, file, frame);
        }
    }

    /** The reading as a whole; {@code length} is that of the file. */
    CaptureEnd.Scanned scanned(long length) {
        return new CaptureEnd.Scanned(
                file, frame.position(length), uneventful || frame.plain() > 0, frame.untimed() == 0);
    }

    /** The counters of tcpdump are in another file and are added later. */
    Capture result() {
        return new Capture(
                file,
                format.name(),
                format.interfaces(),
                frame.number(),
                frame.clock().stop(),
                laterFragments,
                tunneled,
                unread.result(frame.untimed()),
                CaptureCounters.NONE,
                format.damage());
    }
}
