package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.ConfiguredNode.healthy;
import static io.ghostmap.support.Addresses.endpoint;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-37: two services with one id, of which one has backends of the other. */
final class SharedServiceIdTest {
    private static final int ID = 77;
    private static final String ORDERS = "172.17.93.10:80";
    private static final String BILLING = "172.17.93.11:80";
    private static final String ORDERS_POD = "172.16.109.50:80";
    private static final String BILLING_POD = "172.16.109.60:80";

    @TempDir
    private Path folder;

    private static TestNode node(int idOfBilling, String... backendsOfOrders) {
        return healthy()
                .serves(service(ORDERS).revNatId(ID).to(backendsOfOrders))
                .serves(service(BILLING).revNatId(idOfBilling).to(BILLING_POD))
                .agentServes(410, ORDERS, ORDERS_POD)
                .agentServes(411, BILLING, BILLING_POD)
                .kubernetes(objects -> {
                    objects.service("shop/orders", ORDERS, 80).ready("172.16.109.50");
                    objects.service("shop/billing", BILLING, 80).ready("172.16.109.60");
                });
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }

    @Test
    void backendOfTheOtherServiceIsNamed() throws UnreadableBundleException {
        Diagnosed node = diagnose(node(ID, ORDERS_POD, BILLING_POD));

        assertThat(node.verdict()).isEqualTo(Verdict.Level.WARNING);
        assertThat(node.findings("SLB-37"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.subjects(Subject.Backend.class))
                        .containsExactly(new Subject.Backend(endpoint(BILLING_POD))));
    }

    @Test
    void servicesWithBackendsOfTheirOwnAreInOrder() throws UnreadableBundleException {
        assertThat(diagnose(node(ID + 1, ORDERS_POD)).verdict()).isEqualTo(Verdict.Level.OK);
    }

    /** Drift, which others report. */
    @Test
    void foreignBackendUnderAnIdOfItsOwnIsAnotherMatter() throws UnreadableBundleException {
        assertThat(diagnose(node(ID + 1, ORDERS_POD, BILLING_POD)).rules()).doesNotContain("SLB-37");
    }
}
