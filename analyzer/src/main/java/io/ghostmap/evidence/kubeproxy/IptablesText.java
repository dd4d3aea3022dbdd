package io.ghostmap.evidence.kubeproxy;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nat table of {@code iptables-save -c} or {@code ip6tables-save -c}: {@code [packets:bytes] -A CHAIN match … -j
 * TARGET}. Words in double quotes are one word.
 */
public final class IptablesText {
    private static final Pattern COUNTERS = Pattern.compile("\\[(\\d{1,18}):\\d{1,19}\\] ");
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");

    private IptablesText() {}

    /** What rules of the nat table translate; other lines are skipped. */
    public static List<NatRule> rules(List<String> lines, String file) {
        NatChains chains = new NatChains();
        boolean nat = false;
        int number = 0;
        for (String line : lines) {
            number++;
            if (line.startsWith("*")) {
                nat = line.equals("*nat");
            } else if (nat) {
                rule(line, file, number, chains);
            }
        }
        return chains.rules();
    }

    private static void rule(String line, String file, int number, NatChains chains) {
        Matcher counters = COUNTERS.matcher(line);
        boolean counted = counters.lookingAt();
        List<String> words = words(counted ? line.substring(counters.end()) : line);
        if (words.size() < 2 || !words.get(0).equals("-A")) {
            return;
        }
        NatChains.Rule rule = rule(
                words,
                counted ? OptionalLong.of(Long.parseLong(counters.group(1))) : OptionalLong.empty(),
                new Citation(file, "line " + number, line));
        if (rule.jump().isPresent() || rule.to().isPresent()) {
            chains.add(words.get(1), rule);
        }
    }

    private static NatChains.Rule rule(List<String> words, OptionalLong packets, Citation source) {
        Optional<IpAddress> destination = Optional.empty();
        Optional<Protocol> protocol = Optional.empty();
        Optional<String> target = Optional.empty();
        Optional<Endpoint> to = Optional.empty();
        int port = 0;
        for (int i = 2; i + 1 < words.size(); i++) {
            boolean negated = words.get(i - 1).equals("!");
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "-d", "--destination" -> destination = negated ? Optional.empty() : single(value);
                case "-p", "--protocol" -> protocol = negated ? Optional.empty() : Protocol.ofName(value);
                case "--dport", "--destination-port" -> port = negated ? 0 : port(value);
                case "-j", "--jump", "-g", "--goto" -> target = Optional.of(value);
                case "--to-destination" -> to = NatTarget.parse(value);
                default -> {}
            }
        }
        boolean translates = target.filter("DNAT"::equals).isPresent();
        return new NatChains.Rule(
                new NatChains.Match(destination, protocol, port),
                translates ? Optional.empty() : target,
                translates ? to : Optional.empty(),
                packets,
                source);
    }

    /** An address with a full prefix; a network is not a service's address. */
    private static Optional<IpAddress> single(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return IpAddress.parse(text);
        }
        String prefix = text.substring(slash + 1);
        return IpAddress.parse(text.substring(0, slash))
                .filter(address -> prefix.equals(address.isV4() ? "32" : "128"));
    }

    private static int port(String text) {
        return text.matches("\\d{1,5}") && Integer.parseInt(text) <= 0xffff ? Integer.parseInt(text) : 0;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        return words;
    }
}
