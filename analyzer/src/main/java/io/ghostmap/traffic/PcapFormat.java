package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u16le;
import static io.ghostmap.traffic.ByteSource.u32be;
import static io.ghostmap.traffic.ByteSource.u32le;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * Classic pcap (pcap-savefile(5), version 2.4 and before): a header of 24 bytes whose magic shows the byte order and the
 * resolution, then records of 16 bytes and {@code incl_len} bytes of packet.
 */
final class PcapFormat implements CaptureFormat {
    static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Alexey Kuznetzov's patched format puts 8 bytes more into each record (libpcap, sf-pcap.c). */
    private static final int KUZNETZOV_RECORD_HEADER = 24;

    private static final int MAGIC_MICROS = 0xa1b2c3d4;
    private static final int MAGIC_NANOS = 0xa1b23c4d;
    private static final int MAGIC_KUZNETZOV = 0xa1b2cd34;

    private static final int MAJOR_VERSION = 2;

    private static final int MINOR_VERSION = 4;

    /** Before it, a record stated its length on the wire first (libpcap, sf-pcap.c). */
    private static final int CAPTURED_LENGTH_FIRST = 3;

    /** The upper half of the word is about frame check sequences (draft-ietf-opsawg-pcap, section 4). */
    private static final int LINK_TYPE_MASK = 0xffff;

    /** libpcap's MAXIMUM_SNAPLEN: no tool writes a longer record. */
    static final int MAX_RECORD = 262_144;

    private final ByteSource source;
    private final boolean swapped;
    private final int recordHeader;
    private final int nanosPerUnit;
    private final int capturedAt;
    private final int originalAt;
    private final CaptureInterface only;
    private final PlainSegment plain;
    private Optional<Text> damage = Optional.empty();

    private PcapFormat(ByteSource source, boolean swapped, int magic, boolean originalLengthFirst) {
        this.source = source;
        this.swapped = swapped;
        this.recordHeader = magic == MAGIC_KUZNETZOV ? KUZNETZOV_RECORD_HEADER : RECORD_HEADER;
        this.nanosPerUnit = magic == MAGIC_NANOS ? 1 : 1_000;
        this.capturedAt = originalLengthFirst ? 12 : 8;
        this.originalAt = originalLengthFirst ? 8 : 12;
        int header = source.position();
        this.only = CaptureInterface.unnamed(word(header + 20) & LINK_TYPE_MASK, word(header + 16));
        this.plain = PlainSegment.of(only.linkType());
        source.advance(FILE_HEADER);
    }

    static CaptureFormat open(ByteSource source, int magic) {
        boolean plain = isMagic(magic);
        if (!plain && !isMagic(Integer.reverseBytes(magic))) {
            return new Unreadable(Text.of("not a pcap or pcapng file"));
        }
        if (!source.require(FILE_HEADER)) {
            return new Unreadable(Text.of("shorter than a pcap file's header"));
        }
        boolean swapped = !plain;
        int at = source.position();
        int major = half(source.buffer(), at + 4, swapped);
        int minor = half(source.buffer(), at + 6, swapped);
        if (major != MAJOR_VERSION || minor > MINOR_VERSION) {
            return new UnknownVersion("pcap", major + "." + minor);
        }
        return new PcapFormat(
                source, swapped, plain ? magic : Integer.reverseBytes(magic), minor < CAPTURED_LENGTH_FIRST);
    }

    private static int half(byte[] bytes, int at, boolean swapped) {
        return swapped ? u16le(bytes, at) : u16be(bytes, at);
    }

    private static boolean isMagic(int word) {
        return word == MAGIC_MICROS || word == MAGIC_NANOS || word == MAGIC_KUZNETZOV;
    }

    @Override
    public boolean next(Frame frame) {
        passPlain(frame);
        while (source.require(recordHeader)) {
            int captured = word(source.position() + capturedAt);
            if (captured < 0 || captured > MAX_RECORD) {
                damage = Optional.of(Text.of("frame {} states an impossible length", Term.number(frame.number() + 1)));
                return false;
            }
            if (!source.require(recordHeader + captured)) {
                damage = Optional.of(Text.of("cut inside frame {}", Term.number(frame.number() + 1)));
                return false;
            }
            int header = source.position();
            int start = header + recordHeader;
            int end = start + captured;
            source.advance(recordHeader + captured);
            frame.count(nanos(source.buffer(), header));
            if (!plain.is(source.buffer(), start, end)) {
                frame.set(
                        source.buffer(),
                        start,
                        end,
                        Integer.toUnsignedLong(word(header + originalAt)),
                        source.offset(),
                        only);
                return true;
            }
            frame.passPlain();
            passPlain(frame);
        }
        damage = source.ready() > 0
                ? Optional.of(Text.of("cut inside the header of frame {}", Term.number(frame.number() + 1)))
                : source.failure().map(reason -> reason.then(" after frame {}", Term.number(frame.number())));
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
            int captured = word(bytes, at + capturedAt);
            if (captured < 0
                    || captured > MAX_RECORD
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
        long nanos = Integer.toUnsignedLong(word(bytes, header + 4)) * nanosPerUnit;
        return nanos < NANOS_PER_SECOND ? seconds * NANOS_PER_SECOND + nanos : Frame.UNKNOWN_TIME;
    }

    private int word(int offset) {
        return word(source.buffer(), offset);
    }

    private int word(byte[] bytes, int offset) {
        return swapped ? u32le(bytes, offset) : u32be(bytes, offset);
    }

    @Override
    public Optional<Text> damage() {
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
