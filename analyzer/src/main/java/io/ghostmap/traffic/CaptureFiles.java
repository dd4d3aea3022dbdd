package io.ghostmap.traffic;

import io.ghostmap.bundle.Decompression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of capture files: tcpdump's and dumpcap's, rotated ones among them, plain or compressed. */
public final class CaptureFiles {
    /** {@code any.pcap}, {@code any.pcap2} (tcpdump -C), {@code any_00002_20261123.pcapng}, and each with .gz or .zst. */
    private static final Pattern NAME = Pattern.compile("(?<stem>.+)\\.(pcap\\d{0,6}|pcapng|cap)(\\.gz|\\.zst)?");

    private CaptureFiles() {}

    /** Whether the content, unpacked if it is compressed, starts as a capture does. */
    public static boolean startsAsCapture(InputStream in) throws IOException {
        byte[] head = Decompression.unpacking(in).readNBytes(CaptureFormat.LONGEST_HEAD);
        try (ByteSource source = new ByteSource(new ByteArrayInputStream(head))) {
            return !(CaptureFormat.open(source) instanceof CaptureFormat.Unreadable);
        }
    }

    static boolean isCapture(String path) {
        return NAME.matcher(path).matches();
    }

    /** The name without its endings: what tcpdump wrote on stderr stands in the file of that name and {@code .stderr}. */
    static String stem(String path) {
        Matcher matcher = NAME.matcher(path);
        return matcher.matches() ? matcher.group("stem") : path;
    }
}
