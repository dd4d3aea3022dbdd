package io.ghostmap.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ghostmap.report.TrafficJson;
import io.ghostmap.report.TrafficTables;
import io.ghostmap.support.Gaps;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * One reading of bytes from a stranger, as {@code ghostmap traffic} does it, held to what must be true of any: it ends,
 * within a share of memory and of processor time that its size gives it, and it tells of a capture or says what is wrong.
 */
final class HostileRun {
    /** What one reading allocates whatever it reads: the buffer and the tables. */
    private static final long FIXED_BYTES = 8L << 20;

    /** Attempts, their frames, and both printed forms, for each byte that was unpacked. */
    private static final long PER_BYTE = 256;

    /** What gzip and zstd can make of a byte. */
    private static final long MAX_RATIO = 1_100;

    /**
     * Processor time of this thread, so that a busy machine does not count; a reading takes a few milliseconds. An input
     * that needs a thousand times as long for its size is a defect.
     */
    private static final long FIXED_NANOS = 5_000_000_000L;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static {
        read(List.of(CaptureCorpus.STALE_GENERATION.bytes())); // what is loaded and set up once counts for none
    }

    private HostileRun() {}

    static Traffic of(byte[] capture) {
        return of(List.of(capture));
    }

    /** Several as rotated files in that order. What is loaded on the way counts the first time, and not the second. */
    static Traffic of(List<byte[]> captures) {
        long size = captures.stream().mapToLong(HostileRun::unpackedAtMost).sum();
        long mostBytes = captures.size() * FIXED_BYTES + size * PER_BYTE;
        long mostNanos = FIXED_NANOS + size * 1_000;
        Measured run = measure(captures);
        if (run.allocated() >= mostBytes || run.nanos() >= mostNanos) {
            run = measure(captures);
        }
        assertThat(run.allocated()).as("bytes allocated for %d", size).isLessThan(mostBytes);
        assertThat(run.nanos())
                .as("nanoseconds of processor for %d bytes", size)
                .isLessThan(mostNanos);
        Traffic traffic = run.traffic();
        assertThat(traffic.captured() || !traffic.gaps().isEmpty())
                .as("a result or a reason")
                .isTrue();
        assertThat(traffic.captures().stream().mapToLong(Capture::frames).sum()).isLessThanOrEqualTo(size / 16);
        for (Capture capture : traffic.captures()) {
            boolean named = Gaps.artifacts(traffic.gaps()).contains(capture.file());
            assertThat(named || capture.damage().isEmpty())
                    .as("the damage of %s stands among what is missing", capture.file())
                    .isTrue();
        }
        return traffic;
    }

    private record Measured(Traffic traffic, long allocated, long nanos) {}

    private static Measured measure(List<byte[]> captures) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long spent = THREADS.getCurrentThreadCpuTime();
        Traffic traffic = read(captures);
        return new Measured(
                traffic,
                THREADS.getCurrentThreadAllocatedBytes() - allocated,
                THREADS.getCurrentThreadCpuTime() - spent);
    }

    private static Traffic read(List<byte[]> captures) {
        TrafficSink sink = new TrafficSink();
        for (int i = 0; i < captures.size(); i++) {
            sink.readCapture("pcap/any.pcap" + i, new ByteArrayInputStream(captures.get(i)));
        }
        Traffic traffic = sink.assemble();
        assertThat(TrafficJson.render(traffic)).isNotEmpty();
        assertThat(TrafficTables.render(traffic)).isNotEmpty();
        return traffic;
    }

    private static long unpackedAtMost(byte[] capture) {
        boolean gzip = capture.length > 2 && capture[0] == 0x1f && (capture[1] & 0xff) == 0x8b;
        boolean zstd = capture.length > 2 && capture[0] == 0x28 && (capture[1] & 0xff) == 0xb5;
        return gzip || zstd ? Math.min(capture.length * MAX_RATIO * 16, 256L << 20) : capture.length;
    }
}
