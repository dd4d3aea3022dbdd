package io.ghostmap.evidence.kubeproxy;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code /proc/net/ip_vs} ({@code ip_vs_info_seq_show} in net/netfilter/ipvs/ip_vs_ctl.c): a line for each virtual server,
 * and below it one for each real server. IPv4 addresses and all ports are hexadecimal, in network byte order; IPv6
 * addresses are in brackets.
 */
public final class IpvsText {
    private static final String NAME = "IPVS";
    private static final String ADDRESS = "(?:([0-9A-F]{8})|\\[([0-9a-f:]+)\\]):([0-9A-F]{4})";
    private static final Pattern VIRTUAL = Pattern.compile("(TCP|UDP|SCTP)\\s+" + ADDRESS + "\\s.*");
    private static final Pattern REAL = Pattern.compile("\\s+->\\s+" + ADDRESS + "\\s.*");

    private record Virtual(Protocol protocol, Endpoint endpoint) {}

    private IpvsText() {}

    /** A rule for each real server of each virtual one. */
    public static List<NatRule> rules(List<String> lines, String file) {
        List<NatRule> rules = new ArrayList<>();
        Optional<Virtual> virtual = Optional.empty();
        int number = 0;
        for (String line : lines) {
            number++;
            Matcher server = VIRTUAL.matcher(line);
            Matcher real = REAL.matcher(line);
            if (server.matches()) {
                Protocol protocol = Protocol.ofName(server.group(1)).orElse(Protocol.ANY);
                virtual = endpoint(server, 2).map(endpoint -> new Virtual(protocol, endpoint));
            } else if (real.matches() && virtual.isPresent()) {
                Virtual asked = virtual.get();
                Citation source = new Citation(file, "line " + number, line.strip());
                endpoint(real, 1)
                        .map(backend -> new NatRule(
                                NatRule.Owner.KUBE_PROXY,
                                asked.endpoint,
                                asked.protocol,
                                backend,
                                NAME,
                                OptionalLong.empty(),
                                source))
                        .ifPresent(rules::add);
            }
        }
        return List.copyOf(rules);
    }

    private static Optional<Endpoint> endpoint(Matcher line, int group) {
        Optional<IpAddress> address = line.group(group) == null
                ? IpAddress.parse(line.group(group + 1))
                : Optional.of(IpAddress.of(HexFormat.of().parseHex(line.group(group)), 0, IpAddress.V4_BYTES));
        return address.map(at -> new Endpoint(at, HexFormat.fromHexDigits(line.group(group + 2))));
    }
}
