package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.udp;
import static io.ghostmap.support.Packets.unreachable;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.BundleLayout;
import io.ghostmap.support.Gaps;
import io.ghostmap.support.PcapFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rotated files are one capture, whatever the order in which they are read. */
final class RotatedFilesTest {
    private static final int CASES = 200;
    private static final int FILES = 4;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int SYN_ACK = 0x12;
    private static final int RST_ACK = 0x14;
    private static final int FIN_ACK = 0x11;
    private static final int ACK = 0x10;

    /** One packet of a node's life, at its time. */
    private record Event(long micros, ByteBuffer packet) {
        Event(long micros, byte[] packet) {
            this(micros, ByteBuffer.wrap(packet));
        }
    }

    @Test
    void replyInTheNextFileIsFoundWhicheverIsReadFirst() {
        byte[] first = file(List.of(new Event(0, segment(true, 1, SYN, 100, 0))));
        byte[] second = file(List.of(new Event(90, segment(false, 1, SYN_ACK, 7, 101))));
        Traffic traffic = read(Map.of("pcap/any.pcap0", first, "pcap/any.pcap1", second), List.of(1, 0));

        ConnectionAttempt attempt = traffic.destinations().get(0).attempts().get(0);
        assertThat(attempt.reply()).isEqualTo(Reply.ANSWERED);
        assertThat(attempt.replyFrame()).contains(new FrameRef("pcap/any.pcap1", 1));
        assertThat(traffic.inTimeOrder()).isFalse();
        assertThat(traffic.captures()).extracting(Capture::file).containsExactly("pcap/any.pcap0", "pcap/any.pcap1");
    }

    /** A port was used again: the numbers of a close show which of its connections ended. */
    @Test
    void closeEndsTheConnectionBeforeItWhicheverIsReadFirst() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(
                "pcap/any.pcap0",
                file(List.of(
                        new Event(0, segment(true, 1, SYN, 100, 0)),
                        new Event(90, segment(false, 1, SYN_ACK, 7, 101)),
                        new Event(150, segment(true, 1, ACK, 101, 8)))));
        files.put("pcap/any.pcap1", file(List.of(new Event(1_000_000, segment(true, 1, FIN_ACK, 101, 8)))));
        files.put(
                "pcap/any.pcap2",
                file(List.of(
                        new Event(1_000_100, segment(true, 1, SYN, 900_000_000, 0)),
                        new Event(1_000_190, segment(false, 1, SYN_ACK, 500_000_000, 900_000_001)))));

