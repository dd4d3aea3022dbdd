package io.ghostmap.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code kubectl get … -o json} prints of the objects that a test names; files that it says nothing of are absent. */
public final class KubernetesObjects {
    private final List<Service> services = new ArrayList<>();
    private final List<String> pods = new ArrayList<>();

    /** A service with one port, and its only slice. */
    public static final class Service {
        private final String namespace;
        private final String name;
        private final String clusterIp;
        private final int port;
        private final int targetPort;
        private final List<String> endpoints = new ArrayList<>();
        private String more = "";

        private Service(String namespace, String name, String clusterIp, int port, int targetPort) {
            this.namespace = namespace;
            this.name = name;
            this.clusterIp = clusterIp;
            this.port = port;
            this.targetPort = targetPort;
        }

        /** An endpoint that takes connections. */
        public Service ready(String address) {
            return endpoint(address, true, true, false);
        }

        /** An endpoint that still takes connections, but is going away. */
        public Service terminating(String address) {
            return endpoint(address, false, true, true);
        }

        /** An endpoint that takes none. */
        public Service notReady(String address) {
            return endpoint(address, false, false, false);
        }

        public Service endpoint(String address, boolean ready, boolean serving, boolean terminating) {
            endpoints.add(("{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":%b,\"serving\":%b,\"terminating\":%b},"
                            + "\"nodeName\":\"worker-7\"}")
                    .formatted(address, ready, serving, terminating));
            return this;
        }

        /** Another field of its spec, such as {@code "internalTrafficPolicy", "Local"}. */
        public Service spec(String field, String value) {
            more += ",\"%s\":\"%s\"".formatted(field, value);
            return this;
        }

        private String json() {
            return ("{\"metadata\":{\"namespace\":\"%s\",\"name\":\"%s\"},\"spec\":{\"clusterIP\":\"%s\",\"clusterIPs\":[\"%s\"],"
                            + "\"ports\":[{\"port\":%d,\"protocol\":\"TCP\",\"targetPort\":%d}]%s}}")
                    .formatted(namespace, name, clusterIp, clusterIp, port, targetPort, more);
        }

        private String slice() {
            return ("{\"addressType\":\"IPv4\",\"metadata\":{\"namespace\":\"%s\",\"name\":\"%s-x1\","
                            + "\"labels\":{\"kubernetes.io/service-name\":\"%s\"}},\"endpoints\":[%s],"
                            + "\"ports\":[{\"port\":%d,\"protocol\":\"TCP\"}]}")
                    .formatted(namespace, name, name, String.join(",", endpoints), targetPort);
        }
    }

    /** {@code shop/cart} at {@code 10.96.0.10:80}, on the target port of its pods. */
    public Service service(String name, String frontend, int targetPort) {
        String[] parts = name.split("/", 2);
        Service service = new Service(
                parts[0],
                parts[1],
                Addresses.endpoint(frontend).address().toString(),
                Addresses.endpoint(frontend).port(),
                targetPort);
        services.add(service);
        return service;
    }

    /** A pod on this node. */
    public KubernetesObjects pod(String name, String address) {
        String[] parts = name.split("/", 2);
        pods.add(
                "{\"metadata\":{\"namespace\":\"%s\",\"name\":\"%s\"},\"spec\":{},\"status\":{\"podIPs\":[{\"ip\":\"%s\"}]}}"
                        .formatted(parts[0], parts[1], address));
        return this;
    }

    Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        if (!services.isEmpty()) {
            files.put(
                    "kubernetes/services.json",
                    list(services.stream().map(Service::json).toList()));
            files.put(
                    "kubernetes/endpointslices.json",
                    list(services.stream().map(Service::slice).toList()));
        }
        if (!pods.isEmpty()) {
            files.put("kubernetes/pods.json", list(pods));
        }
        return files;
    }

    private static String list(List<String> items) {
        return items.stream()
                .collect(Collectors.joining(",", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[", "]}"));
    }
}
