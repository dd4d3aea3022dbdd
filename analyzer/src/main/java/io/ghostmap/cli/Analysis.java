package io.ghostmap.cli;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.cilium.Cilium;
import io.ghostmap.diagnosis.Case;
import io.ghostmap.diagnosis.Diagnosis;
import io.ghostmap.diagnosis.Rules;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.report.Report;
import io.ghostmap.report.ReportBuilder;
import io.ghostmap.traffic.TrafficSink;
import java.nio.file.Path;
import java.util.List;

/** The flow of the house, from left to right. */
public final class Analysis {
    private Analysis() {}

    /** Reads a bundle and reports on it. */
    public static Report of(Path path) throws UnreadableBundleException {
        EvidenceSink evidenceSink = new EvidenceSink();
        TrafficSink trafficSink = new TrafficSink();
        Bundle bundle = new BundleReader(Limits.DEFAULT).read(path, List.of(evidenceSink, trafficSink));

        Evidence evidence = evidenceSink.assemble(bundle);
        Datapath datapath = DatapathReader.read(evidence, Cilium.onNode(evidence.node()));
        Case scene = Case.of(bundle, evidence, trafficSink.assemble(), datapath);
        Diagnosis diagnosis = Rules.diagnose(scene);
        return ReportBuilder.build(scene, diagnosis, Version.number());
    }
}