        for (List<Integer> order : List.of(List.of(0, 1, 2), List.of(0, 2, 1), List.of(2, 1, 0), List.of(2, 0, 1))) {
            assertThat(read(files, order).destinations().get(0).states())
                    .as("order %s", order)
                    .isEqualTo(Map.of(ConnectionState.S2, 1, ConnectionState.S1, 1));
        }
    }

    @Test
    void everyOrderGivesTheSameTraffic() {
        for (int seed = 1; seed <= CASES; seed++) {
            List<Event> events = life(new SplittableRandom(seed));
            Map<String, byte[]> files = new LinkedHashMap<>();
            for (int i = 0; i < FILES; i++) {
                files.put(
                        "pcap/any.pcap" + i,
                        file(events.subList(i * events.size() / FILES, (i + 1) * events.size() / FILES)));
            }
            List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3));
            List<String> inOrder = facts(read(files, order));
            Collections.shuffle(order, new Random(seed));
            assertThat(facts(read(files, order)))
                    .as("seed %d, order %s", seed, order)
                    .containsExactlyElementsOf(inOrder);
            Traffic whole = Captures.read(file(events));
            assertThat(counts(read(files, order)))
                    .as("seed %d, one file", seed)
                    .containsExactlyElementsOf(counts(whole));
        }
    }

    /** Connections that open, are refused, end or stay silent, from few ports, so that each is used several times. */
    private static List<Event> life(SplittableRandom random) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            long at = random.nextLong(60_000_000);
            int ending = random.nextInt(6);
            int port = random.nextInt(6);
            int seq = 150_000_000 * (i + 1);
            int answered = 70_000_000 * (i + 1);
            for (long wait : List.of(0L, 1_000_000L, 3_000_000L).subList(0, 1 + random.nextInt(3))) {
                events.add(new Event(at + wait, segment(true, port, SYN, seq, 0)));
                events.add(new Event(at + wait + 60, segment(true, port, SYN, seq, 0)));
                at += wait;
            }
            switch (ending) {
                case 0 -> events.add(new Event(at + 500, segment(false, port, RST_ACK, 0, seq + 1)));
                case 1 -> events.add(new Event(at + 500, segment(false, port, RST, 0, 0)));
                case 2 ->
                    events.add(new Event(
                            at + 500, ip("10.9.9.9", "10.0.0.1", ICMP, unreachable(segment(true, port, SYN, seq, 0)))));
                case 3 -> {
                    events.add(new Event(at + 500, segment(false, port, SYN_ACK, answered, seq + 1)));
                    events.add(new Event(at + 900, segment(true, port, ACK, seq + 1, answered + 1)));
                    events.add(new Event(
                            at + 1_000 + random.nextInt(9_000), segment(true, port, FIN_ACK, seq + 1, answered + 1)));
                    events.add(new Event(at + 20_000, segment(false, port, FIN_ACK, answered + 1, seq + 2)));
                }
                case 4 -> {
                    events.add(new Event(at + 500, segment(false, port, SYN_ACK, answered, seq + 1)));
                    boolean byClient = random.nextBoolean();
                    events.add(new Event(
                            at + 700,
                            segment(
                                    byClient,
                                    port,
                                    RST_ACK,
                                    byClient ? seq + 1 : answered + 1,
                                    byClient ? answered + 1 : seq + 1)));
                }
                default -> {}
            }
            int asking = 20_000 + i;
            events.add(new Event(at + 30, ip("10.0.0.1", "10.0.0.53", UDP, udp(asking, 5_353, new byte[4]))));
            if (random.nextBoolean()) {
                events.add(new Event(at + 800_000, ip("10.0.0.53", "10.0.0.1", UDP, udp(5_353, asking, new byte[4]))));
            }
        }
        events.sort(Comparator.comparingLong(Event::micros));
        return events;
    }

    @Test
    void missingFileBetweenOthersIsNamedAndSilenceProvesNothing() {
        byte[] first = file(List.of(new Event(0, segment(true, 1, SYN, 100, 0))));
        byte[] third = file(List.of(new Event(9_000_000, segment(true, 2, SYN, 200, 0))));
        Traffic traffic = read(Map.of("pcap/any.pcap", first, "pcap/any.pcap2", third), List.of(0, 1));

        assertThat(Gaps.lines(traffic.gaps()))
                .containsExactly("pcap/any.pcap: its rotated files between numbers 0 and 2 are absent");
        assertThat(traffic.destinations().get(0).replies()).containsOnlyKeys(Reply.UNKNOWN);
    }

    @Test
    void fileCutBeforeTheNextOneMayHaveHeldTheReply() {
        byte[] first =
                file(List.of(new Event(0, segment(true, 1, SYN, 100, 0)), new Event(9, segment(true, 3, SYN, 9, 0))));
        byte[] second = file(List.of(new Event(9_000_000, segment(true, 2, SYN, 200, 0))));
        byte[] cut = Arrays.copyOf(first, first.length - 3);
        assertThat(read(Map.of("pcap/any.pcap0", first, "pcap/any.pcap1", second), List.of(0, 1))
                        .destinations()
                        .get(0)
                        .replies())
                .containsEntry(Reply.NONE, 2);
        assertThat(read(Map.of("pcap/any.pcap0", cut, "pcap/any.pcap1", second), List.of(0, 1))
                        .destinations()
                        .get(0)
                        .replies())
                .containsOnlyKeys(Reply.UNKNOWN);
    }

    @Test
    void captureThatEndedEarlyIsNotWatchedByTheOneBesideIt() {
        byte[] shortOne = file(List.of(new Event(0, segment(true, 1, SYN, 100, 0))));
        byte[] longOne = file(List.of(
                new Event(0, segment(true, 2, SYN, 200, 0)), new Event(9_000_000, segment(true, 3, SYN, 5, 0))));
        Traffic traffic = read(Map.of("pcap/eth0.pcap", shortOne, "pcap/lxc1.pcap", longOne), List.of(0, 1));

        assertThat(traffic.destinations().get(0).attempts())
                .filteredOn(attempt -> attempt.client().port() == 40_001)
                .extracting(ConnectionAttempt::reply)
                .containsExactly(Reply.UNKNOWN);
        assertThat(traffic.inTimeOrder()).as("side by side is no order").isTrue();
    }

    @Test
    void countersOfTheRotationAreCountedOnce() {
        byte[] first = file(List.of(new Event(0, segment(true, 1, SYN, 100, 0))));
        byte[] second = file(List.of(new Event(9_000_000, segment(true, 2, SYN, 200, 0))));
        TrafficSink sink = new TrafficSink();
        accept(sink, "pcap/any.pcap1", second);
        accept(sink, "pcap/any.stderr", "3 packets dropped by kernel\n".getBytes(StandardCharsets.UTF_8));
        accept(sink, "pcap/any.pcap0", first);
        Traffic traffic = sink.assemble();

        assertThat(traffic.captures().stream()
                        .mapToLong(capture -> capture.dropped().orElse(0))
                        .sum())
                .isEqualTo(3);
        assertThat(traffic.captures().get(1).countersFile()).isEqualTo("pcap/any.stderr");
        assertThat(traffic.destinations().get(0).replies()).containsOnlyKeys(Reply.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "pcap/any.pcap, pcap/any, ''",
        "pcap/any.pcap2, pcap/any, 2",
        "pcap/any.pcap007.gz, pcap/any, 007",
        "pcap/any_00002_20261123024100.pcapng.zst, pcap/any, 00002",
        "pcap/any-20261123-024100.pcap, pcap/any, 20261123024100",
        "pcap/any-2026-11-23T02:41:00.pcap, pcap/any, 20261123024100",
        "pcap/eth0_1795000000.pcap, pcap/eth0, 1795000000",
        "pcap/eth0.pcap, pcap/eth0, ''",
        "pcap/lxc12345.pcap, pcap/lxc12345, ''",
        "pcap/bond0.100.pcap, pcap/bond0.100, ''"
    })
    void namesTellOfRotation(String path, String set, String ordinal) {
        assertThat(Rotation.of(path).set()).isEqualTo(set);
        assertThat(Rotation.of(path).ordinal()).isEqualTo(ordinal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"any.pcap", "any.pcap10", "any.pcapng", "any.cap.gz", "any_00001_20261123024100.pcapng"})
    void namesOfCapturesAreKnown(String name) {
        assertThat(new TrafficSink().wants(BundleLayout.GHOSTMAP.memberAt("pcap/" + name)))
                .isTrue();
    }

    /** {@code order}: ordinals of the files in the order of their names. */
    private static Traffic read(Map<String, byte[]> files, List<Integer> order) {
        List<String> names = files.keySet().stream().sorted().toList();
        TrafficSink sink = new TrafficSink();
        order.forEach(ordinal -> accept(sink, names.get(ordinal), files.getOrDefault(names.get(ordinal), new byte[0])));
        return sink.assemble();
    }

    private static void accept(TrafficSink sink, String path, byte[] bytes) {
        try {
            sink.read(BundleLayout.GHOSTMAP.memberAt(path), new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] file(List<Event> events) {
        PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false);
        events.forEach(
                event -> pcap.frame(event.micros(), ethernet(event.packet().array())));
        return pcap.bytes();
    }

    private static byte[] segment(boolean fromClient, int port, int flags, int seq, int ack) {
        return fromClient
                ? ip("10.0.0.1", "10.0.0.2", TCP, tcp(40_000 + port, 80, flags, seq, ack, 0))
                : ip("10.0.0.2", "10.0.0.1", TCP, tcp(80, 40_000 + port, flags, seq, ack, 0));
    }

    /** All that is told, save the order of reading itself. */
    private static List<String> facts(Traffic traffic) {
        List<String> facts = new ArrayList<>();
        traffic.destinations().forEach(to -> to.attempts().forEach(attempt -> facts.add(attempt.toString())));
        traffic.services().forEach(service -> facts.add(service.toString()));
        traffic.captures().forEach(capture -> facts.add(capture.toString()));
        facts.addAll(Gaps.lines(traffic.gaps()));
        return facts;
    }

    /** What does not name files. */
    private static List<String> counts(Traffic traffic) {
        List<String> counts = new ArrayList<>();
        for (Destination to : traffic.destinations()) {
            to.attempts()
                    .forEach(attempt -> counts.add(attempt.client() + " " + attempt.syns() + " "
                            + attempt.transmissions() + " " + attempt.reply() + " " + attempt.state() + " "
                            + attempt.firstNanos()));
        }
        traffic.services().forEach(service -> counts.add(service.replies() + " " + service.requests()));
        return counts;
    }
}
