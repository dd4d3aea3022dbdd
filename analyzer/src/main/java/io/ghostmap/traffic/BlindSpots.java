package io.ghostmap.traffic;

import io.ghostmap.net.IpAddress;

/** Whose replies may be in frames that were not read: their silence is not shown. */
final class BlindSpots {
    /** Clients that are remembered one by one; with more of them, a missing reply proves nothing for any client. */
    private static final int MAX_CLIENTS = 10_000;

    private final KeyIndex clients = new KeyIndex(MAX_CLIENTS);
    private final byte[] address = new byte[IpPacket.MAX_KEY];
    private boolean everywhere;

    void everywhere() {
        everywhere = true;
    }

    /** A frame to that packet's destination was not read. */
    void to(IpPacket packet) {
        if (clients.findOrAdd(address, packet.destination(address)) == KeyIndex.ABSENT) {
            everywhere();
        }
    }

    boolean areEverywhere() {
        return everywhere;
    }

    /** Whether a reply to that client may be in a frame that was not read. */
    boolean hide(IpAddress client) {
        byte[] bytes = client.toBytes();
        return everywhere || clients.find(bytes, bytes.length) != KeyIndex.ABSENT;
    }
}
