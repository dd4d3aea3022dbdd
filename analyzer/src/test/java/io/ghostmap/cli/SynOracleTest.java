package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.Report;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Command;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Repository;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SYN table equals what tcpdump and tshark count in the same capture, destination by destination. */
final class SynOracleTest {
    private static final Pattern TCPDUMP = Pattern.compile("> (?<address>[0-9a-f.:]+)\\.(?<port>\\d+): Flags \\[S\\]");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"stale-generation", "stale-generation-link", "healthy", "no-traffic"})
    void synTableEqualsTcpdumpAndTshark(String sample) throws UnreadableBundleException {
        Needs.tools("tcpdump", "tshark");
        Path pcap = Archives.unpack(Repository.sample(sample), folder).resolve("pcap/any.pcap");
        Map<String, Long> ours = new TreeMap<>();
        for (Report.Destination destination :
                Analysis.of(Repository.sample(sample)).destinations()) {
            ours.put(destination.address() + " " + destination.port(), destination.syns());
        }

        assertThat(ours).isEqualTo(tcpdump(pcap)).isEqualTo(tshark(pcap));
    }

    private Map<String, Long> tcpdump(Path pcap) {
        Command command = Command.run(folder, "tcpdump", "-nr", pcap.toString());
        assertThat(command.exit()).as(command.err()).isZero();
        Map<String, Long> syns = new TreeMap<>();
        command.out().lines().forEach(line -> {
            Matcher matcher = TCPDUMP.matcher(line);
            if (matcher.find()) {
                syns.merge(matcher.group("address") + " " + matcher.group("port"), 1L, Long::sum);
            }
        });
        return syns;
    }

    private Map<String, Long> tshark(Path pcap) {
        Command command = Command.run(
                folder,
                "tshark",
                "-nr",
                pcap.toString(),
                "-Y",
                "tcp.flags.syn==1 && tcp.flags.ack==0",
                "-T",
                "fields",
                "-e",
                "ip.dst",
                "-e",
                "ipv6.dst",
                "-e",
                "tcp.dstport");
        assertThat(command.exit()).as(command.err()).isZero();
        Map<String, Long> syns = new TreeMap<>();
        command.out().lines().forEach(line -> {
            String[] fields = line.split("\t", -1);
            syns.merge(fields[0] + fields[1] + " " + fields[2], 1L, Long::sum);
        });
        return syns;
    }
}
