package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Archives;
import io.ghostmap.support.Repository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket.IpHeader;
import org.pcap4j.packet.IpSelector;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;

/** Every committed capture: read as pcap4j reads it, cut anywhere, and with bytes changed. */
final class CommittedCapturesTest {
    static final List<String> SAMPLES = Repository.SAMPLES;

    private static final int CUT_AT_EVERY_BYTE_OF = 4_096;
    private static final int CUT_AT_RANDOM = 1_000;

    /** {@code -Dghostmap.mutations=100000} is the nightly form. */
    private static final int MUTATIONS = Integer.getInteger("ghostmap.mutations", 2_000);

    private static final long SEED = 20_261_123;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void everyFrameReadsAsPcap4jReadsIt(String sample) throws IOException, IllegalRawDataException {
        CaptureFormat format = CaptureFormat.open(new ByteSource(new ByteArrayInputStream(capture(sample))));
        Frame frame = new Frame();
        LinkLayer link = new LinkLayer();
        IpPacket ours = new IpPacket();
        while (format.next(frame)) {
            boolean isIp = link.decode(frame.captureInterface().linkType(), frame.bytes(), frame.start(), frame.end());
            if (isIp && ours.decode(frame.bytes(), link.ipStart(), frame.end()) == IpPacket.Kind.TCP) {
                byte[] exact = Arrays.copyOfRange(frame.bytes(), link.ipStart(), frame.end());
                compare(ours, IpSelector.newPacket(exact, 0, exact.length), frame.number());
            }
        }
        assertThat(format.damage()).isEmpty();
    }

    private static void compare(IpPacket ours, Packet theirs, long number) {
        TcpPacket.TcpHeader tcp = theirs.get(TcpPacket.class).getHeader();
        IpHeader ip = (IpHeader) theirs.getHeader();
        byte[] key = new byte[IpPacket.LONGEST_KEY];
        int length = ours.key(key);
        byte[] exact = Arrays.copyOf(key, length);
        assertThat(FlowKey.client(exact).address().toBytes())
                .as("frame %d", number)
                .isEqualTo(ip.getSrcAddr().getAddress());
        assertThat(FlowKey.serverOf(exact).address().toBytes())
                .as("frame %d", number)
                .isEqualTo(ip.getDstAddr().getAddress());
        assertThat(ours.sourcePort()).isEqualTo(tcp.getSrcPort().valueAsInt());
        assertThat(ours.destinationPort()).isEqualTo(tcp.getDstPort().valueAsInt());
        assertThat(ours.sequence()).isEqualTo(tcp.getSequenceNumber());
        assertThat(ours.acknowledgement()).isEqualTo(tcp.getAcknowledgmentNumber());
        assertThat(ours.isSyn()).isEqualTo(tcp.getSyn() && !tcp.getAck());
        assertThat(ours.has(IpPacket.FLAG_RST)).isEqualTo(tcp.getRst());
        assertThat(ours.has(IpPacket.FLAG_FIN)).isEqualTo(tcp.getFin());
    }

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void cutAnywhereGivesThePartThatWasWhole(String sample) throws IOException {
        byte[] whole = capture(sample);
        long all = Captures.read(whole).syns();
        long before = 0;
        for (int length = 0; length < Math.min(whole.length, CUT_AT_EVERY_BYTE_OF); length++) {
            Traffic traffic = Captures.read(Arrays.copyOf(whole, length));
            assertThat(traffic.syns()).as("cut at %d", length).isBetween(before, all);
            assertThat(traffic.captured() || !traffic.gaps().isEmpty()).isTrue();
            before = traffic.syns();
        }
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < CUT_AT_RANDOM; i++) {
            int length = random.nextInt(whole.length);
            assertThat(Captures.read(Arrays.copyOf(whole, length)).syns()).isLessThanOrEqualTo(all);
        }
    }

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void changedBytesNeverThrow(String sample) throws IOException {
        byte[] whole = capture(sample);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = whole.clone();
            for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Traffic traffic = Captures.read(bytes);
            assertThat(traffic.captured() || !traffic.gaps().isEmpty())
                    .as("seed %d, case %d", SEED, i)
                    .isTrue();
            traffic.destinations().stream().limit(3).forEach(Destination::packet);
        }
    }

    private byte[] capture(String sample) throws IOException {
        return Files.readAllBytes(
                Archives.unpack(Repository.sample(sample), folder).resolve("pcap/any.pcap"));
    }
}
