package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.fragment;
import static io.ghostmap.support.Packets.geneve;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.unreachable;
import static io.ghostmap.support.Packets.vxlan;
import static io.ghostmap.support.Packets.withExtension;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Command;
import io.ghostmap.support.Needs;
import io.ghostmap.support.PcapFile;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packet by packet: the frames that we count as SYNs, and their destinations, are tshark's. */
final class TsharkOracleTest {
    private static final int FRAMES = 3_000;
    private static final int TCP = 6;
    private static final int ICMP = 1;
    private static final int IPIP = 4;
    private static final int UDP = 17;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MORE_FRAGMENTS = 0x2000;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everySynIsTsharks(long seed) throws IOException {
        Needs.tools("tshark");
        byte[] pcap = capture(new SplittableRandom(seed));
        Path file = folder.resolve("mixed.pcap");
        Files.write(file, pcap);

        Map<Long, String> ours = new TreeMap<>();
        for (Destination destination : Captures.read(pcap).destinations()) {
            destination
                    .attempts()
                    .forEach(attempt -> attempt.frames()
                            .forEach(frame -> ours.put(
                                    frame.number(),
                                    destination.endpoint().address() + " "
                                            + destination.endpoint().port())));
        }
        Map<Long, String> theirs = tshark(file);
        Set<Map.Entry<Long, String>> onlyTheirs = new LinkedHashSet<>(theirs.entrySet());
        onlyTheirs.removeAll(ours.entrySet());
        Set<Map.Entry<Long, String>> onlyOurs = new LinkedHashSet<>(ours.entrySet());
        onlyOurs.removeAll(theirs.entrySet());
        assertThat(theirs).as("seed %d", seed).hasSizeGreaterThan(100);
        assertThat(onlyTheirs).as("seed %d: only tshark", seed).isEmpty();
        assertThat(onlyOurs).as("seed %d: only ours", seed).isEmpty();
    }

    /** Each SYN has a sequence number of its own, so that every frame is listed. */
    private static byte[] capture(SplittableRandom random) {
        PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false);
        for (int i = 0; i < FRAMES; i++) {
            byte[] segment = tcp(
                    1_024 + random.nextInt(60_000),
                    20_000 + random.nextInt(50),
                    random.nextInt(256),
                    random.nextInt(),
                    random.nextInt(),
                    random.nextInt(3) * 10);
            boolean v6 = random.nextInt(3) == 0;
            String from = v6 ? "2001:db8::" + random.nextInt(1, 99) : "10.0.0." + random.nextInt(1, 99);
            String to = v6 ? "2001:db8:1::" + random.nextInt(1, 99) : "10.1.0." + random.nextInt(1, 99);
            byte[] packet = ip(from, to, TCP, segment);
            byte[] frame = switch (random.nextInt(11)) {
                case 0 -> ethernet(packet, 0x8100);
                case 1 -> ethernet(packet, 0x88a8, 0x8100);
                case 2 -> ethernet(ip("192.0.2.1", "192.0.2.2", UDP, vxlan(ethernet(packet))));
                case 3 -> ethernet(ip("192.0.2.1", "192.0.2.2", UDP, geneve(ethernet(packet, 0x8100))));
                case 4 -> ethernet(ip("192.0.2.1", "192.0.2.2", v6 ? 41 : IPIP, packet));
                case 5 -> ethernet(v6 ? packet : fragment(packet, MORE_FRAGMENTS));
                case 6 -> ethernet(v6 ? packet : fragment(packet, 100));
                case 7 -> ethernet(v6 ? packet : ip("192.0.2.1", "192.0.2.2", ICMP, unreachable(packet)));
                case 8 -> ethernet(v6 ? ip(from, to, DESTINATION_OPTIONS, withExtension(TCP, segment)) : packet);
                case 9 -> Arrays.copyOf(ethernet(packet), 14 + random.nextInt(packet.length + 1));
                default -> ethernet(packet);
            };
            pcap.frame(i * 1_000L, frame);
        }
        return pcap.bytes();
    }

    private Map<Long, String> tshark(Path file) {
        Command command = Command.run(
                folder,
                "tshark",
                "-nr",
                file.toString(),
                "-o",
                "ip.defragment:FALSE",
                "-Y",
                "tcp.flags.syn==1 && tcp.flags.ack==0 && !icmp",
                "-T",
                "fields",
                "-E",
                "occurrence=l",
                "-e",
                "frame.number",
                "-e",
                "ip.dst",
                "-e",
                "ipv6.dst",
                "-e",
                "tcp.dstport");
        assertThat(command.exit()).as(command.err()).isZero();
        Map<Long, String> syns = new TreeMap<>();
        command.out().lines().forEach(line -> {
            String[] fields = line.split("\t", -1);
            String innermost = fields[2].isEmpty() ? fields[1] : fields[2];
            syns.put(Long.valueOf(fields[0]), innermost + " " + fields[3]);
        });
        return syns;
    }
}
