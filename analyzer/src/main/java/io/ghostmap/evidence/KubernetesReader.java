package io.ghostmap.evidence;

import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Printable;
import io.ghostmap.evidence.kubernetes.Intent;
import io.ghostmap.evidence.kubernetes.IntentReader;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.IpAddress;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Gathers names from {@code kubectl get … -o json}: a {@code List} object with {@code items}. */
final class KubernetesReader {
    /** Length of an object's name (DNS subdomain, RFC 1123). */
    private static final int MAX_NAME = 253;

    private final SortedMap<Endpoint, String> services = new TreeMap<>();
    private final SortedMap<IpAddress, String> pods = new TreeMap<>();
    private final SortedSet<IpAddress> endpoints = new TreeSet<>();
    private final IntentReader intent = new IntentReader();
    private boolean servicesCaptured;
    private boolean slicesCaptured;

    KubernetesReader(Readers readers) {
        readers.onRows(ArtifactKind.KUBERNETES_SERVICES, this::services);
        readers.onRows(ArtifactKind.KUBERNETES_PODS, (list, file) -> pods(list));
        readers.onRows(ArtifactKind.KUBERNETES_SLICES, this::slices);
    }

    private void services(JsonNode list, String file) {
        servicesCaptured |= list.path("items").isArray();
        for (JsonNode item : list.path("items")) {
            intent.service(item, file);
            for (JsonNode address : item.path("spec").path("clusterIPs")) {
                for (JsonNode port : item.path("spec").path("ports")) {
                    int number = port.path("port").asInt(0);
                    if (number > 0 && number <= 0xffff) {
                        IpAddress.parse(address.asString(""))
                                .ifPresent(ip -> services.put(new Endpoint(ip, number), name(item)));
                    }
                }
            }
        }
    }

    private void pods(JsonNode list) {
        for (JsonNode item : list.path("items")) {
            if (item.path("spec").path("hostNetwork").asBoolean(false)) {
                continue; // its address is the node's
            }
            for (JsonNode address : item.path("status").path("podIPs")) {
                IpAddress.parse(address.path("ip").asString("")).ifPresent(ip -> pods.put(ip, podName(item)));
            }
        }
    }

    private void slices(JsonNode list, String file) {
        slicesCaptured |= list.path("items").isArray();
        for (JsonNode item : list.path("items")) {
            intent.slice(item, file);
            for (JsonNode endpoint : item.path("endpoints")) {
                endpoint.path("addresses")
                        .forEach(
                                address -> IpAddress.parse(address.asString("")).ifPresent(endpoints::add));
            }
        }
    }

    /** {@code damaged}: the kinds of artifacts with a gap. */
    KubernetesView view(Set<ArtifactKind> damaged) {
        return new KubernetesView(
                Collections.unmodifiableSortedMap(services),
                Collections.unmodifiableSortedMap(pods),
                Collections.unmodifiableSortedSet(endpoints),
                slicesCaptured,
                intent.intent(
                        read(servicesCaptured, damaged.contains(ArtifactKind.KUBERNETES_SERVICES)),
                        read(slicesCaptured, damaged.contains(ArtifactKind.KUBERNETES_SLICES))));
    }

    private static Intent.Completeness read(boolean captured, boolean damaged) {
        if (!captured) {
            return Intent.Completeness.ABSENT;
        }
        return damaged ? Intent.Completeness.PART : Intent.Completeness.WHOLE;
    }

    private static String name(JsonNode item) {
        JsonNode metadata = item.path("metadata");
        return Printable.cut(metadata.path("namespace").asString(""), MAX_NAME) + "/"
                + Printable.cut(metadata.path("name").asString(""), MAX_NAME);
    }

    /** The pod, and the kind of its owner if it has one: "monitoring/agent-x7k2p (DaemonSet)". */
    private static String podName(JsonNode item) {
        Optional<String> owner = item.path("metadata")
                .path("ownerReferences")
                .path(0)
                .path("kind")
                .asStringOpt();
        return name(item)
                + owner.map(kind -> " (" + Printable.cut(kind, MAX_NAME) + ")").orElse("");
    }
}
