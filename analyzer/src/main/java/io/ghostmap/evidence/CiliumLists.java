package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What {@code cilium-dbg} prints. Shapes: {@code api/v1/models} for {@code service list -o json};
 * {@code cilium-dbg/cmd/bpf_lb_list.go} for {@code bpf lb list -o json}, whose keys are
 * {@code ip:port[/PROTO][/i] (slot)} from 1.14 on and whose values are texts.
 */
final class CiliumLists {
    /** {@code 10.0.0.1:80/TCP (1)}, {@code [fd00::1]:80/TCP/i (0)}, and older {@code 10.0.0.1:80}. */
    private static final Pattern LB_KEY =
            Pattern.compile("(?<endpoint>\\S+:\\d+)(/(?<protocol>[A-Z]+))?(?<internal>/i)?( \\((?<slot>\\d+)\\))?");

    /** {@code 10.0.1.5:8080/TCP (408) (1)} */
    private static final Pattern LB_VALUE =
            Pattern.compile("(?<endpoint>\\S+:\\d+)(/[A-Z]+)? \\(\\d+\\) \\((?<slot>\\d+)\\).*");

    private static final int MAX_QUOTED = 50;

    private CiliumLists() {}

    /**
     * An element of {@code service list -o json}; empty for a frontend that the agent lists and does not write to the maps,
     * which has the id 0 (1.19 and later).
     */
    static Optional<ServiceClaim> service(JsonNode row, String file) {
        JsonNode spec = row.path("spec");
        if (spec.path("id").asInt(1) == 0) {
            return Optional.empty();
        }
        JsonNode address = spec.path("frontend-address");
        List<Endpoint> backends = new ArrayList<>();
        spec.path("backend-addresses").forEach(backend -> endpoint(backend).ifPresent(backends::add));
        return endpoint(address)
                .map(frontend -> new ServiceClaim(
                        frontend,
                        Protocol.ofName(address.path("protocol").asString("")).orElse(Protocol.ANY),
                        List.copyOf(backends),
                        new Citation(file, "spec id " + spec.path("id").asInt(0), frontend + " → " + few(backends))));
    }

    /** The whole object of {@code bpf lb list -o json}; rows of the internal scope are skipped. */
    static List<ServiceClaim> lbList(JsonNode document, String file) {
        record Key(Endpoint frontend, Protocol protocol) {}
        Map<Key, List<Endpoint>> services = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> row : document.properties()) {
            Matcher key = LB_KEY.matcher(row.getKey());
            if (!key.matches() || key.group("internal") != null) {
                continue;
            }
            Optional<Endpoint> frontend = Endpoint.parse(key.group("endpoint"));
            if (frontend.isEmpty()) {
                continue;
            }
            Protocol protocol = Optional.ofNullable(key.group("protocol"))
                    .flatMap(Protocol::ofName)
                    .orElse(Protocol.ANY);
            List<Endpoint> backends =
                    services.computeIfAbsent(new Key(frontend.get(), protocol), k -> new ArrayList<>());
            row.getValue().forEach(text -> backend(text.asString("")).ifPresent(backends::add));
        }
        return services.entrySet().stream()
                .map(service -> new ServiceClaim(
                        service.getKey().frontend(),
                        service.getKey().protocol(),
                        List.copyOf(service.getValue()),
                        new Citation(file, service.getKey().frontend().toString(), few(service.getValue()))))
                .toList();
    }

    /** Prints a list; of a long one, only its beginning. */
    private static String few(List<Endpoint> backends) {
        return backends.size() <= MAX_QUOTED
                ? backends.toString()
                : backends.subList(0, MAX_QUOTED) + " and " + (backends.size() - MAX_QUOTED) + " more";
    }

    private static Optional<Endpoint> backend(String text) {
        Matcher value = LB_VALUE.matcher(text);
        return value.matches() && !value.group("slot").equals("0")
                ? Endpoint.parse(value.group("endpoint"))
                : Optional.empty();
    }

    private static Optional<Endpoint> endpoint(JsonNode node) {
        int port = node.path("port").asInt(0);
        if (port < 0 || port > 0xffff) {
            return Optional.empty();
        }
        return IpAddress.parse(node.path("ip").asString("")).map(address -> new Endpoint(address, port));
    }
}
