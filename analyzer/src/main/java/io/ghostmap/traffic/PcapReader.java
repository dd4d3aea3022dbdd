package io.ghostmap.traffic;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads a classic pcap file frame by frame into one buffer.
 *
 * <p>Format (pcap-savefile(5), version 2.4): a header of 24 bytes whose magic tells the byte order and the resolution,
 * then records of 16 bytes and {@code incl_len} bytes of packet. The upper bits of the link-type word carry FCS facts.
 */
final class PcapReader {
    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int MAGIC_MICROS = 0xa1b2c3d4;
    private static final int MAGIC_NANOS = 0xa1b23c4d;
    private static final int MAGIC_PCAPNG = 0x0a0d0d0a;
    private static final int LINK_TYPE_MASK = 0x0fff_ffff;

    /** libpcap's MAXIMUM_SNAPLEN: no tool writes a longer record. */
    private static final int LONGEST_RECORD = 262_144;

    private final InputStream in;
    private final byte[] buffer = new byte[LONGEST_RECORD + RECORD_HEADER];
    private int start;
    private int end;

    private boolean swapped;
    private int nanosPerUnit;
    private int snapLength;
    private int linkType;
    private Optional<String> damage = Optional.empty();

    private long frameNumber;
    private long timeNanos;
    private int frameStart;
    private int capturedLength;
    private int originalLength;

    PcapReader(InputStream in) {
        this.in = in;
    }

    /** Reads the file header; false when this is no pcap, with the reason in {@link #damage()}. */
    boolean open() throws IOException {
        if (!require(FILE_HEADER)) {
            damage = Optional.of(end == start ? "empty" : "shorter than a pcap file's header");
            return false;
        }
        int magic = u32be(buffer, start);
        int reversed = Integer.reverseBytes(magic);
        if (magic == MAGIC_PCAPNG) {
            damage = Optional.of("pcapng, which this version does not read: save it as pcap");
            return false;
        }
        swapped = reversed == MAGIC_MICROS || reversed == MAGIC_NANOS;
        int plain = swapped ? reversed : magic;
        if (plain != MAGIC_MICROS && plain != MAGIC_NANOS) {
            damage = Optional.of("not a pcap file");
            return false;
        }
        nanosPerUnit = plain == MAGIC_NANOS ? 1 : 1_000;
        snapLength = word(start + 16);
        linkType = word(start + 20) & LINK_TYPE_MASK;
        start += FILE_HEADER;
        return true;
    }

    /** Steps to the next frame; false at the end, or where the file breaks off, which {@link #damage()} then tells. */
    boolean next() throws IOException {
        if (!require(RECORD_HEADER)) {
            if (end > start) {
                damage = Optional.of("cut inside the header of frame " + (frameNumber + 1));
            }
            return false;
        }
        long seconds = Integer.toUnsignedLong(word(start));
        long fraction = Integer.toUnsignedLong(word(start + 4));
        int captured = word(start + 8);
        int original = word(start + 12);
        if (captured < 0 || captured > LONGEST_RECORD) {
            damage = Optional.of("frame " + (frameNumber + 1) + " states a length that no capture has");
            return false;
        }
        if (!require(RECORD_HEADER + captured)) {
            damage = Optional.of("cut inside frame " + (frameNumber + 1));
            return false;
        }
        frameNumber++;
        timeNanos = seconds * 1_000_000_000L + fraction * nanosPerUnit;
        frameStart = start + RECORD_HEADER;
        capturedLength = captured;
        originalLength = original;
        start += RECORD_HEADER + captured;
        return true;
    }

    /** Moves what is left to the front and reads until {@code count} bytes are there; false when the file ends first. */
    private boolean require(int count) throws IOException {
        if (end - start >= count) {
            return true;
        }
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        while (end < count) {
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                return false;
            }
            end += read;
        }
        return true;
    }

    private int word(int offset) {
        int value = u32be(buffer, offset);
        return swapped ? Integer.reverseBytes(value) : value;
    }

    static int u32be(byte[] bytes, int offset) {
        return bytes[offset] << 24
                | (bytes[offset + 1] & 0xff) << 16
                | (bytes[offset + 2] & 0xff) << 8
                | (bytes[offset + 3] & 0xff);
    }

    static int u16be(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
    }

    /** Why reading stopped before the end, or why the file was not read; empty for a whole file. */
    Optional<String> damage() {
        return damage;
    }

    int snapLength() {
        return snapLength;
    }

    int linkType() {
        return linkType;
    }

    /** From 1, as tcpdump and Wireshark count. */
    long frameNumber() {
        return frameNumber;
    }

    /** Nanoseconds since the epoch. */
    long timeNanos() {
        return timeNanos;
    }

    /** The buffer that holds the current frame; valid until the next call of {@link #next()}. */
    byte[] buffer() {
        return buffer;
    }

    int frameStart() {
        return frameStart;
    }

    int frameEnd() {
        return frameStart + capturedLength;
    }

    boolean isCut() {
        return Integer.compareUnsigned(originalLength, capturedLength) > 0;
    }
}
