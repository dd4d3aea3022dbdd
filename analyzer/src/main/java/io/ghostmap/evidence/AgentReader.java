package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Reads what the tools of the agent print: its intent, its options, its log. */
final class AgentReader {
    private final List<ServiceClaim> services = new ArrayList<>();
    private final List<ServiceClaim> bpfServices = new ArrayList<>();
    private TextFile configuration = TextFile.absent(ArtifactKind.AGENT_CONFIG);
    private TextFile log = TextFile.absent(ArtifactKind.AGENT_LOG);
    private String statusFile = Artifact.of(ArtifactKind.AGENT_STATUS).name();
    private JsonNode features = MissingNode.getInstance();

    AgentReader(Readers readers) {
        readers.onRows(
                ArtifactKind.AGENT_SERVICES,
                (row, file) -> CiliumLists.service(row, file).ifPresent(services::add));
        readers.onRows(
                ArtifactKind.AGENT_BPF_SERVICES, (row, file) -> bpfServices.addAll(CiliumLists.lbList(row, file)));
        readers.onLines(ArtifactKind.AGENT_CONFIG, file -> configuration = file);
        readers.onLines(ArtifactKind.AGENT_LOG, file -> log = file);
        readers.onRows(ArtifactKind.AGENT_STATUS, (row, file) -> {
            statusFile = file;
            features = row.path("kube-proxy-replacement").path("features");
        });
    }

    AgentEvidence evidence() {
        return new AgentEvidence(
                List.copyOf(services),
                List.copyOf(bpfServices),
                AgentOptions.of(configuration, statusFile, features),
                log);
    }
}
