package io.ghostmap.traffic;

import io.ghostmap.bundle.BundleLayout;
import io.ghostmap.support.PcapFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads captures that a test has built. */
final class Captures {
    private Captures() {}

    static Traffic read(PcapFile pcap) {
        return read(pcap.bytes());
    }

    static Traffic read(byte[] pcap) {
        return read(pcap, "");
    }

    static Traffic read(byte[] pcap, String stderr) {
        TrafficSink sink = new TrafficSink();
        try {
            sink.read(BundleLayout.GHOSTMAP.memberAt("pcap/any.pcap"), new ByteArrayInputStream(pcap));
            sink.read(
                    BundleLayout.GHOSTMAP.memberAt("pcap/any.stderr"),
                    new ByteArrayInputStream(stderr.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sink.assemble();
    }
}
