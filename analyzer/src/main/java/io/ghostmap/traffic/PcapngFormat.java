package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u16be;
import static io.ghostmap.traffic.ByteSource.u32be;
import static io.ghostmap.traffic.ByteSource.u32le;
import static io.ghostmap.traffic.ByteSource.u8;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * pcapng (draft-ietf-opsawg-pcapng): blocks of type 4, length 4, body, length 4; each section has its own byte order
 * and its own interfaces. Blocks that hold no packet and no interface are stepped over unread.
 */
final class PcapngFormat implements CaptureFormat {
    /** Reads the same in both byte orders. */
    static final int SECTION_HEADER = 0x0a0d0d0a;

    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int OBSOLETE_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;

    private static final int MAJOR_VERSION = 1;

    private static final int MINOR_VERSION = 0;

    /** Some writers state it; such a file reads as 1.0 does (draft, section 4.1). */
    private static final int OTHER_MINOR_VERSION = 2;

    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;

    private static final int OPTION_END = 0;
    private static final int OPTION_HEADER = 4;
    private static final int IF_NAME = 2;
    private static final int IF_TSRESOL = 9;
    private static final int IF_FILTER = 11;
    private static final int IF_TSOFFSET = 14;
    private static final int EPB_DROPCOUNT = 4;
    private static final int ISB_IFDROP = 5;
    private static final int ISB_OSDROP = 7;

    /** A block around the longest record, with its options. */
    private static final int MAX_BLOCK = PcapFormat.MAX_RECORD + (64 << 10);

    private static final int MIN_BLOCK = 12;
    private static final int SECTION_HEADER_START = 16;
    private static final int MAX_INTERFACES = 4_096;
    private static final int MAX_TEXT = 256;
    private static final int MAX_ODDITIES = 8;

    private final ByteSource source;
    private final List<CaptureInterface> all = new ArrayList<>();
    private final List<Described> section = new ArrayList<>();
    private boolean swapped;
    private boolean inSection;
    private final List<Text> oddities = new ArrayList<>();

    /** By the interface's place in {@link #all}. */
    private final Map<Integer, Long> lostBetween = new HashMap<>();

    private Optional<Text> damage = Optional.empty();

    /** An interface of the current section: its place in {@link #all}, its clock, and what its frames mostly are. */
    private record Described(int index, TimestampUnit clock, PlainSegment plain) {}

    PcapngFormat(ByteSource source) {
        this.source = source;
    }

    @Override
    public boolean next(Frame frame) {
        while (damage.isEmpty()) {
            if (!source.require(8)) {
                damage = source.ready() > 0
                        ? Optional.of(Text.of("cut inside the block after frame {}", Term.number(frame.number())))
                        : source.failure().map(reason -> reason.then(" after frame {}", Term.number(frame.number())));
                return false;
            }
            int type = word(source.position());
            if (type == SECTION_HEADER && !startSection(frame)) {
                return false;
            }
            if (!inSection) {
                return broken(frame, Text.of("its first block is not a section header"));
            }
            long length = Integer.toUnsignedLong(word(source.position() + 4));
            if (length < MIN_BLOCK || length % 4 != 0) {
                return broken(frame, Text.of("a block states an impossible length"));
            }
            if (!isRead(type)) {
                if (!source.skip(length)) {
                    return broken(frame, Text.of("cut inside a block"));
                }
            } else if (length > MAX_BLOCK) {
                return broken(frame, Text.of("a block states a length that is longer than any capture"));
            } else if (!source.require((int) length)) {
                return broken(frame, Text.of("cut inside a block"));
            } else if (block(type, (int) length, frame)) {
                return damage.isEmpty();
            }
        }
        return false;
    }

    private static boolean isRead(int type) {
        return switch (type) {
            case INTERFACE_DESCRIPTION, OBSOLETE_PACKET, SIMPLE_PACKET, INTERFACE_STATISTICS, ENHANCED_PACKET -> true;
            default -> false;
        };
    }

    /** Takes the byte order; the block itself is then stepped over like any other. */
    private boolean startSection(Frame frame) {
        if (!source.require(SECTION_HEADER_START)) {
            return broken(frame, Text.of("cut inside a section header"));
        }
        int magic = u32be(source.buffer(), source.position() + 8);
        swapped = magic != BYTE_ORDER_MAGIC;
        if (swapped && Integer.reverseBytes(magic) != BYTE_ORDER_MAGIC) {
            return broken(frame, Text.of("a section header without a byte order"));
        }
        int major = half(source.position() + 12);
        int minor = half(source.position() + 14);
        if (major != MAJOR_VERSION || (minor != MINOR_VERSION && minor != OTHER_MINOR_VERSION)) {
            return broken(
                    frame,
                    Text.of(
                            "a section of pcapng version {}, which is not known: it and the rest were not read",
                            Term.version(major + "." + minor)));
        }
        section.clear();
        inSection = true;
        return true;
    }

