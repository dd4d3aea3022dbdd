package io.ghostmap.cli;

import static io.ghostmap.support.Packets.ethernet;
import static io.ghostmap.support.Packets.geneve;
import static io.ghostmap.support.Packets.ip;
import static io.ghostmap.support.Packets.tcp;
import static io.ghostmap.support.Packets.toPort;
import static io.ghostmap.support.Packets.udp;
import static io.ghostmap.support.Packets.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.net.Endpoint;
import io.ghostmap.support.Archives;
import io.ghostmap.support.PcapFile;
import io.ghostmap.traffic.Destination;
import io.ghostmap.traffic.Traffic;
import io.ghostmap.traffic.Waypoint;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A node's overlay can use another port than the usual ones: only its agent's configuration shows which. */
final class TunnelPortTest {
    private static final String SERVICE = "198.51.100.20:80";
    private static final byte[] SYN = ip("10.0.0.1", "198.51.100.20", 6, tcp(40_000, 80, 2, 100, 0, 0));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#### Read-only configurations ####\nTunnelPort                        : 8473\nTunnelProtocol : vxlan\n",
                "TunnelPort : 8473",
                "  tunnel-port: \"8473\"\n",
                "tunnel-port 8473\n"
            })
    void portThatTheAgentsConfigurationNamesIsOpened(String configuration)
            throws IOException, UnreadableBundleException {
        for (boolean configurationFirst : new boolean[] {true, false}) {
            Traffic traffic = traffic(toPort(8473, vxlan(ethernet(SYN))), configuration, configurationFirst);

            assertThat(traffic.destinations())
                    .extracting(TunnelPortTest::endpoint)
                    .containsExactly(SERVICE);
            assertThat(traffic.destinations().get(0).paths())
                    .map(Waypoint::toString)
                    .containsExactly("in vxlan");
            assertThat(traffic.services()).isEmpty();
            assertThat(traffic.captures()).hasSize(1);
        }
    }

    @Test
    void reportOnTheBundleHasTheInnerDestination() throws IOException, UnreadableBundleException {
        Path bundle = bundle(toPort(8473, vxlan(ethernet(SYN))), "TunnelPort : 8473\n", false);

        assertThat(Analysis.incidentOf(bundle).traffic().destinations())
                .extracting(TunnelPortTest::endpoint)
                .containsExactly(SERVICE);
    }

    @Test
    void geneveAtThatPortIsOpenedAsWell() throws IOException, UnreadableBundleException {
        Traffic traffic = traffic(toPort(8473, geneve(ethernet(SYN))), "TunnelPort : 8473\n", false);

        assertThat(traffic.destinations().get(0).paths())
                .map(Waypoint::toString)
                .containsExactly("in geneve");
    }

    /** The packet alone does not show it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"TunnelPort : 8474", "TunnelPort : 0", "TunnelPort : 99999", "TunnelPortRange : 8473", "MTU : 8473"
            })
    void portThatTheConfigurationDoesNotNameIsNotOpened(String configuration)
            throws IOException, UnreadableBundleException {
        Traffic traffic = traffic(toPort(8473, vxlan(ethernet(SYN))), configuration, false);

        assertThat(traffic.destinations()).isEmpty();
        assertThat(traffic.services())
                .extracting(service -> service.endpoint().port())
                .containsExactly(8473);
    }

    @Test
    void datagramToThatPortThatIsNotOfATunnelStaysOne() throws IOException, UnreadableBundleException {
        Traffic traffic = traffic(udp(40_000, 8473, new byte[40]), "TunnelPort : 8473\n", false);

        assertThat(traffic.services())
                .extracting(service -> service.endpoint().port())
                .containsExactly(8473);
    }

    @Test
    void usualPortsAreOpenedBesideIt() throws IOException, UnreadableBundleException {
        Traffic traffic = traffic(vxlan(ethernet(SYN)), "TunnelPort : 8473\n", false);

        assertThat(traffic.destinations()).extracting(TunnelPortTest::endpoint).containsExactly(SERVICE);
    }

    private Traffic traffic(byte[] datagram, String configuration, boolean configurationFirst)
            throws IOException, UnreadableBundleException {
        return TrafficReading.of(List.of(bundle(datagram, configuration, configurationFirst)));
    }

    private Path bundle(byte[] datagram, String configuration, boolean configurationFirst) throws IOException {
        byte[] pcap = new PcapFile(PcapFile.ETHERNET, ByteOrder.LITTLE_ENDIAN, false)
                .frame(0, ethernet(ip("192.0.2.1", "192.0.2.2", 17, datagram)))
                .bytes();
        byte[] text = configuration.getBytes(StandardCharsets.UTF_8);
        byte[] capture = Archives.member("b/pcap/any.pcap", '0', pcap.length, pcap);
        byte[] config = Archives.member("b/cilium/config.txt", '0', text.length, text);
        return Files.write(
                folder.resolve("bundle.tar"),
                configurationFirst ? Archives.tar(config, capture) : Archives.tar(capture, config));
    }

    private static String endpoint(Destination destination) {
        Endpoint endpoint = destination.endpoint();
        return endpoint.toString();
    }
}
