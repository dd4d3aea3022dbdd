package io.ghostmap.traffic;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of capture files: tcpdump's and dumpcap's, rotated ones among them, plain or compressed. */
final class CaptureFiles {
    /** {@code any.pcap}, {@code any.pcap2} (tcpdump -C), {@code any_00002_20261123.pcapng}, and each with .gz or .zst. */
    private static final Pattern NAME = Pattern.compile("(?<stem>.+)\\.(pcap\\d{0,6}|pcapng|cap)(\\.gz|\\.zst)?");

    private CaptureFiles() {}

    static boolean isCapture(String path) {
        return NAME.matcher(path).matches();
    }

    /** The name without its endings: what tcpdump wrote on stderr stands in the file of that name and {@code .stderr}. */
    static String stem(String path) {
        Matcher matcher = NAME.matcher(path);
        return matcher.matches() ? matcher.group("stem") : path;
    }
}
