package io.ghostmap.traffic;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.PcapFile;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An ICMP error refuses, unless it asks for smaller packets or tells of fragments that did not come together. */
final class IcmpErrorTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SYN = 0x02;

    @ParameterizedTest
    @CsvSource({
        "4, 3, 0, UNREACHABLE", // net unreachable
        "4, 3, 1, UNREACHABLE", // host unreachable
        "4, 3, 3, UNREACHABLE", // port unreachable
        "4, 3, 4, UNKNOWN", // fragmentation needed
        "4, 3, 13, UNREACHABLE", // communication administratively prohibited
        "4, 4, 0, UNKNOWN", // source quench
        "4, 5, 1, UNKNOWN", // redirect
        "4, 11, 0, UNREACHABLE", // time to live exceeded in transit
        "4, 11, 1, UNKNOWN", // fragment reassembly time exceeded
        "4, 8, 0, UNKNOWN", // echo
        "6, 1, 0, UNREACHABLE", // no route
        "6, 1, 4, UNREACHABLE", // port unreachable
        "6, 2, 0, UNKNOWN", // packet too big
        "6, 3, 0, UNREACHABLE", // hop limit exceeded in transit
        "6, 3, 1, UNKNOWN", // fragment reassembly time exceeded
        "6, 128, 0, UNKNOWN" // echo
    })
    void errorRefusesByItsTypeAndCode(int family, int type, int code, Reply reply) {
        String client = family == 4 ? "10.0.0.1" : "2001:db8::1";
        String server = family == 4 ? "10.0.0.2" : "2001:db8::2";
        byte[] syn = ip(client, server, TCP, tcp(40_000, 80, SYN, 5, 0, 0));
        byte[] datagram = ip(client, server, UDP, udp(40_000, 53, new byte[20]));
        PcapFile pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false)
                .frame(0, ethernet(syn))
                .frame(9, ethernet(datagram))
                .frame(50, ethernet(error(client, family, type, code, syn)))
                .frame(60, ethernet(error(client, family, type, code, datagram)));
        Traffic traffic = Captures.read(pcap);

        assertThat(traffic.destinations().get(0).reply()).isEqualTo(reply);
        assertThat(traffic.services().get(0).replies()).containsOnlyKeys(reply);
    }

    private static byte[] error(String to, int family, int type, int code, byte[] quoted) {
        byte[] icmp = new byte[8 + quoted.length];
        icmp[0] = (byte) type;
        icmp[1] = (byte) code;
        System.arraycopy(quoted, 0, icmp, 8, quoted.length);
        return ip(family == 4 ? "10.0.0.99" : "2001:db8::99", to, family == 4 ? 1 : 58, icmp);
    }
}
