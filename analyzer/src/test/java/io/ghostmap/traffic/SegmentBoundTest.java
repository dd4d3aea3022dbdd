package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Gaps;
import io.ghostmap.support.PcapFile;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time and memory stay bounded whatever one flow is sent, and what is beyond a bound is named. */
final class SegmentBoundTest {
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int FILE_HEADER = 24;
    private static final int SEQUENCE_AT = 16 + 14 + 20 + 4;

    @Test
    void repliesBeyondTheBoundAreNamedAndHideOthers() {
        byte[] syn = frames(SYN, 1);
        byte[] resets = frames(RST, SegmentLog.MAX_SEGMENTS + 1);
        Traffic traffic = read(syn, resets);

        assertThat(Gaps.reasons(traffic.gaps()))
                .containsExactly(
                        "more than " + SegmentLog.MAX_SEGMENTS + " replies and closes: further ones were not read");
        assertThat(traffic.destinations().get(0).reply()).isEqualTo(Reply.UNKNOWN);
    }

    /** Each compared with each other would be 20 billion comparisons. */
    @Test
    @Timeout(30)
    void manyResetsOfOneFlowOfManyAttemptsAreSettledInTime() {
        Traffic traffic = read(frames(SYN, AttemptTable.MAX_ATTEMPTS), frames(RST, 200_000));

        assertThat(traffic.destinations().get(0).attempts()).hasSize(AttemptTable.MAX_ATTEMPTS);
        assertThat(traffic.destinations().get(0).replies()).containsOnlyKeys(Reply.UNKNOWN);
    }

    /** Records of one client's segments, of which the sequence number alone differs. */
    private static byte[] frames(int flags, int count) {
        byte[] file = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false)
                .frame(0, ethernet(ip("10.0.0.1", "10.0.0.2", 6, tcp(40_000, 80, flags, 0, 0, 0))))
                .bytes();
        byte[] record = Arrays.copyOfRange(file, FILE_HEADER, file.length);
        ByteBuffer all = ByteBuffer.allocate(count * record.length);
        for (int i = 0; i < count; i++) {
            all.put(record).putInt(i * record.length + SEQUENCE_AT, 1_000 * i);
        }
        return all.array();
    }

    private static Traffic read(byte[]... records) {
        byte[] header =
                Arrays.copyOf(new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false).bytes(), FILE_HEADER);
        int length = Arrays.stream(records).mapToInt(part -> part.length).sum();
        ByteBuffer file = ByteBuffer.allocate(FILE_HEADER + length).put(header);
        Arrays.stream(records).forEach(file::put);
        TrafficSink sink = new TrafficSink();
        sink.readCapture("any.pcap", new ByteArrayInputStream(file.array()));
        return sink.assemble();
    }
}
