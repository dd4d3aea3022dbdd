package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.evidence.agent.AgentFrontend;
import io.ghostmap.evidence.agent.AgentFrontendReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Reads what the tools of the agent print: its intent, its options, its log. */
final class AgentReader {
    /** {@code StatusStateOk} of api/v1/models. */
    private static final String HEALTHY = "Ok";

    private final List<ServiceClaim> services = new ArrayList<>();
    private final List<ServiceClaim> bpfServices = new ArrayList<>();
    private final Frontends frontends;
    private final Frontends frontendsAfter;
    private TextFile configuration = TextFile.absent(ArtifactKind.AGENT_CONFIG);
    private String statusFile = Artifact.of(ArtifactKind.AGENT_STATUS).name();
    private JsonNode replacement = MissingNode.getInstance();
    private String state = "";

    AgentReader(Readers readers) {
        frontends = new Frontends(
                readers,
                ArtifactKind.AGENT_SERVICES,
                (row, file) -> CiliumLists.service(row, file).ifPresent(services::add));
        frontendsAfter = new Frontends(readers, ArtifactKind.AGENT_SERVICES_AFTER, (row, file) -> {});
        readers.onRows(
                ArtifactKind.AGENT_BPF_SERVICES, (row, file) -> bpfServices.addAll(CiliumLists.lbList(row, file)));
        readers.onLines(ArtifactKind.AGENT_CONFIG, file -> configuration = file);
        readers.onRows(ArtifactKind.AGENT_STATUS, (row, file) -> {
            statusFile = file;
            replacement = row.path("kube-proxy-replacement");
            state = row.path("cilium").path("state").asString("");
        });
    }

    /** One reading of the agent's list. */
    private static final class Frontends {
        private final ArtifactKind kind;
        private final List<AgentFrontend> frontends = new ArrayList<>();
        private boolean captured;

        Frontends(Readers readers, ArtifactKind kind, BiConsumer<JsonNode, String> also) {
            this.kind = kind;
            readers.on(kind, (member, in) -> {
                JsonRows.Reading reading = Readers.rows(member, in, row -> {
                    AgentFrontendReader.read(row, member.path()).ifPresent(frontends::add);
                    also.accept(row, member.path());
                });
                readers.note(member, reading);
                captured |= reading.listed();
            });
        }

        AgentEvidence.FrontendList list(Set<ArtifactKind> damaged) {
            return new AgentEvidence.FrontendList(
                    captured, captured && !damaged.contains(kind), List.copyOf(frontends));
        }
    }

    /** {@code damaged}: the kinds of artifacts with a gap. */
    AgentEvidence evidence(Set<ArtifactKind> damaged) {
        return new AgentEvidence(
                List.copyOf(services),
                List.copyOf(bpfServices),
                frontends.list(damaged),
                frontendsAfter.list(damaged),
                state.equals(HEALTHY) ? Optional.of(new Citation(statusFile, "cilium.state", state)) : Optional.empty(),
                AgentOptions.of(configuration, statusFile, replacement));
    }
}