    /** Reads one whole block and moves to its end; true when it held a frame, or when the file is broken there. */
    private boolean block(int type, int length, Frame frame) {
        int start = source.position();
        if (word(start + length - 4) != length) {
            broken(frame, Text.of("a block whose two lengths differ"));
            return true;
        }
        int body = start + 8;
        int end = start + length - 4;
        source.advance(length);
        return switch (type) {
            case INTERFACE_DESCRIPTION -> describe(body, end, frame);
            case INTERFACE_STATISTICS -> statistics(body, end);
            case ENHANCED_PACKET -> end - body < 20 ? shortBlock(frame) : packet(body, word(body), end, frame);
            case OBSOLETE_PACKET -> end - body < 20 ? shortBlock(frame) : packet(body, half(body), end, frame);
            default -> end - body < 4 ? shortBlock(frame) : simplePacket(body, end, frame);
        };
    }

    /** Link type 2, reserved 2, snap length 4, options. */
    private boolean describe(int body, int end, Frame frame) {
        if (end - body < 8) {
            return shortBlock(frame);
        }
        if (all.size() >= MAX_INTERFACES) {
            broken(frame, Text.of("more than {} interfaces", Term.number(MAX_INTERFACES)));
            return true;
        }
        Options options = new Options(body + 8, end);
        String name = options.text(IF_NAME);
        String filter = options.filter();
        int resolution = options.find(IF_TSRESOL, 1).stream()
                .map(at -> u8(source.buffer(), at))
                .findFirst()
                .orElse(TimestampUnit.MICROSECONDS);
        long offset = options.find(IF_TSOFFSET, 8).stream()
                .mapToLong(this::quad)
                .findFirst()
                .orElse(0);
        int linkType = half(body);
        TimestampUnit unit = new TimestampUnit(resolution, offset);
        if (!unit.isKnown() && oddities.size() < MAX_ODDITIES) {
            oddities.add(Text.of(
                    "interface {} states impossible units of time ({})",
                    name.isEmpty() ? Term.number(all.size()) : Term.name(Term.NameKind.INTERFACE, name),
                    Term.number(resolution)));
        }
        section.add(new Described(all.size(), unit, PlainSegment.of(linkType)));
        all.add(new CaptureInterface(name, linkType, word(body + 4), filter, CaptureInterface.NONE.dropped()));
        return false;
    }

    /** Interface 4, timestamp 8, options. The last statistics of an interface hold. */
    private boolean statistics(int body, int end) {
        if (end - body < 12 || Integer.compareUnsigned(word(body), section.size()) >= 0) {
            return false;
        }
        int index = section.get(word(body)).index();
        Options options = new Options(body + 12, end);
        OptionalInt atInterface = options.find(ISB_IFDROP, 8);
        OptionalInt inSystem = options.find(ISB_OSDROP, 8);
        if (atInterface.isPresent() || inSystem.isPresent()) {
            long dropped = CaptureInterface.sum(count(atInterface), count(inSystem));
            all.set(index, all.get(index).withDropped(Math.max(dropped, lostBetween.getOrDefault(index, 0L))));
        }
        return false;
    }

    /** Interface 4 (or 2, then drops 2), time 4 + 4, captured 4, on the wire 4, packet. */
    private boolean packet(int body, int interfaceId, int end, Frame frame) {
        if (Integer.compareUnsigned(interfaceId, section.size()) >= 0) {
            broken(frame, Text.of("a packet of an interface that its section does not describe"));
            return true;
        }
        int captured = word(body + 12);
        if (captured < 0 || captured > end - body - 20 || captured > PcapFormat.MAX_RECORD) {
            broken(frame, Text.of("a packet longer than its block"));
            return true;
        }
        int options = body + 20 + (captured + 3 & ~3);
        if (end - options > OPTION_HEADER) {
            new Options(options, end)
                    .find(EPB_DROPCOUNT, 8)
                    .ifPresent(at -> lose(interfaceId, count(OptionalInt.of(at))));
        }
        long high = Integer.toUnsignedLong(word(body + 4));
        long low = Integer.toUnsignedLong(word(body + 8));
        Described at = section.get(interfaceId);
        frame.count(at.clock().nanos(high << 32 | low));
        return !isPlain(body + 20, captured, Integer.toUnsignedLong(word(body + 16)), at, frame);
    }

