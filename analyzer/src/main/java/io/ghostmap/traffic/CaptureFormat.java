package io.ghostmap.traffic;

import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;

/** A capture file's framing, read forward once. */
sealed interface CaptureFormat
        permits PcapFormat, PcapngFormat, CaptureFormat.UnknownVersion, CaptureFormat.Unreadable {
    /** Bytes that {@link #open} looks at. */
    int MAX_HEAD = PcapFormat.FILE_HEADER;

    /**
     * Steps to the next frame that is not a {@link PlainSegment}; those are only counted. False at the end, or where
     * the file ends early, which {@link #damage} then says.
     */
    boolean next(Frame frame);

    /** Why reading stopped before the end, or why the file was not read at all; empty for a whole file. */
    Optional<Text> damage();

    /** Values of the file that cannot be true and are left aside. */
    default List<Text> oddities() {
        return List.of();
    }

    /** The interfaces seen so far, in the order of the file. */
    List<CaptureInterface> interfaces();

    /** {@code pcap}, {@code pcapng}, or empty. */
    String name();

    /** Told by the first bytes, never by the file's name. */
    static CaptureFormat open(ByteSource source) {
        if (!source.require(4)) {
            Text reason = source.ready() == 0 ? Text.of("empty") : Text.of("shorter than a pcap file's header");
            return new Unreadable(source.failure().orElse(reason));
        }
        int magic = ByteSource.u32be(source.buffer(), source.position());
        return magic == PcapngFormat.SECTION_HEADER ? new PcapngFormat(source) : PcapFormat.open(source, magic);
    }

    /** A file that is no capture, or whose header is cut. */
    record Unreadable(Text reason) implements CaptureFormat {
        @Override
        public boolean next(Frame frame) {
            return false;
        }

        @Override
        public Optional<Text> damage() {
            return Optional.of(reason);
        }

        @Override
        public List<CaptureInterface> interfaces() {
            return List.of();
        }

        @Override
        public String name() {
            return "";
        }
    }

    /**
     * A capture of a version that is not defined, or that is too old to be read.
     *
     * @param version as the file states it, such as {@code 2.0}
     */
    record UnknownVersion(String name, String version) implements CaptureFormat {
        @Override
        public boolean next(Frame frame) {
            return false;
        }

        @Override
        public Optional<Text> damage() {
            return Optional.of(
                    Text.of("{} version {} is not known, so it was not read", Term.word(name), Term.version(version)));
        }

        @Override
        public List<CaptureInterface> interfaces() {
            return List.of();
        }
    }
}
