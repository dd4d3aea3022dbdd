package io.ghostmap.traffic;

import java.util.Arrays;

/** One IP packet kept for people to read, decoded only when a report asks for it. */
public final class SamplePacket {
    static final SamplePacket NONE = new SamplePacket(new byte[0]);

    /** Both fixed headers with all options fit. */
    private static final int MAX_BYTES = 160;

    private final byte[] bytes;

    private SamplePacket(byte[] bytes) {
        this.bytes = bytes;
    }

    static SamplePacket of(byte[] source, int start, int end) {
        return new SamplePacket(Arrays.copyOfRange(source, start, Math.min(end, start + MAX_BYTES)));
    }

    /** A copy of its own. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** As tcpdump would put it; empty when it cannot be decoded. */
    public String describe() {
        return bytes.length == 0 ? "" : PacketDecoder.describe(bytes);
    }
}