    /** Packets that were dropped between the one before and this one. */
    private void lose(int interfaceId, long packets) {
        int index = section.get(interfaceId).index();
        long lost = lostBetween.merge(index, packets, CaptureInterface::sum);
        CaptureInterface at = all.get(index);
        all.set(index, at.withDropped(Math.max(lost, at.dropped().orElse(0))));
    }

    /** Length on the wire 4, packet; of interface 0, without a time: the last frame's is taken. */
    private boolean simplePacket(int body, int end, Frame frame) {
        if (section.isEmpty()) {
            broken(frame, Text.of("a packet of an interface that its section does not describe"));
            return true;
        }
        Described at = section.get(0);
        int snapLength = all.get(at.index()).snapLength();
        long original = Integer.toUnsignedLong(word(body));
        long limit = snapLength == 0 ? original : Math.min(original, Integer.toUnsignedLong(snapLength));
        if (limit > end - body - 4) {
            broken(frame, Text.of("a packet longer than its block"));
            return true;
        }
        frame.count(Frame.UNKNOWN_TIME);
        return !isPlain(body + 4, (int) limit, original, at, frame);
    }

    /** Whether the frame is done with by its count; else {@code frame} shows it. */
    private boolean isPlain(int data, int captured, long original, Described at, Frame frame) {
        if (at.plain().is(source.buffer(), data, data + captured)) {
            frame.passPlain();
            return true;
        }
        frame.set(source.buffer(), data, data + captured, original, source.offset(), all.get(at.index()));
        return false;
    }

    private boolean shortBlock(Frame frame) {
        broken(frame, Text.of("a block shorter than its fields"));
        return true;
    }

    /** Always false: no frame. */
    private boolean broken(Frame frame, Text how) {
        damage = Optional.of(how.then(", after frame {}", Term.number(frame.number())));
        return false;
    }

    private int word(int offset) {
        return swapped ? u32le(source.buffer(), offset) : u32be(source.buffer(), offset);
    }

    private int half(int offset) {
        int value = u16be(source.buffer(), offset);
        return swapped ? Short.toUnsignedInt(Short.reverseBytes((short) value)) : value;
    }

    private long quad(int offset) {
        long first = Integer.toUnsignedLong(word(offset));
        long second = Integer.toUnsignedLong(word(offset + 4));
        return swapped ? second << 32 | first : first << 32 | second;
    }

    @Override
    public Optional<Text> damage() {
        return damage;
    }

    @Override
    public List<Text> oddities() {
        return List.copyOf(oddities);
    }

    @Override
    public List<CaptureInterface> interfaces() {
        return List.copyOf(all);
    }

    @Override
    public String name() {
        return "pcapng";
    }

    /** Of 64 bits without a sign: what is more than we count with is as much as we do. */
    private long count(OptionalInt at) {
        long count = at.isPresent() ? quad(at.getAsInt()) : 0;
        return count < 0 ? Long.MAX_VALUE : count;
    }

    /** The options of one block: code 2, length 2, value padded to 4, until code 0 or the block's end. */
    private final class Options {
        private final int start;
        private final int end;

        Options(int start, int end) {
            this.start = start;
            this.end = end;
        }

        /** The position of the first value of the code with at least that many bytes. */
        OptionalInt find(int code, int leastLength) {
            int at = start;
            while (end - at >= 4) {
                int found = half(at);
                int length = half(at + 2);
                if (found == OPTION_END || length > end - at - 4) {
                    return OptionalInt.empty();
                }
                if (found == code && length >= leastLength) {
                    return OptionalInt.of(at + 4);
                }
                at += 4 + (length + 3 & ~3);
            }
            return OptionalInt.empty();
        }

        String text(int code) {
            OptionalInt at = find(code, 1);
            return at.isEmpty() ? "" : text(at.getAsInt(), half(at.getAsInt() - 2));
        }

        /** Its first byte shows whether a text or BPF instructions follow. */
        String filter() {
            OptionalInt at = find(IF_FILTER, 2);
            boolean isText = at.isPresent() && source.buffer()[at.getAsInt()] == 0;
            return isText ? text(at.getAsInt() + 1, half(at.getAsInt() - 2) - 1) : "";
        }

        private String text(int at, int length) {
            return new String(source.buffer(), at, Math.min(length, MAX_TEXT), StandardCharsets.UTF_8);
        }
    }
}
