package io.ghostmap.cli;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleReader;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.DatapathReader;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.LoadBalancers;
import io.ghostmap.diagnosis.Incident;
import io.ghostmap.diagnosis.Rules;
import io.ghostmap.evidence.Evidence;
import io.ghostmap.evidence.EvidenceSink;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.Hooks;
import io.ghostmap.replay.Replay;
import io.ghostmap.replay.Unattached;
import io.ghostmap.report.Explanation;
import io.ghostmap.report.Report;
import io.ghostmap.report.ReportBuilder;
import io.ghostmap.report.ReportModel;
import io.ghostmap.traffic.TrafficSink;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The flow from a bundle to its report. */
public final class Analysis {
    private Analysis() {}

    /** Reads a bundle and diagnoses it. */
    public static ReportModel modelOf(Path path) throws UnreadableBundleException {
        Incident incident = incidentOf(path);
        return ReportModel.of(incident, Rules.diagnose(incident), Version.number());
    }

    /** The report in its public form. */
    public static Report of(Path path) throws UnreadableBundleException {
        return ReportBuilder.build(modelOf(path));
    }

    /** What happens to a connect, or a datagram, to that address: at each hook, or only at those of one cgroup. */
    static Explanation explain(Path bundle, Frontend frontend, Optional<String> cgroup)
            throws UnreadableBundleException {
        Incident incident = incidentOf(bundle);
        List<Hook> hooks =
                cgroup.map(path -> Hooks.forCgroup(incident.hooks(), path)).orElse(incident.hooks());
        List<Replay> replays = incident.replayer().replay(hooks, frontend);
        List<Gap> gaps = List.of();
        if (replays.isEmpty() && cgroup.isPresent()) {
            Unattached unattached = Unattached.of(incident.evidence(), cgroup.get());
            replays = incident.replayer().replay(unattached.hooks(), frontend);
            gaps = unattached.gaps();
        }
        return Explanation.of(incident, frontend, cgroup, replays, gaps);
    }

    /** All that is known of the node from which a bundle was collected, before any rule is asked. */
    public static Incident incidentOf(Path path) throws UnreadableBundleException {
        EvidenceSink evidenceSink = new EvidenceSink(LoadBalancers.rows());
        TrafficSink trafficSink = new TrafficSink();
        Bundle bundle = new BundleReader(Limits.DEFAULT).read(path, List.of(evidenceSink, trafficSink));
        Evidence evidence = evidenceSink.assemble(bundle);
        Datapath datapath = DatapathReader.read(evidence);
        return Incident.of(bundle, evidence, TrafficReading.ofBundle(path, trafficSink), datapath);
    }
}
