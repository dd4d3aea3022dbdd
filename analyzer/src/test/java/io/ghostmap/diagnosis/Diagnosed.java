package io.ghostmap.diagnosis;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.datapath.Generation;
import io.ghostmap.net.Endpoint;
import io.ghostmap.support.TestNode;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A node of a test, and what the rules said of it. */
record Diagnosed(Incident incident, Diagnosis diagnosis) {
    static Diagnosed of(TestNode node, Path folder) throws UnreadableBundleException {
        Incident incident = Analysis.incidentOf(node.write(folder));
        return new Diagnosed(incident, Rules.diagnose(incident));
    }

    Verdict.Level verdict() {
        return diagnosis.verdict().level();
    }

    List<Doubt> doubts() {
        return diagnosis.verdict().doubts();
    }

    List<Finding> findings() {
        return diagnosis.findings();
    }

    /** The ids of the rules that spoke, each once. */
    List<String> rules() {
        return findings().stream()
                .map(finding -> finding.rule().id())
                .distinct()
                .toList();
    }

    List<Finding> findings(String rule) {
        return findings().stream()
                .filter(finding -> finding.rule().id().equals(rule))
                .toList();
    }

    Optional<Finding> finding(String rule) {
        return findings(rule).stream().findFirst();
    }

    /** Of all findings. */
    List<Action> actions() {
        return findings().stream()
                .flatMap(finding -> finding.remedy().stream())
                .flatMap(step -> step.actions().stream())
                .toList();
    }

    /** Those that change something. */
    List<Action> changes() {
        return actions().stream().filter(action -> !action.readsOnly()).toList();
    }

    Generation generation(int mapId) {
        return incident.datapath().generation(mapId).orElseThrow();
    }

    /** The values in a sentence, in their order. */
    static List<Term> terms(Text text) {
        return text.fragments().stream()
                .filter(Text.Fragment.Data.class::isInstance)
                .map(fragment -> ((Text.Fragment.Data) fragment).term())
                .toList();
    }

    /** A captured destination against the generations. */
    CorrelatedDestination destination(String endpoint) {
        return incident.seen(Endpoint.parse(endpoint).orElseThrow()).orElseThrow();
    }
}
