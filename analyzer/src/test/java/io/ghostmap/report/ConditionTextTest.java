package io.ghostmap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.datapath.program.Condition;
import io.ghostmap.datapath.program.Release;
import io.ghostmap.support.Addresses;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Both sides of a condition are told apart in words, and name what they are about. */
final class ConditionTextTest {
    private static void read(Condition condition, String so, String otherwise) {
        assertThat(ConditionText.of(List.of(condition, condition.complement()))).containsExactly(so, otherwise);
    }

    @Test
    void ofTheClient() {
        read(
                new Condition.ClientOnHost(),
                "the client is in the node's own network namespace",
                "the client is in a pod's network namespace");
        read(
                Condition.ClientInNamespace.of(List.of(7L)),
                "the client is in the network namespace with cookie 7",
                "the client is not in the network namespace with cookie 7");
        read(
                Condition.ClientInNamespace.of(List.of(-1L, 8L, 7L, 9L)),
                "the client is in one of the network namespaces with cookies 7, 8, 9 and 1 more",
                "the client is in none of the network namespaces with cookies 7, 8, 9 and 1 more");
        read(
                new Condition.ClientIsBackend(Addresses.endpoint("10.0.1.1:80")),
                "the client is itself 10.0.1.1:80, the chosen backend of the local redirect policy",
                "the client is not itself 10.0.1.1:80, the chosen backend of the local redirect policy");
        read(
                Condition.ExemptFromRedirect.by(109, Optional.of(29), Addresses.endpoint("10.96.0.10:80")),
                "the client is exempt from the local redirect policy for 10.96.0.10:80",
                "the client is not exempt from the local redirect policy for 10.96.0.10:80");
    }

    @Test
    void ofTheNode() {
        read(
                new Condition.AddressOfNode(Addresses.endpoint("192.0.2.1:80").address(), false),
                "192.0.2.1 is an address of this node",
                "192.0.2.1 is not an address of this node");
        read(
                new Condition.AddressOfNode(Addresses.endpoint("192.0.2.1:80").address(), true),
                "192.0.2.1 is an address of this node or of another",
                "192.0.2.1 is not an address of this node or of another");
    }

    @Test
    void ofThePrograms() {
        read(
                new Condition.BuiltWith(109, "node-port-range", true),
                "program 109 was built with node-port-range, as the agent runs now",
                "program 109 was built without node-port-range");
        read(
                new Condition.BuiltWith(109, "bpf-lb-sock-hostns-only", false),
                "program 109 was built with bpf-lb-sock-hostns-only",
                "program 109 was built without bpf-lb-sock-hostns-only");
        read(
                new Condition.OfRelease(109, List.of(new Release("Cilium", "1.16"), new Release("Cilium", "1.17"))),
                "program 109 is of Cilium 1.16 or 1.17",
                "program 109 is not of Cilium 1.16 or 1.17");
    }
}
