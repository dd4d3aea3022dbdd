package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.KubernetesObjects;
import io.ghostmap.support.TestNode;
import io.ghostmap.support.TestService.Mark;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frontends of which Kubernetes, the agent and the maps say different things: SLB-07, 08, 10, 12, 14, 19 and 20. */
final class LayersTest {
    private static final String VIP = "172.17.93.4:8080";
    private static final String OTHER = "172.17.93.5:80";
    private static final String POD = "172.16.109.127";
    private static final String BACKEND = POD + ":8080";

    @TempDir
    private Path folder;

    /** A healthy service carries the traffic, so that whatever else is said is about the other one. */
    private static TestNode withTraffic(Consumer<KubernetesObjects> also) {
        return node().generation("only", 144)
                .pinned()
                .serves(OTHER, "172.16.109.128:80")
                .agentServes(409, OTHER, "172.16.109.128:80")
                .runs(160)
                .kernelRuns(CONNECT4, 160)
                .sees(attempt("10.0.0.1", "172.16.109.128:80").answered())
                .kubernetes(objects -> {
                    objects.service("shop/other", OTHER, 80).ready("172.16.109.128");
                    also.accept(objects);
                });
    }

    @Test
    void agreementInAllLayersIsInOrder() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).ready(POD))
                        .serves(VIP, BACKEND)
                        .agentServes(408, VIP, BACKEND));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
    }

    /** Scaled to zero, or not ready: the workload's matter. */
    @Test
    void serviceWithoutReadyEndpointsIsNoFaultOfTheNode() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).notReady(POD))
                        .serves(service(VIP))
                        .agentServes(408, VIP));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.OK);
    }

    @Test
    void agentThatKnowsNoBackendIsAtFault() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).ready(POD))
                        .serves(service(VIP))
                        .agentServes(408, VIP));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
        assertThat(node.rules()).containsExactly("SLB-10");
        assertThat(node.findings().get(0).subjects())
                .contains(new Subject.Backend(Addresses.endpoint(BACKEND)), new Subject.Map(144));
        assertThat(node.changes())
                .as("nothing is to be changed before it is looked at")
                .isEmpty();
    }

    @Test
    void withoutTheAgentsListItIsOpenWhoIsAtFault() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).ready(POD))
                        .serves(service(VIP))
                        .text("cilium/services.json", "null"));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
        assertThat(node.rules()).containsExactly("SLB-08");
    }

    @Test
    void redirectPolicyWithoutABackendIsNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).ready(POD))
                        .serves(service(VIP).marked(Mark.LOCAL_REDIRECT))
                        .agentServes(408, VIP));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.CRITICAL);
        assertThat(node.rules()).containsExactly("SLB-20");
    }

    /** The slices' endpoint is on worker-7, and the manifest of the test node names another node. */
    @Test
    void policyLocalWithoutABackendHereIsAsConfigured() throws UnreadableBundleException {
        Diagnosed node = diagnose(withTraffic(objects ->
                        objects.service("shop/cart", VIP, 8080).ready(POD).spec("internalTrafficPolicy", "Local"))
                .text("manifest.json", "{\"format\":1,\"node\":\"worker-8\",\"missing\":[],\"steps\":[]}")
                .serves(service(VIP).marked(Mark.INTERNAL_LOCAL))
                .agentServes(408, VIP));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
        assertThat(node.rules()).containsExactly("SLB-19");
    }

    /** Nothing failed to it: the pod may have ended between the two readings. */
    @Test
    void backendThatNoSliceHasIsWorthKnowingOnly() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).ready("172.16.109.200"))
                        .serves(VIP, BACKEND)
                        .agentServes(408, VIP, BACKEND));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.INFO);
        assertThat(node.rules()).containsExactly("SLB-14");
    }

    @Test
    void twoProgramsOfOneNameAtADeviceAreNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).ready(POD))
                        .serves(VIP, BACKEND)
                        .agentServes(408, VIP, BACKEND)
                        .program(301, "cil_from_netdev")
                        .program(402, "cil_from_netdev")
                        .program(403, "cil_to_netdev")
                        .tc("eth0", "tcx/ingress", 301, "cil_from_netdev")
                        .tc("eth0", "tcx/ingress", 402, "cil_from_netdev")
                        .tc("eth0", "tcx/egress", 403, "cil_to_netdev"));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        assertThat(node.finding("SLB-07").orElseThrow().subjects())
                .containsExactly(new Subject.Program(301), new Subject.Program(402));
    }

    /** An agent that moved from clsact to tcx and left its old program: packets pass both. */
    @Test
    void programsOfOneNameAtClsactAndTcxAreNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(
                withTraffic(objects -> objects.service("shop/cart", VIP, 8080).ready(POD))
                        .serves(VIP, BACKEND)
                        .agentServes(408, VIP, BACKEND)
                        .program(301, "cil_from_netdev")
                        .program(402, "cil_from_netdev")
                        .tc("eth0", "clsact/ingress", 301, "cil_from_netdev")
                        .tc("eth0", "tcx/ingress", 402, "cil_from_netdev"));

        assertThat(node.rules()).containsExactly("SLB-07");
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }
}
