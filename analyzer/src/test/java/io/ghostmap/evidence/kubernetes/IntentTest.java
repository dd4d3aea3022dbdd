package io.ghostmap.evidence.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.evidence.kubernetes.SliceEndpoint.State;
import io.ghostmap.net.Endpoint;
import io.ghostmap.net.Protocol;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class IntentTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final IntentReader reader = new IntentReader();

    @Test
    void aSliceOffersThePortWithTheServicePortsName() {
        service("""
                {"type": "ClusterIP", "clusterIPs": ["172.17.0.10"], "ports": [
                  {"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]}""");
        slice("""
                [{"addresses": ["10.0.1.1"], "conditions": {"ready": true}, "nodeName": "worker-7"}]""", """
                [{"name": "dns", "port": 5353, "protocol": "UDP"}, {"name": "metrics", "port": 9153, "protocol": "TCP"}]""");

        Intent.Claim udp = claim("172.17.0.10:53", Protocol.UDP);
        assertThat(endpoints(udp)).extracting(SliceEndpoint::endpoint).containsExactly(at("10.0.1.1:5353"));
        assertThat(endpoints(claim("172.17.0.10:53", Protocol.TCP))).isEmpty();
    }

    @Test
    void anAbsentConditionMeansReady() {
        service("""
                {"clusterIPs": ["172.17.0.10"], "ports": [{"port": 80}]}""");
        slice("""
                [{"addresses": ["10.0.1.1"]},
                 {"addresses": ["10.0.1.2"], "conditions": {"ready": false}},
                 {"addresses": ["10.0.1.3"], "conditions": {"ready": false, "serving": true, "terminating": true}},
                 {"addresses": ["10.0.1.4"], "conditions": {"ready": false, "serving": false, "terminating": true}}]""", """
                [{"port": 8080}]""");

        assertThat(endpoints(claim("172.17.0.10:80", Protocol.ANY)))
                .extracting(SliceEndpoint::state)
                .containsExactly(State.READY, State.NOT_READY, State.SERVING_TERMINATING, State.TERMINATING);
    }

    @Test
    void headlessAndExternalNameServicesOfferNoAddress() {
        service("""
                {"clusterIPs": ["None"], "clusterIP": "None", "ports": [{"port": 80}]}""");
        reader.service(json("""
                        {"metadata": {"namespace": "shop", "name": "elsewhere"}, "spec": {"type": "ExternalName",
                         "externalName": "example.com", "ports": [{"port": 80}]}}"""), "kubernetes/services.json");

        assertThat(intent().services())
                .hasSize(2)
                .allSatisfy(service -> assertThat(service.clusterIps()).isEmpty());
    }

    @Test
    void everyAddressOfALoadBalancerAndItsNodePortAreFound() {
        service("""
                {"type": "LoadBalancer", "clusterIPs": ["172.17.0.10", "fd00::10"], "externalIPs": ["192.0.2.7"],
                 "externalTrafficPolicy": "Local", "ports": [{"port": 443, "nodePort": 30443}]}""");

        assertThat(List.of("172.17.0.10:443", "[fd00::10]:443", "192.0.2.7:443", "198.51.100.9:443"))
                .map(address -> claim(address, Protocol.TCP).offer())
                .containsExactly(
                        Intent.Offer.CLUSTER_IP,
                        Intent.Offer.CLUSTER_IP,
                        Intent.Offer.EXTERNAL_IP,
                        Intent.Offer.LOAD_BALANCER_IP);
        assertThat(intent().atNodePort(30443, Protocol.TCP)).isPresent();
        assertThat(intent().atNodePort(30443, Protocol.UDP)).isEmpty();
    }

    @Test
    void anAddressThatTwoSlicesNameCountsByItsBestState() {
        service("""
                {"clusterIPs": ["172.17.0.10"], "ports": [{"port": 80}]}""");
        slice("""
                [{"addresses": ["10.0.1.1"], "conditions": {"ready": false}}]""", """
                [{"port": 8080}]""");
        slice("""
                [{"addresses": ["10.0.1.1"], "conditions": {"ready": true}}]""", """
                [{"port": 8080}]""");

        assertThat(endpoints(claim("172.17.0.10:80", Protocol.TCP)))
                .extracting(SliceEndpoint::state)
                .containsExactly(State.READY);
        assertThat(intent().endpointsAt(at("10.0.1.1:8080"))).hasSize(2);
        assertThat(intent().endpointsAt(at("10.0.1.1:8081"))).isEmpty();
    }

    private void service(String spec) {
        reader.service(
                json("{\"metadata\": {\"namespace\": \"shop\", \"name\": \"cart\"}, \"spec\": " + spec
                        + ", \"status\": {\"loadBalancer\": {\"ingress\": [{\"ip\": \"198.51.100.9\"}]}}}"),
                "kubernetes/services.json");
    }

    private void slice(String endpoints, String ports) {
        reader.slice(
                json("{\"metadata\": {\"namespace\": \"shop\", \"name\": \"cart-x7k2p\", \"labels\":"
                        + " {\"kubernetes.io/service-name\": \"cart\"}}, \"endpoints\": " + endpoints + ", \"ports\": "
                        + ports + "}"),
                "kubernetes/endpointslices.json");
    }

    private Intent intent() {
        return reader.intent(Intent.Completeness.WHOLE, Intent.Completeness.WHOLE);
    }

    private Intent.Claim claim(String address, Protocol protocol) {
        return intent().at(at(address), protocol).orElseThrow();
    }

    private List<SliceEndpoint> endpoints(Intent.Claim claim) {
        return intent().endpoints(claim.service().ref(), claim.port(), true);
    }

    private static Endpoint at(String text) {
        return Endpoint.parse(text).orElseThrow();
    }

    private static JsonNode json(String text) {
        return MAPPER.readTree(text);
    }
}
