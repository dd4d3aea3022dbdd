package io.ghostmap.traffic;

import static io.ghostmap.support.PcapFile.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Gaps;
import io.ghostmap.support.PcapFile;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A capture that is cut or hostile gives what was readable, and names the damage. */
final class DamagedCaptureTest {
    private static final byte[] WHOLE = PcapFile.cooked()
            .tcp(0, "10.0.0.1", 4000, "10.0.0.2", 80, SYN, 1, 0)
            .tcp(1, "2001:db8::1", 4000, "2001:db8::2", 80, SYN, 1, 0)
            .unreachable(2, "10.0.0.9", "10.0.0.1", 4000, "10.0.0.2", 80, 1)
            .bytes();

    @Test
    void cutAtEveryByte() {
        int second = 24 + 16 + 60;
        int third = second + 16 + 80;
        for (int length = 0; length < WHOLE.length; length++) {
            Traffic traffic = Captures.read(Arrays.copyOf(WHOLE, length));
            long syns = length < second ? 0 : length < third ? 1 : 2;
            assertThat(traffic.syns()).as("cut at %d", length).isEqualTo(syns);
            boolean betweenFrames = length == 24 || length == second || length == third;
            if (!betweenFrames) {
                assertThat(Gaps.artifacts(traffic.gaps()))
                        .as("cut at %d", length)
                        .containsExactly("pcap/any.pcap");
            }
        }
    }

    @Test
    void flippedBytesNeverThrow() {
        long seed = 4_711;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = WHOLE.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            assertThat(Captures.read(bytes).syns())
                    .as("seed %d, case %d", seed, i)
                    .isLessThanOrEqualTo(2);
        }
    }

    @Test
    void lengthFieldDrivesNoAllocation() {
        byte[] bytes = Arrays.copyOf(WHOLE, 24 + 16);
        Arrays.fill(bytes, 24 + 8, 24 + 12, (byte) 0x7f);

        assertThat(Gaps.reasons(Captures.read(bytes).gaps())).containsExactly("frame 1 states an impossible length");
    }

    @Test
    void otherFilesAreNamed() {
        assertThat(Gaps.reasons(Captures.read(new byte[32]).gaps())).containsExactly("not a pcap or pcapng file");
        assertThat(Captures.read(new byte[32]).captured()).isFalse();
        assertThat(Gaps.reasons(Captures.read(new byte[0]).gaps())).containsExactly("empty");
    }

    @Test
    void frameCutBySnapLengthIsCounted() {
        byte[] frame = Arrays.copyOfRange(WHOLE, 40, 40 + 20 + 20 + 10);
        Traffic traffic = Captures.read(PcapFile.cooked().frame(0, frame, 60));

        assertThat(traffic.captures().get(0).unread().cut()).isEqualTo(1);
        assertThat(traffic.syns()).isZero();
    }
}
