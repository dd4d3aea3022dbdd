package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.text.Text;
import java.util.Arrays;
import java.util.function.Predicate;

/** Evidence that a rule cannot do without. */
public enum Requirement {
    MAPS(
            either(ArtifactKind.MAPS_BEFORE, ArtifactKind.MAPS_AFTER),
            incident -> incident.evidence().bpf().state().maps().captured()),
    PROGRAMS(
            either(ArtifactKind.PROGRAMS_BEFORE, ArtifactKind.PROGRAMS_AFTER),
            incident -> incident.evidence().bpf().state().programs().captured()),
    ATTACHMENTS(
            either(ArtifactKind.CGROUP_TREE, ArtifactKind.CGROUP_EFFECTIVES),
            incident -> incident.evidence().cgroups().treeCaptured()
                    || !incident.evidence().cgroups().effective().isEmpty()),
    SERVICE_DUMPS(
            Text.of("{} of a services map", Artifact.of(ArtifactKind.MAP_DUMPS).term()),
            incident -> !incident.datapath().services().isEmpty()),
    KUBERNETES(
            Text.of(
                    "{} and {}",
                    Artifact.of(ArtifactKind.KUBERNETES_SERVICES).term(),
                    Artifact.of(ArtifactKind.KUBERNETES_SLICES).term()),
            incident -> incident.evidence().kubernetes().intent().isWhole()),
    PACKETS(either(ArtifactKind.PACKETS), incident -> incident.traffic().captured()),
    BOTH_READINGS(
            Text.of(
                    "{} and {}",
                    Artifact.of(ArtifactKind.LISTS_BEFORE).term(),
                    Artifact.of(ArtifactKind.LISTS_AFTER).term()),
            incident -> incident.evidence().bpf().before().maps().captured()
                    && incident.evidence().bpf().after().maps().captured());

    private final Text artifacts;
    private final Predicate<Incident> met;

    Requirement(Text artifacts, Predicate<Incident> met) {
        this.artifacts = artifacts;
        this.met = met;
    }

    private static Text either(ArtifactKind... kinds) {
        return Text.join(
                " or ",
                Arrays.stream(kinds).map(kind -> Artifact.of(kind).term()).toList());
    }

    /** What the bundle would have to hold. */
    public Text artifacts() {
        return artifacts;
    }

    boolean isMetBy(Incident incident) {
        return met.test(incident);
    }
}
