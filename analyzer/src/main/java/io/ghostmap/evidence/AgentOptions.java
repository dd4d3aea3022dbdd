package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The running agent's options that decide how its socket programs translate: from {@code cilium/config.txt} ({@code
 * cilium-dbg config -a}, names of {@code DaemonConfig} in pkg/option/config.go) and {@code cilium/status.json} ({@code
 * KubeProxyReplacement} of api/v1/models). What neither tells has Cilium's default.
 *
 * @param hostNetworkTold where it stands whether sockets of pods are left alone; empty where it was not captured
 * @param hostNetworkOnly {@code bpf-lb-sock-hostns-only}: sockets of pods are left to the programs at their devices
 * @param firstNodePort of {@code node-port-range}
 * @param lastNodePort of {@code node-port-range}, itself included
 * @param externalIpsAnywhere {@code disable-external-ip-mitigation}: external IPs of other nodes are translated as well
 * @param emptyServicesPass {@code enable-no-service-endpoints-routable} is false: a service without backends lets the
 *     connection pass, unless its traffic policy is Local
 */
public record AgentOptions(
        Optional<Citation> hostNetworkTold,
        boolean hostNetworkOnly,
        int firstNodePort,
        int lastNodePort,
        boolean externalIpsAnywhere,
        boolean emptyServicesPass) {

    public static final AgentOptions DEFAULT = new AgentOptions(Optional.empty(), false, 30_000, 32_767, false, false);

    private static final String HOST_NETWORK = "BPFSocketLBHostnsOnly";
    private static final String HOST_NETWORK_IN_STATUS = "bpfSocketLBHostnsOnly";

    /** {@code BPFSocketLBHostnsOnly             : false} */
    private static final Pattern LINE = Pattern.compile("\\s*(?<name>\\w+)\\s*:\\s*(?<value>\\S+)\\s*");

    /** Of the lines of the configuration; {@code features} of the status, of any kind where there is none. */
    static AgentOptions of(List<String> configuration, JsonNode features) {
        TreeMap<String, String> options = new TreeMap<>();
        for (String line : configuration) {
            Matcher option = LINE.matcher(line);
            if (option.matches()) {
                options.put(option.group("name"), option.group("value"));
            }
        }
        JsonNode nodePort = features.path("nodePort");
        int first = port(options, "NodePortMin", nodePort.path("portMin")).orElse(DEFAULT.firstNodePort);
        int last = port(options, "NodePortMax", nodePort.path("portMax")).orElse(DEFAULT.lastNodePort);
        Optional<Citation> hostNetwork = Optional.ofNullable(options.get(HOST_NETWORK))
                .map(value -> new Citation("cilium/config.txt", HOST_NETWORK, value))
                .or(() -> Optional.of(features.path(HOST_NETWORK_IN_STATUS))
                        .filter(JsonNode::isBoolean)
                        .map(value -> new Citation("cilium/status.json", HOST_NETWORK_IN_STATUS, value.asString(""))));
        return new AgentOptions(
                hostNetwork,
                hostNetwork.filter(told -> told.quote().equals("true")).isPresent(),
                first <= last ? first : DEFAULT.firstNodePort,
                first <= last ? last : DEFAULT.lastNodePort,
                is(options, "DisableExternalIPMitigation", "true"),
                is(options, "EnableNoServiceEndpointsRoutable", "false"));
    }

    private static boolean is(TreeMap<String, String> options, String name, String value) {
        return value.equals(options.get(name));
    }

    /** A port as one of the two tells it; 0 is how the status says nothing. */
    private static OptionalInt port(TreeMap<String, String> options, String name, JsonNode inStatus) {
        String text = options.getOrDefault(name, inStatus.asString(""));
        return text.matches("[1-9][0-9]{0,4}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }
}
