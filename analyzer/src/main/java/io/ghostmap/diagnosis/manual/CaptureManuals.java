package io.ghostmap.diagnosis.manual;

import io.ghostmap.text.Text;
import java.util.List;

/** What a capture cannot show, and why. These rules say nothing about the node. */
public final class CaptureManuals {
    private static final Text REPORT =
            Text.of("It is a statement about the evidence, and never decides alone about the node.");

    /** CAP-01. */
    public static final Manual DROPPED = about(
            Text.of("tcpdump ends with a count of packets that the kernel dropped."),
            Text.of("The buffer of the capture was full, so that frames are missing at random."),
            Text.of("The messages of tcpdump, or a statistics block of a pcapng file, count dropped packets."));

    /** CAP-02. */
    public static final Manual TOO_SHORT = about(
            Text.of("Attempts look unanswered, but the capture ends right after them."),
            Text.of(
                    "A SYN is repeated after one second, then after three and seven. SYNs of the last moments could not be answered"
                            + " in time."),
            Text.of(
                    "The last frames of the capture are less than three seconds after the SYN of an attempt without a reply."));

    /** CAP-03. */
    public static final Manual WITHOUT_SYN = about(
            Text.of("The report has no connections at all."),
            Text.of(
                    "No client connected while the capture ran, or the connections did not pass its interface or its filter."),
            Text.of("The capture was read and has no SYN."));

    /** CAP-04. */
    public static final Manual CUT = about(
            Text.of("Addresses or ports of some frames are missing."),
            Text.of("The snapshot length of the capture is shorter than the headers."),
            Text.of("Frames end inside a header."));

    /** CAP-05. */
    public static final Manual NOT_READ = about(
            Text.of("The capture is smaller than it should be, or a tool refuses to open it."),
            Text.of("A file was cut or damaged, or has frames of a kind that is not read."),
            Text.of(
                    "The file ends inside a record, a record contradicts its header, or frames of other kinds were counted."));

    /** CAP-06. */
    public static final Manual CHANGED = about(
            Text.of("The lists of programs before and after the capture differ."),
            Text.of("The agent was restarted or upgraded, or pods were created or removed, while the capture ran."),
            Text.of("A map, a program or a link is in only one of the two readings."));

    /** CAP-07. */
    public static final Manual TOO_MANY = about(
            Text.of("The report says that some attempts were only counted, not followed."),
            Text.of("Memory is bounded: 100,000 attempts are followed one by one."),
            Text.of("The capture has more attempts than that."));

    /** CAP-08. */
    public static final Manual OUT_OF_ORDER = about(
            Text.of("Answers seem to come before their SYNs."),
            Text.of(
                    "The files of a rotated capture were read in an order that is not that of time, or the clock was set back."),
            Text.of("A later file begins before an earlier one ends."));

    private CaptureManuals() {}

    private static Manual about(Text reported, Text mechanism, Text proof) {
        return new Manual(reported, mechanism, proof, List.of(REPORT), List.of());
    }
}
