package io.ghostmap.diagnosis;

import java.util.function.Predicate;

/** Evidence that a rule cannot do without. */
enum Requirement {
    MAPS(
            "bpf/before/maps.json or bpf/after/maps.json",
            scene -> scene.evidence().state().maps().captured()),
    PROGRAMS(
            "bpf/before/programs.json or bpf/after/programs.json",
            scene -> scene.evidence().state().programs().captured()),
    ATTACHMENTS(
            "bpf/cgroups/tree.json or bpf/cgroups/effective/",
            scene -> scene.evidence().treeCaptured()
                    || !scene.evidence().effective().isEmpty()),
    SERVICE_DUMPS(
            "bpf/map-dumps/ of a services map",
            scene -> !scene.datapath().services().isEmpty()),
    PACKETS("pcap/", scene -> scene.traffic().captured()),
    BOTH_READINGS(
            "bpf/before/ and bpf/after/",
            scene -> scene.evidence().before().maps().captured()
                    && scene.evidence().after().maps().captured());

    private final String artifact;
    private final Predicate<Case> met;

    Requirement(String artifact, Predicate<Case> met) {
        this.artifact = artifact;
        this.met = met;
    }

    String artifact() {
        return artifact;
    }

    boolean isMetBy(Case scene) {
        return met.test(scene);
    }
}
