package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.geneve;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.udp;
import static io.ghostmap.support.Packets.vxlan;

import com.github.luben.zstd.Zstd;
import io.ghostmap.support.Archives;
import io.ghostmap.support.PcapFile;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Every capture that is committed, alone and inside the samples, and small ones of the shapes that those lack. */
enum CaptureCorpus {
    STALE_GENERATION,
    STALE_GENERATION_LINK,
    HEALTHY,
    NO_TRAFFIC,
    ANY,
    SLL_NANO,
    TUNNELS,
    TWO_INTERFACES,
    BIG_ENDIAN,
    RAW_TUNNELS,
    GZIP,
    ZSTD;

    byte[] bytes() {
        try {
            return switch (this) {
                case STALE_GENERATION, STALE_GENERATION_LINK, HEALTHY, NO_TRAFFIC -> ofSample();
                case ANY -> committed("any.pcap");
                case SLL_NANO -> committed("sll-nano.pcap");
                case TUNNELS -> committed("tunnels.pcap");
                case TWO_INTERFACES -> committed("two-interfaces.pcapng");
                case BIG_ENDIAN -> bigEndian();
                case RAW_TUNNELS -> tunnels();
                case GZIP -> Archives.gzip(committed("two-interfaces.pcapng"));
                case ZSTD -> Zstd.compress(committed("any.pcap"));
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isCompressed() {
        return this == GZIP || this == ZSTD;
    }

    private byte[] ofSample() throws IOException {
        String sample = name().toLowerCase(Locale.ROOT).replace('_', '-');
        Path folder = Files.createTempDirectory("ghostmap-corpus-");
        try {
            return Files.readAllBytes(
                    Archives.unpack(Repository.sample(sample), folder).resolve("pcap/any.pcap"));
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static byte[] committed(String name) throws IOException {
        return Files.readAllBytes(
                Repository.root().resolve("analyzer/src/test/captures").resolve(name));
    }

    private static byte[] bigEndian() {
        return new PcapFile(PcapFile.SLL, ByteOrder.BIG_ENDIAN, true)
                .tcp(0, "10.0.0.1", 4_000, "10.0.0.2", 80, PcapFile.SYN, 1, 0)
                .tcp(9, "10.0.0.2", 80, "10.0.0.1", 4_000, PcapFile.SYN_ACK, 7, 2)
                .tcp(20, "2001:db8::1", 4_000, "2001:db8::2", 80, PcapFile.SYN, 1, 0)
                .tcp(30, "2001:db8::2", 80, "2001:db8::1", 4_000, PcapFile.RST_ACK, 0, 2)
                .bytes();
    }

    /** Tunnels in raw IP, and names asked for inside one. */
    private static byte[] tunnels() {
        PcapFile pcap = new PcapFile(PcapFile.RAW, ByteOrder.LITTLE_ENDIAN, false);
        byte[] syn = ip("10.0.0.1", "10.0.0.2", 6, tcp(4_000, 80, PcapFile.SYN, 5, 0, 0));
        List<byte[]> inside = List.of(
                ip("192.0.2.1", "192.0.2.2", 17, vxlan(ethernet(syn, 0x8100))),
                ip("192.0.2.1", "192.0.2.2", 17, geneve(ethernet(syn))),
                ip("192.0.2.1", "192.0.2.2", 4, syn),
                ip("2001:db8::1", "2001:db8::2", 4, syn),
                ip("10.0.0.1", "10.0.0.53", 17, udp(4_001, 53, new byte[30])),
                ip("10.0.0.53", "10.0.0.1", 17, udp(53, 4_001, new byte[90])));
        for (int i = 0; i < inside.size(); i++) {
            pcap.frame(i * 100L, inside.get(i));
        }
        return pcap.bytes();
    }
}
