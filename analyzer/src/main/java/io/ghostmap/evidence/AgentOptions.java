package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The running agent's options that decide how its socket programs translate: from {@code cilium/config.txt} ({@code
 * cilium-dbg config -a}, names of {@code DaemonConfig} in pkg/option/config.go) and {@code cilium/status.json} ({@code
 * KubeProxyReplacement} of api/v1/models). An option that neither has is at Cilium's default.
 *
 * @param stated where an option is stated, whatever its value; absent if it was not captured
 * @param configured whether the configuration was captured: an option that is not in it is one that its release does not have
 * @param hostNetworkOnly whether connections of pods are translated by the programs at their devices
 * @param firstNodePort of the range of NodePorts
 * @param lastNodePort of the range of NodePorts, inclusive
 * @param externalIpsAnywhere whether external IPs of other nodes are translated as well
 * @param socketLb whether services are translated at the socket, at least for the host
 * @param kubeProxyReplacement whether the agent does everything that kube-proxy would do
 * @param noProxy whether services of a proxy are like any others
 * @param emptyServicesPass whether a service without backends lets the connection pass, unless its traffic policy is Local
 */
public record AgentOptions(
        Map<Option, List<Citation>> stated,
        boolean configured,
        boolean hostNetworkOnly,
        int firstNodePort,
        int lastNodePort,
        boolean externalIpsAnywhere,
        boolean noProxy,
        boolean emptyServicesPass,
        Setting socketLb,
        Setting kubeProxyReplacement) {

    /** Whether the agent runs with a feature. */
    public enum Setting {
        ON,
        OFF,
        /** One captured source says on and another says off. */
        CONTRADICTED,
        /** No captured source states it. */
        NOT_KNOWN
    }

    public static final AgentOptions DEFAULT = new AgentOptions(
            Map.of(), false, false, 30_000, 32_767, false, false, false, Setting.NOT_KNOWN, Setting.NOT_KNOWN);

    /** Each with the name of the agent's flag. */
    public enum Option {
        HOST_NETWORK_ONLY("bpf-lb-sock-hostns-only"),
        NODE_PORT_RANGE("node-port-range"),
        EXTERNAL_IPS_ANYWHERE("disable-external-ip-mitigation"),
        EMPTY_SERVICES_PASS("enable-no-service-endpoints-routable=false"),
        NO_PROXY("enable-envoy-config=false"),
        SOCKET_LB("bpf-lb-sock"),
        KUBE_PROXY_REPLACEMENT("kube-proxy-replacement");

        private final String flag;

        Option(String flag) {
            this.flag = flag;
        }

        public String flag() {
            return flag;
        }
    }

    /** {@code BPFSocketLBHostnsOnly             : false} */
    private static final Pattern LINE = Pattern.compile("\\s*(?<name>\\w+)\\s*:\\s*(?<value>\\w{1,16})\\s*");

    /** Up to 1.15, the replacement of kube-proxy had these words as well. */
    private static final String ON = "(?i)true|strict";

    private static final String SWITCH = "(?i)true|false|strict|disabled";

    public Optional<Citation> stated(Option option) {
        return stated.getOrDefault(option, List.of()).stream().findFirst();
    }

    /**
     * Whether it is known how the agent has it. Host network only is a matter of a name as well: agents print it in more
     * than one way, and what is wrong then is wrong for every pod.
     */
    public boolean isKnown(Option option) {
        return stated.containsKey(option) || (configured && option != Option.HOST_NETWORK_ONLY);
    }

    public boolean isNodePort(int port) {
        return port >= firstNodePort && port <= lastNodePort;
    }

    /** From the lines of the configuration and the {@code features} of the status, which can be anything if there is none. */
    static AgentOptions of(TextFile configuration, String statusFile, JsonNode replacement) {
        Reading reading = new Reading(configuration, statusFile, replacement.path("features"));
        OptionalInt first = reading.port("NodePortMin", "portMin");
        OptionalInt last = reading.port("NodePortMax", "portMax");
        boolean range = first.isPresent() && last.isPresent() && first.getAsInt() <= last.getAsInt();
        boolean hostNetworkOnly =
                reading.flag(Option.HOST_NETWORK_ONLY, "BPFSocketLBHostnsOnly", "bpfSocketLBHostnsOnly", false);
        boolean externalIpsAnywhere =
                reading.flag(Option.EXTERNAL_IPS_ANYWHERE, "DisableExternalIPMitigation", "", false);
        boolean noProxy = !reading.flag(Option.NO_PROXY, "EnableEnvoyConfig", "", true);
        boolean emptyServicesPass =
                !reading.flag(Option.EMPTY_SERVICES_PASS, "EnableNoServiceEndpointsRoutable", "", true);
        return new AgentOptions(
                reading.stated,
                configuration.lines().stream()
                        .anyMatch(line -> LINE.matcher(line).matches()),
                hostNetworkOnly,
                range ? first.getAsInt() : DEFAULT.firstNodePort,
                range ? last.getAsInt() : DEFAULT.lastNodePort,
                externalIpsAnywhere,
                noProxy,
                emptyServicesPass,
                reading.setting(
                        Option.SOCKET_LB,
                        "EnableSocketLB",
                        replacement.path("features").path("socketLB").path("enabled"),
                        "socketLB.enabled"),
                reading.setting(
                        Option.KUBE_PROXY_REPLACEMENT,
                        "KubeProxyReplacement",
                        replacement.path("mode"),
                        "kube-proxy-replacement.mode"));
    }

    /** The configuration first; an invalid value is ignored. */
    private static final class Reading {
        private final TextFile configuration;
        private final String statusFile;
        private final JsonNode features;
        private final Map<Option, List<Citation>> stated = new EnumMap<>(Option.class);

        Reading(TextFile configuration, String statusFile, JsonNode features) {
            this.configuration = configuration;
            this.statusFile = statusFile;
            this.features = features;
        }

        boolean flag(Option option, String name, String inStatus, boolean usual) {
            String value = value(option, name, features.path(inStatus), inStatus, "true|false");
            return value.isEmpty() ? usual : value.equals("true");
        }

        OptionalInt port(String name, String inStatus) {
            String value = value(
                    Option.NODE_PORT_RANGE, name, features.path("nodePort").path(inStatus), inStatus, "[1-9]\\d{0,4}");
            return value.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value));
        }

        /** Both sources count: the agent's status says how it runs, its configuration how it should run. */
        Setting setting(Option option, String name, JsonNode status, String inStatus) {
            List<String> values = new ArrayList<>();
            configured(name, SWITCH).ifPresent(value -> values.add(cited(option, configuration.file(), name, value)));
            String value = status.asString("");
            if (value.matches(SWITCH)) {
                values.add(cited(option, statusFile, inStatus, value));
            }
            boolean on = values.stream().anyMatch(each -> each.matches(ON));
            boolean off = values.stream().anyMatch(each -> !each.matches(ON));
            if (on && off) {
                return Setting.CONTRADICTED;
            }
            return on ? Setting.ON : off ? Setting.OFF : Setting.NOT_KNOWN;
        }

        private Optional<String> configured(String name, String kind) {
            return configuration.lines().stream()
                    .map(LINE::matcher)
                    .filter(Matcher::matches)
                    .filter(line -> line.group("name").equals(name))
                    .map(line -> line.group("value"))
                    .filter(value -> value.matches(kind))
                    .findFirst();
        }

        private String value(Option option, String name, JsonNode status, String inStatus, String kind) {
            Optional<String> configured = configured(name, kind);
            if (configured.isPresent()) {
                return cited(option, configuration.file(), name, configured.get());
            }
            String value = status.asString("");
            return value.matches(kind) ? cited(option, statusFile, inStatus, value) : "";
        }

        private String cited(Option option, String file, String name, String value) {
            stated.computeIfAbsent(option, key -> new ArrayList<>()).add(new Citation(file, name, value));
            return value;
        }
    }
}
