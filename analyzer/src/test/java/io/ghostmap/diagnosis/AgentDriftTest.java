package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.support.Addresses;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLB-11: the map that counts as current is not what Cilium's own list says. */
final class AgentDriftTest {
    private static final String RULE = "SLB-11";
    private static final String VIP = "172.17.93.4:8080";
    private static final String SECOND_VIP = "172.17.93.5:80";
    private static final String THIRD_VIP = "172.17.93.6:80";
    private static final String BACKEND = "172.16.109.127:8080";
    private static final String STATED = "10.8.8.8:8080";

    @TempDir
    private Path folder;

    private static TestNode healthy() {
        return node().generation("only", 144)
                .pinned()
                .serves(VIP, BACKEND)
                .loads(160)
                .pinnedLink(12, CONNECT4, 160)
                .kernelRuns(CONNECT4, 160)
                .sees(attempt("10.0.0.1", BACKEND).answered());
    }

    /** More than what a change between two readings explains. */
    @Test
    void mapThatHoldsOtherBackendsThanTheListIsDrift() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy()
                .serves(SECOND_VIP, BACKEND)
                .serves(THIRD_VIP, BACKEND)
                .agentLists(VIP, STATED)
                .agentLists(SECOND_VIP, STATED)
                .agentLists(THIRD_VIP, STATED));

        Finding finding = node.finding(RULE).orElseThrow();
        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.subjects()).contains(new Subject.Map(144));
        assertThat(finding.subjects(Subject.Frontend.class))
                .extracting(subject -> subject.frontend().endpoint())
                .containsExactly(
                        Addresses.endpoint(VIP), Addresses.endpoint(SECOND_VIP), Addresses.endpoint(THIRD_VIP));
        assertThat(finding.supporting()).anyMatch(citation -> citation.file().equals("cilium/lb-list.json"));
        assertThat(finding.rivals())
                .extracting(Rival::kind, Rival::stance)
                .containsExactly(tuple(Rival.Kind.CHANGE_BETWEEN_READINGS, Rival.Stance.AGAINST));
    }

    @Test
    void oneFrontendThatDiffersCanBeAChangeInBetween() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy().agentLists(VIP, STATED));

        assertThat(node.finding(RULE)).map(Finding::severity).contains(Severity.INFO);
    }

    @Test
    void mapThatHoldsWhatTheListSaysIsNotDrift() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy().agentLists(VIP, BACKEND));

        assertThat(node.finding(RULE)).isEmpty();
    }

    /** From 1.19 on the list has frontends that the agent does not program; it gives them no id. */
    @Test
    void frontendThatTheAgentDoesNotProgramIsNotMissing() throws UnreadableBundleException {
        Diagnosed node = diagnose(healthy().agentServes(408, VIP, BACKEND).agentServes(0, SECOND_VIP, BACKEND));

        assertThat(node.finding(RULE)).isEmpty();
    }

    private Diagnosed diagnose(TestNode node) throws UnreadableBundleException {
        return Diagnosed.of(node, folder);
    }
}
