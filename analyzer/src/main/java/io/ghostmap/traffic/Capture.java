package io.ghostmap.traffic;

import io.ghostmap.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One capture file as evidence, and its limits.
 *
 * @param format {@code pcap} or {@code pcapng}
 * @param interfaces as the file describes them; one without a name for pcap
 * @param laterFragments TCP and UDP fragments without ports
 * @param tunneled frames whose inner packet is what counts
 * @param unread frames that were not read to what decides
 * @param counters tcpdump's own, which are in another file
 * @param damage why the file was not read to its end
 */
public record Capture(
        String file,
        String format,
        List<CaptureInterface> interfaces,
        long frames,
        CaptureClock clock,
        long laterFragments,
        long tunneled,
        Unread unread,
        CaptureCounters counters,
        Optional<Text> damage) {

    Capture with(CaptureCounters stated) {
        return new Capture(file, format, interfaces, frames, clock, laterFragments, tunneled, unread, stated, damage);
    }

    /** The source of {@link #dropped}: what tcpdump wrote on stderr, or the capture's own statistics. */
    public String countersFile() {
        return counters.droppedByKernel().isPresent() ? Rotation.of(file).set() + ".stderr" : file;
    }

    /** Of the first interface, 0 where the file has none. */
    public int snapLength() {
        return interfaces.stream().findFirst().map(CaptureInterface::snapLength).orElse(0);
    }

    public long lastNanos() {
        return clock.lastNanos();
    }

    /** Packets lost by tcpdump's counters, or by the file's own statistics; empty where neither says. */
    public OptionalLong dropped() {
        OptionalLong atInterfaces = interfaces.stream()
                .map(CaptureInterface::dropped)
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .reduce(CaptureInterface::sum);
        return counters.droppedByKernel().isPresent() ? counters.droppedByKernel() : atInterfaces;
    }

    /** Whether packets are known to be missing, so that silence proves nothing. */
    public boolean lost() {
        return dropped().orElse(0) > 0;
    }
}
