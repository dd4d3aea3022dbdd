package io.ghostmap.evidence.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.evidence.agent.AgentFrontend.State;
import io.ghostmap.evidence.kubernetes.ServiceRef;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class AgentFrontendTest {
    @Test
    void statesAndNameOfAFrontendAreRead() {
        AgentFrontend frontend = read("""
                {"spec": {"id": 408, "flags": {"type": "LocalRedirect", "namespace": "kube-system", "name": "dns"},
                  "frontend-address": {"ip": "172.17.0.10", "port": 53, "protocol": "UDP", "scope": "internal"},
                  "backend-addresses": [
                    {"ip": "10.0.1.1", "port": 5353, "state": "active", "nodeName": "worker-7"},
                    {"ip": "10.0.1.2", "port": 5353, "state": "terminating"},
                    {"ip": "10.0.1.3", "port": 5353}]}}""").orElseThrow();

        assertThat(frontend.type()).isEqualTo(AgentFrontend.Type.LOCAL_REDIRECT);
        assertThat(frontend.service()).contains(new ServiceRef("kube-system", "dns"));
        assertThat(frontend.internalScope()).isTrue();
        assertThat(frontend.backends())
                .extracting(AgentFrontend.Backend::state)
                .containsExactly(State.ACTIVE, State.TERMINATING, State.ACTIVE);
        assertThat(frontend.active()).hasSize(2);
        assertThat(frontend.realized()).isTrue();
    }

    @Test
    void aFrontendWithoutAnIdIsNotInTheDatapath() {
        AgentFrontend frontend = read("""
                {"spec": {"frontend-address": {"ip": "172.17.0.10", "port": 80}}}""").orElseThrow();

        assertThat(frontend.isInDatapath()).isFalse();
        assertThat(frontend.type()).isEqualTo(AgentFrontend.Type.OTHER);
        assertThat(frontend.service()).isEmpty();
    }

    @Test
    void whatTheAgentHasNotDoneYetIsNotRealized() {
        AgentFrontend frontend = read("""
                {"spec": {"id": 1, "frontend-address": {"ip": "172.17.0.10", "port": 80},
                  "backend-addresses": [{"ip": "10.0.1.1", "port": 80}]},
                 "status": {"realized": {"backend-addresses": []}}}""").orElseThrow();

        assertThat(frontend.realized()).isFalse();
    }

    @Test
    void aRowWithoutAnAddressIsPassedOver() {
        assertThat(read("{\"spec\": {\"frontend-address\": {\"ip\": \"\", \"port\": 70000}}}"))
                .isEmpty();
        assertThat(read("{}")).isEmpty();
    }

    private static Optional<AgentFrontend> read(String row) {
        return AgentFrontendReader.read(JsonMapper.shared().readTree(row), "cilium/services.json");
    }
}
