package io.ghostmap.evidence.kubeproxy;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code nft list ruleset}: rules of chains, and the verdict maps that kube-proxy's nftables mode looks services up in
 * ({@code pkg/proxy/nftables/proxier.go}). What iptables-nft wrote appears here as well, with its chains' names.
 */
public final class NftText {
    private static final Pattern CHAIN = Pattern.compile("\\s*chain (\\S+) \\{.*");
    private static final Pattern BLOCK = Pattern.compile("\\s*(?:map|set) (\\S+) \\{.*");
    private static final Pattern DESTINATION = Pattern.compile("\\bip6? daddr ([0-9a-fA-F.:]+)(?=\\s)");
    private static final Pattern PORT = Pattern.compile("\\b(tcp|udp|sctp) dport (\\d{1,5})(?=\\s|$)");
    private static final Pattern COUNTER = Pattern.compile("\\bcounter packets (\\d{1,18}) bytes");
    private static final Pattern JUMP = Pattern.compile("\\b(?:jump|goto) (\\S+)");
    private static final Pattern DNAT = Pattern.compile("\\bdnat (?:ip6? )?to (\\S+)");

    /** {@code 10.96.0.1 . tcp . 443 : goto service-2QRHZV4L-default/kubernetes/tcp/https} */
    private static final Pattern ELEMENT = Pattern.compile(
            "([0-9a-fA-F.:]+) \\. (tcp|udp|sctp) \\. (\\d{1,5})(?: comment \"[^\"]*\")? : (?:goto|jump) ([^\\s,}]+)");

    private NftText() {}

    /** What rules translate; other lines are skipped. */
    public static List<NatRule> rules(List<String> lines, String file) {
        NatChains chains = new NatChains();
        Optional<String> chain = Optional.empty();
        int number = 0;
        for (String line : lines) {
            number++;
            Citation source = new Citation(file, "line " + number, line.strip());
            Matcher opened = CHAIN.matcher(line);
            Matcher block = BLOCK.matcher(line);
            if (opened.matches()) {
                chain = Optional.of(opened.group(1));
            } else if (block.matches()) {
                chain = Optional.empty();
            } else if (chain.isPresent()) {
                String within = chain.get();
                rule(line, source).ifPresent(rule -> chains.add(within, rule));
            } else {
                elements(line, source, chains);
            }
        }
        return chains.rules();
    }

    private static Optional<NatChains.Rule> rule(String line, Citation source) {
        Optional<String> jump = first(JUMP, line, 1);
        Optional<Endpoint> to = first(DNAT, line, 1).flatMap(NatTarget::parse);
        if (jump.isEmpty() && to.isEmpty()) {
            return Optional.empty();
        }
        Matcher port = PORT.matcher(line);
        boolean ported = port.find();
        return Optional.of(new NatChains.Rule(
                new NatChains.Match(
                        first(DESTINATION, line, 1).flatMap(IpAddress::parse),
                        ported ? Protocol.ofName(port.group(1)) : Optional.empty(),
                        ported ? port(port.group(2)) : 0),
                jump,
                to,
                first(COUNTER, line, 1)
                        .map(Long::parseLong)
                        .map(OptionalLong::of)
                        .orElse(OptionalLong.empty()),
                source));
    }

    /** Elements of a verdict map count as rules of a chain that nothing jumps to. */
    private static void elements(String line, Citation source, NatChains chains) {
        Matcher element = ELEMENT.matcher(line);
        while (element.find()) {
            chains.add(
                    "service-ips",
                    new NatChains.Rule(
                            new NatChains.Match(
                                    IpAddress.parse(element.group(1)),
                                    Protocol.ofName(element.group(2)),
                                    port(element.group(3))),
                            Optional.of(element.group(4)),
                            Optional.empty(),
                            OptionalLong.empty(),
                            source));
        }
    }

    private static int port(String digits) {
        int port = Integer.parseInt(digits);
        return port <= 0xffff ? port : 0;
    }

    private static Optional<String> first(Pattern pattern, String line, int group) {
        Matcher found = pattern.matcher(line);
        return found.find() ? Optional.of(found.group(group)) : Optional.empty();
    }
}
