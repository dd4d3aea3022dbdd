package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Gaps;
import io.ghostmap.support.PcapngFile;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PcapngTest {
    private static final int RAW = 101;

    private final PcapngFile file = new PcapngFile();

    @Test
    void sectionsOfBothOrdersInterfacesAndAllPacketBlocks() {
        file.section(ByteOrder.LITTLE_ENDIAN);
        file.interfaceBlock(
                RAW, file.option(2, "lxc0".getBytes(StandardCharsets.UTF_8)), file.option(9, new byte[] {9}));
        file.block(0x0000_0bad, new byte[20]); // unknown
        file.enhanced(0, 1_795_000_000_000_000_001L, syn(1));
        file.simple(syn(2));
        file.section(ByteOrder.BIG_ENDIAN);
        file.interfaceBlock(RAW, file.option(9, new byte[] {(byte) 0x81}), file.option(14, 1_795_000_000L));
        file.enhanced(0, 3, syn(3)); // half seconds since the offset
        file.obsolete(0, 4, syn(4));

        Traffic traffic = Captures.read(file.bytes());

        assertThat(Gaps.reasons(traffic.gaps()))
                .as("a simple packet has no time")
                .containsExactly("1 frame has no valid time, so a missing answer proves nothing");
        assertThat(traffic.syns()).isEqualTo(4);
        assertThat(traffic.captures().get(0).frames()).isEqualTo(4);
        List<ConnectionAttempt> attempts = traffic.destinations().get(0).attempts();
        assertThat(attempts)
                .extracting(ConnectionAttempt::firstNanos)
                .containsExactly(
                        1_795_000_000_000_000_001L,
                        1_795_000_000_000_000_001L,
                        1_795_000_001_500_000_000L,
                        1_795_000_002_000_000_000L);
        assertThat(attempts.get(0).paths()).map(Waypoint::toString).containsExactly("lxc0");
    }

    @Test
    void statisticsOfTheInterfaceTellOfDrops() {
        file.section(ByteOrder.LITTLE_ENDIAN);
        file.interfaceBlock(RAW);
        file.enhanced(0, 1, syn(1));
        file.block(5, file.ints(0, 0, 0), file.option(5, 9L));

        assertThat(Captures.read(file.bytes()).captures().get(0).dropped()).hasValue(9);
    }

    /** One packet block states what was dropped before it; the statistics, if there are any, state no less. */
    @Test
    void dropsThatAPacketStatesMakeSilenceUnknown() {
        file.section(ByteOrder.BIG_ENDIAN);
        file.interfaceBlock(RAW);
        file.enhanced(0, 1, syn(1));
        byte[] again = syn(1);
        again[5] = 9;
        byte[] stated = file.option(4, 3L);
        file.block(6, file.ints(0, 0, 1_000_000, again.length, again.length), again, stated);
        file.block(6, file.ints(0, 0, 1_000_500, again.length, again.length), syn(8), stated);
        assertThat(Captures.read(file.bytes()).captures().get(0).dropped()).hasValue(6);

        file.block(5, file.ints(0, 0, 0), file.option(5, 0L));
        Traffic traffic = Captures.read(file.bytes());
        assertThat(traffic.captures().get(0).dropped()).hasValue(6);
        assertThat(traffic.destinations().get(0).replies()).containsOnlyKeys(Reply.UNKNOWN);
    }

    @Test
    void dropsBeyondWhatIsCountedAreNotNone() {
        file.section(ByteOrder.LITTLE_ENDIAN);
        file.interfaceBlock(RAW);
        file.interfaceBlock(RAW);
        file.enhanced(0, 1, syn(1));
        file.block(5, file.ints(0, 0, 0), file.option(5, -1L), file.option(7, 5L));
        file.block(5, file.ints(1, 0, 0), file.option(5, 5L));

        assertThat(Captures.read(file.bytes()).captures().get(0).dropped()).hasValue(Long.MAX_VALUE);
    }

    @Test
    void cutAtEveryByteGivesWhatWasWholeAndNamesTheDamage() {
        file.section(ByteOrder.LITTLE_ENDIAN);
        file.interfaceBlock(RAW);
        int first = file.size();
        file.enhanced(0, 1, syn(1));
        int second = file.size();
        file.enhanced(0, 2, syn(2));
        byte[] whole = file.bytes();
        for (int length = 0; length < whole.length; length++) {
            Traffic traffic = Captures.read(Arrays.copyOf(whole, length));
            assertThat(traffic.syns()).as("cut at %d", length).isEqualTo(length < second ? 0 : 1);
            boolean betweenBlocks = length == 28 || length == first || length == second;
            assertThat(traffic.gaps()).as("cut at %d", length).hasSize(betweenBlocks ? 0 : 1);
        }
    }

    @Test
    void lengthsThatLieAreNamed() {
        file.section(ByteOrder.LITTLE_ENDIAN);
        file.interfaceBlock(RAW);
        file.block(6, file.ints(0, 0, 0, 0x7fff_ffff, 60), syn(1));
        assertThat(Gaps.reasons(Captures.read(file.bytes()).gaps()))
                .containsExactly("a packet longer than its block, after frame 0");
    }

    @Test
    void packetOfAnInterfaceThatIsNotDescribed() {
        file.section(ByteOrder.LITTLE_ENDIAN);
        file.enhanced(3, 1, syn(1));
        assertThat(Gaps.reasons(Captures.read(file.bytes()).gaps()))
                .singleElement()
                .asString()
                .contains("does not describe");
    }

    private static byte[] syn(int sequence) {
        return ip("10.0.0.1", "10.0.0.2", 6, tcp(40_000, 80, 2, sequence, 0, 0));
    }
}
