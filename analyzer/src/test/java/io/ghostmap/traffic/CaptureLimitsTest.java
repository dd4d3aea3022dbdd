package io.ghostmap.traffic;

import static io.ghostmap.support.PcapFile.SYN;
import static io.ghostmap.support.PcapFile.SYN_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.PcapFile;
import io.ghostmap.text.Text;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a capture tells of its own limits as evidence. */
final class CaptureLimitsTest {
    private static final long SECOND = 1_000_000;

    @Test
    void clockThatStepsBackIsCountedAndLosesNoReply() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcp(100 * SECOND, "10.0.0.1", 4000, "10.0.0.2", 80, SYN, 1, 0)
                .tcp(40 * SECOND, "10.0.0.2", 80, "10.0.0.1", 4000, SYN_ACK, 7, 2)
                .tcp(41 * SECOND, "10.0.0.1", 4001, "10.0.0.2", 80, SYN, 1, 0));

        CaptureClock clock = traffic.captures().get(0).clock();
        assertThat(clock.backward()).isEqualTo(2);
        assertThat(clock.largestStepBackNanos()).isEqualTo(60_000_000_000L);
        assertThat(traffic.destinations().get(0).replies()).containsEntry(Reply.ANSWERED, 1);
    }

    @Test
    void gapInTimeIsMeasured() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcp(0, "10.0.0.1", 4000, "10.0.0.2", 80, SYN, 1, 0)
                .tcp(25 * SECOND, "10.0.0.1", 4001, "10.0.0.2", 80, SYN, 1, 0));

        assertThat(traffic.captures().get(0).clock().largestGapNanos()).isEqualTo(25_000_000_000L);
    }

    @Test
    void countersSnapLengthFormatAndTruncationAreTold() {
        byte[] whole = PcapFile.cooked()
                .tcp(0, "10.0.0.1", 4000, "10.0.0.2", 80, SYN, 1, 0)
                .tcp(9, "10.0.0.1", 4001, "10.0.0.2", 80, SYN, 1, 0)
                .bytes();
        Capture capture = Captures.read(
                        Arrays.copyOf(whole, whole.length - 1),
                        "2 packets captured\n3 packets received by filter\n1 packet dropped by kernel\n")
                .captures()
                .get(0);

        assertThat(capture.snapLength()).isEqualTo(160);
        assertThat(capture.counters().captured()).hasValue(2);
        assertThat(capture.counters().received()).hasValue(3);
        assertThat(capture.dropped()).hasValue(1);
        assertThat(capture.lost()).isTrue();
        assertThat(capture.frames()).isEqualTo(1);
        assertThat(capture.damage().map(Text::plain)).contains("cut inside frame 2");
    }

    @Test
    void directionOfTheInterfaceIsThatOfTheCookedHeader() {
        Traffic traffic = Captures.read(PcapFile.cooked()
                .tcpAt(5, 0, 0, "10.0.0.1", 4000, "10.0.0.2", 80, SYN, 1)
                .tcpAt(9, 4, 40, "10.0.0.1", 4000, "10.0.0.2", 80, SYN, 1)
                .tcpAt(7, 3, 60, "10.0.0.1", 4000, "10.0.0.2", 80, SYN, 1));

        assertThat(traffic.destinations().get(0).paths())
                .map(Waypoint::toString)
                .containsExactly("if5 in", "if7", "if9 out");
        assertThat(traffic.destinations().get(0).transmissions()).isEqualTo(1);
    }
}
