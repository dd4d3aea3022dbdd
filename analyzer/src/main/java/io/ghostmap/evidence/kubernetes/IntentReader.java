package io.ghostmap.evidence.kubernetes;

import io.ghostmap.bundle.Citation;
import io.ghostmap.net.IpAddress;
import io.ghostmap.net.Protocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Takes services and endpoint slices one by one, as they stream past, and keeps what a load balancer needs of them. */
public final class IntentReader {
    /** {@code discovery.k8s.io/v1}: the label that ties a slice to its service. */
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private final SortedMap<ServiceRef, ServiceObject> services = new TreeMap<>();
    private final Map<ServiceRef, List<SliceObject>> slices = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();

    /** An element of {@code kubectl get services -o json}; citations refer to {@code file}. */
    public void service(JsonNode item, String file) {
        ServiceRef ref = ref(item.path("metadata"));
        JsonNode spec = item.path("spec");
        List<IpAddress> clusterIps =
                addresses(spec.path("clusterIPs").isArray() ? spec.path("clusterIPs") : spec.path("clusterIP"));
        services.put(
                ref,
                new ServiceObject(
                        ref,
                        type(spec.path("type").asString("")),
                        clusterIps,
                        addresses(spec.path("externalIPs")),
                        ingress(item.path("status").path("loadBalancer").path("ingress")),
                        ports(spec.path("ports")),
                        policy(spec.path("internalTrafficPolicy")),
                        policy(spec.path("externalTrafficPolicy")),
                        !spec.path("selector").isEmpty(),
                        new Citation(file, "Service " + ref, "clusterIPs " + clusterIps)));
    }

    /** An element of {@code kubectl get endpointslices -o json}. A slice without a service is ignored. */
    public void slice(JsonNode item, String file) {
        JsonNode metadata = item.path("metadata");
        String service = metadata.path("labels").path(SERVICE_NAME).asString("");
        if (service.isEmpty()) {
            return;
        }
        ServiceRef ref = new ServiceRef(name(metadata.path("namespace").asString("")), name(service));
        List<SliceObject.Port> ports = new ArrayList<>();
        for (JsonNode port : item.path("ports")) {
            int number = port.path("port").asInt(0);
            if (isPort(number)) {
                ports.add(new SliceObject.Port(
                        name(port.path("name").asString("")), protocol(port.path("protocol")), number));
            }
        }
        List<SliceObject.Address> addresses = new ArrayList<>();
        for (JsonNode endpoint : item.path("endpoints")) {
            SliceEndpoint.State state = state(endpoint.path("conditions"));
            String node = name(endpoint.path("nodeName").asString(""));
            String zone = name(endpoint.path("zone").asString(""));
            String target = target(endpoint.path("targetRef"));
            addresses(endpoint.path("addresses"))
                    .forEach(address -> addresses.add(new SliceObject.Address(address, state, node, zone, target)));
        }
        String slice = metadata.path("name").asString("");
        slices.computeIfAbsent(ref, key -> new ArrayList<>(1))
                .add(new SliceObject(
                        ref,
                        List.copyOf(ports),
                        List.copyOf(addresses),
                        new Citation(file, "EndpointSlice " + ref.namespace() + "/" + slice, "of Service " + ref)));
    }

    public Intent intent(Intent.Completeness servicesRead, Intent.Completeness slicesRead) {
        return new Intent(services, slices, servicesRead, slicesRead);
    }

    private ServiceRef ref(JsonNode metadata) {
        return new ServiceRef(
                name(metadata.path("namespace").asString("")),
                name(metadata.path("name").asString("")));
    }

    /** Node and port names repeat thousands of times. */
    private String name(String text) {
        return names.computeIfAbsent(text, same -> same);
    }

    private static ServiceObject.Type type(String word) {
        return switch (word) {
            case "", "ClusterIP" -> ServiceObject.Type.CLUSTER_IP;
            case "NodePort" -> ServiceObject.Type.NODE_PORT;
            case "LoadBalancer" -> ServiceObject.Type.LOAD_BALANCER;
            case "ExternalName" -> ServiceObject.Type.EXTERNAL_NAME;
            default -> ServiceObject.Type.OTHER;
        };
    }

    private static ServiceObject.Policy policy(JsonNode word) {
        return word.asString("").equals("Local") ? ServiceObject.Policy.LOCAL : ServiceObject.Policy.CLUSTER;
    }

    /** An array of texts, or one text; {@code None} and anything else that is not an address is skipped. */
    private static List<IpAddress> addresses(JsonNode texts) {
        List<IpAddress> addresses = new ArrayList<>();
        if (texts.isString()) {
            IpAddress.parse(texts.asString()).ifPresent(addresses::add);
        }
        texts.forEach(text -> IpAddress.parse(text.asString("")).ifPresent(addresses::add));
        return addresses;
    }

    private static List<IpAddress> ingress(JsonNode points) {
        List<IpAddress> addresses = new ArrayList<>();
        points.forEach(point -> IpAddress.parse(point.path("ip").asString("")).ifPresent(addresses::add));
        return addresses;
    }

    private List<ServiceObject.Port> ports(JsonNode list) {
        List<ServiceObject.Port> ports = new ArrayList<>();
        for (JsonNode port : list) {
            int number = port.path("port").asInt(0);
            int nodePort = port.path("nodePort").asInt(0);
            if (isPort(number)) {
                ports.add(new ServiceObject.Port(
                        name(port.path("name").asString("")),
                        protocol(port.path("protocol")),
                        number,
                        isPort(nodePort) ? nodePort : 0));
            }
        }
        return ports;
    }

    private static boolean isPort(int number) {
        return number > 0 && number <= 0xffff;
    }

    /** TCP is the API's default; no client can ask for a protocol that no service can have. */
    private static Protocol protocol(JsonNode word) {
        return Protocol.ofName(word.asString("TCP")).orElse(Protocol.ANY);
    }

    /** An absent {@code ready} counts as true, an absent {@code serving} as {@code ready} (the API's comments). */
    private static SliceEndpoint.State state(JsonNode conditions) {
        boolean ready = conditions.path("ready").asBoolean(true);
        boolean serving = conditions.path("serving").asBoolean(ready);
        boolean terminating = conditions.path("terminating").asBoolean(false);
        if (ready) { // also of a terminating pod whose service publishes addresses that are not ready
            return SliceEndpoint.State.READY;
        }
        if (terminating) {
            return serving ? SliceEndpoint.State.SERVING_TERMINATING : SliceEndpoint.State.TERMINATING;
        }
        return SliceEndpoint.State.NOT_READY;
    }

    private static String target(JsonNode reference) {
        String name = reference.path("name").asString("");
        return name.isEmpty() ? "" : reference.path("namespace").asString("") + "/" + name;
    }
}
