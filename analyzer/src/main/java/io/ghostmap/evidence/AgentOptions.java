package io.ghostmap.evidence;

import java.util.List;
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
 * @param hostNetworkOnly {@code bpf-lb-sock-hostns-only}: sockets of pods are left to the programs at their devices
 * @param firstNodePort of {@code node-port-range}
 * @param lastNodePort of {@code node-port-range}, itself included
 * @param externalIpsAnywhere {@code disable-external-ip-mitigation}: external IPs of other nodes are translated as well
 * @param emptyServicesPass {@code enable-no-service-endpoints-routable} is false: a service without backends lets the
 *     connection pass, unless its traffic policy is Local
 */
public record AgentOptions(
        boolean hostNetworkOnly,
        int firstNodePort,
        int lastNodePort,
        boolean externalIpsAnywhere,
        boolean emptyServicesPass) {

    public static final AgentOptions DEFAULT = new AgentOptions(false, 30_000, 32_767, false, false);

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
        return new AgentOptions(
                is(options, "BPFSocketLBHostnsOnly", "true")
                        || features.path("bpfSocketLBHostnsOnly").asBoolean(false),
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
