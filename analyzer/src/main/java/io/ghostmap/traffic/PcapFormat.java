package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u32be;
import static io.ghostmap.traffic.ByteSource.u32le;

import java.util.List;
import java.util.Optional;

/**
 * Classic pcap (pcap-savefile(5), version 2.4): a header of 24 bytes whose magic tells the byte order and the
 * resolution, then records of 16 bytes and {@code incl_len} bytes of packet.
 */
final class PcapFormat implements CaptureFormat {
    static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;

    /** Alexey Kuznetzov's patched format puts 8 bytes more into each record (libpcap, sf-pcap.c). */
    private static final int KUZNETZOV_RECORD_HEADER = 24;

    private static final int MAGIC_MICROS = 0xa1b2c3d4;
    private static final int MAGIC_NANOS = 0xa1b23c4d;
    private static final int MAGIC_KUZNETZOV = 0xa1b2cd34;

    /** The upper half of the word tells of frame check sequences (draft-ietf-opsawg-pcap, section 4). */
    private static final int LINK_TYPE_MASK = 0xffff;

    /** libpcap's MAXIMUM_SNAPLEN: no tool writes a longer record. */
    static final int LONGEST_RECORD = 262_144;

    private final ByteSource source;
    private final boolean swapped;
    private final int recordHeader;
    private final int nanosPerUnit;
    private final CaptureInterface only;
    private final PlainSegment plain;
    private Optional<String> damage = Optional.empty();

    private PcapFormat(ByteSource source, boolean swapped, int magic) {
        this.source = source;
        this.swapped = swapped;
        this.recordHeader = magic == MAGIC_KUZNETZOV ? KUZNETZOV_RECORD_HEADER : RECORD_HEADER;
        this.nanosPerUnit = magic == MAGIC_NANOS ? 1 : 1_000;
        int header = source.position();
        this.only = CaptureInterface.unnamed(word(header + 20) & LINK_TYPE_MASK, word(header + 16));
        this.plain = PlainSegment.of(only.linkType());
        source.advance(FILE_HEADER);
    }

    static CaptureFormat open(ByteSource source, int magic) {
        boolean plain = isMagic(magic);
        if (!plain && !isMagic(Integer.reverseBytes(magic))) {
            return new Unreadable("not a pcap or pcapng file");
        }
        if (!source.require(FILE_HEADER)) {
            return new Unreadable("shorter than a pcap file's header");
        }
        return new PcapFormat(source, !plain, plain ? magic : Integer.reverseBytes(magic));
    }

    private static boolean isMagic(int word) {
        return word == MAGIC_MICROS || word == MAGIC_NANOS || word == MAGIC_KUZNETZOV;
    }

    @Override
    public boolean next(Frame frame) {
        passPlain(frame);
        while (source.require(recordHeader)) {
            int captured = word(source.position() + 8);
            if (captured < 0 || captured > LONGEST_RECORD) {
                damage = Optional.of("frame " + (frame.number() + 1) + " states a length that no capture has");
                return false;
            }
            if (!source.require(recordHeader + captured)) {
                damage = Optional.of("cut inside frame " + (frame.number() + 1));
                return false;
            }
            int header = source.position();
            int start = header + recordHeader;
            int end = start + captured;
            source.advance(recordHeader + captured);
            frame.count(nanos(source.buffer(), header));
            if (!plain.is(source.buffer(), start, end)) {
                frame.set(
                        source.buffer(), start, end, Integer.toUnsignedLong(word(header + 12)), source.offset(), only);
                return true;
            }
            frame.passPlain();
            passPlain(frame);
        }
        damage = source.ready() > 0
                ? Optional.of("cut inside the header of frame " + (frame.number() + 1))
                : source.failure().map(reason -> reason + " behind frame " + frame.number());
        return false;
    }

    /**
     * Counts the plain segments that lie ready, up to the first frame that is none, is not whole, or is damaged: most
     * of a wide capture, and so one loop of little code over one array.
     */
    private void passPlain(Frame frame) {
        byte[] bytes = source.buffer();
        int end = source.position() + source.ready();
        int at = source.position();
        int start = at + recordHeader;
        while (start < end) {
            int captured = word(bytes, at + 8);
            if (captured < 0
                    || captured > LONGEST_RECORD
                    || captured > end - start
                    || !plain.is(bytes, start, start + captured)) {
                break;
            }
            frame.count(nanos(bytes, at));
            frame.passPlain();
            at = start + captured;
            start = at + recordHeader;
        }
        source.advance(at - source.position());
    }

    private long nanos(byte[] bytes, int header) {
        long seconds = Integer.toUnsignedLong(word(bytes, header));
        return seconds * 1_000_000_000L + Integer.toUnsignedLong(word(bytes, header + 4)) * nanosPerUnit;
    }

    private int word(int offset) {
        return word(source.buffer(), offset);
    }

    private int word(byte[] bytes, int offset) {
        return swapped ? u32le(bytes, offset) : u32be(bytes, offset);
    }

    @Override
    public Optional<String> damage() {
        return damage;
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return List.of(only);
    }

    @Override
    public String name() {
        return "pcap";
    }
}
