package io.ghostmap.evidence.agent;

import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.agent.AgentFrontend.Backend;
import io.ghostmap.evidence.agent.AgentFrontend.State;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Reads an element of {@code cilium-dbg service list -o json}. */
public final class AgentFrontendReader {
    private AgentFrontendReader() {}

    /** Empty for a row without an address; citations refer to {@code file}. */
    public static Optional<AgentFrontend> read(JsonNode row, String file) {
        JsonNode spec = row.path("spec");
        JsonNode realized = row.path("status").path("realized");
        JsonNode address = spec.path("frontend-address");
        List<Backend> backends = backends(spec.path("backend-addresses"));
        return endpoint(address)
                .map(frontend -> new AgentFrontend(
                        frontend,
                        Protocol.ofName(address.path("protocol").asString("")).orElse(Protocol.ANY),
                        address.path("scope").asString("").equals("internal"),
                        spec.path("id").asLong(0),
                        type(spec.path("flags").path("type").asString("")),
                        service(spec.path("flags")),
                        backends,
                        realized.isMissingNode()
                                || endpoints(backends(realized.path("backend-addresses")))
                                        .equals(endpoints(backends)),
                        new Citation(
                                file,
                                "spec id " + spec.path("id").asLong(0),
                                frontend + " → "
                                        + backends.stream()
                                                .map(Backend::endpoint)
                                                .toList())));
    }

    private static List<Backend> backends(JsonNode list) {
        List<Backend> backends = new ArrayList<>();
        for (JsonNode backend : list) {
            endpoint(backend)
                    .map(at -> new Backend(
                            at,
                            state(backend.path("state").asString("active")),
                            backend.path("nodeName").asString("")))
                    .ifPresent(backends::add);
        }
        return backends;
    }

    private static Set<Endpoint> endpoints(List<Backend> backends) {
        return backends.stream().map(Backend::endpoint).collect(Collectors.toSet());
    }

    private static Optional<ServiceRef> service(JsonNode flags) {
        String name = flags.path("name").asString("");
        return name.isEmpty()
                ? Optional.empty()
                : Optional.of(new ServiceRef(flags.path("namespace").asString(""), name));
    }

    private static AgentFrontend.Type type(String word) {
        return switch (word) {
            case "ClusterIP" -> AgentFrontend.Type.CLUSTER_IP;
            case "NodePort" -> AgentFrontend.Type.NODE_PORT;
            case "HostPort" -> AgentFrontend.Type.HOST_PORT;
            case "ExternalIPs", "externalIPs" -> AgentFrontend.Type.EXTERNAL_IPS;
            case "LoadBalancer" -> AgentFrontend.Type.LOAD_BALANCER;
            case "LocalRedirect" -> AgentFrontend.Type.LOCAL_REDIRECT;
            default -> AgentFrontend.Type.OTHER;
        };
    }

    private static State state(String word) {
        return switch (word) {
            case "active" -> State.ACTIVE;
            case "terminating", "terminating-not-serving" -> State.TERMINATING;
            case "quarantined" -> State.QUARANTINED;
            case "maintenance" -> State.MAINTENANCE;
            default -> State.OTHER;
        };
    }

    private static Optional<Endpoint> endpoint(JsonNode node) {
        int port = node.path("port").asInt(0);
        if (port < 0 || port > 0xffff) {
            return Optional.empty();
        }
        return IpAddress.parse(node.path("ip").asString("")).map(address -> new Endpoint(address, port));
    }
}
