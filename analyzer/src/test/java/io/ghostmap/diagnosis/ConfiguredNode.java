package io.ghostmap.diagnosis;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;

import io.ghostmap.support.TestNode;

/** A node in order, with the traffic of a healthy service, to which a test adds what it is about. */
final class ConfiguredNode {
    static final String VIP = "172.17.93.4:8080";
    static final String BACKEND = "172.16.109.127:8080";
    static final int SERVICES = 144;
    static final int PROGRAM = 160;

    private ConfiguredNode() {}

    static TestNode healthy() {
        return node().generation("only", SERVICES)
                .pinned()
                .serves(VIP, BACKEND)
                .wantedAt(VIP, BACKEND)
                .runs(PROGRAM)
                .kernelRuns(CONNECT4, PROGRAM)
                .interfaces()
                .sees(attempt("10.0.0.7", 3999, BACKEND)
                        .at(100)
                        .enters("lxc0")
                        .leaves("eth0")
                        .answered());
    }
}
