package io.ghostmap.diagnosis;

import java.util.function.Predicate;

/** Evidence that a rule cannot do without. */
enum Requirement {
    MAPS(
            "bpf/before/maps.json or bpf/after/maps.json",
            incident -> incident.evidence().state().maps().captured()),
    PROGRAMS(
            "bpf/before/programs.json or bpf/after/programs.json",
            incident -> incident.evidence().state().programs().captured()),
    ATTACHMENTS(
            "bpf/cgroups/tree.json or bpf/cgroups/effective/",
            incident -> incident.evidence().treeCaptured()
                    || !incident.evidence().effective().isEmpty()),
    SERVICE_DUMPS(
            "bpf/map-dumps/ of a services map",
            incident -> !incident.datapath().services().isEmpty()),
    PACKETS("pcap/", incident -> incident.traffic().captured()),
    BOTH_READINGS(
            "bpf/before/ and bpf/after/",
            incident -> incident.evidence().before().maps().captured()
                    && incident.evidence().after().maps().captured());

    private final String artifact;
    private final Predicate<Incident> met;

    Requirement(String artifact, Predicate<Incident> met) {
        this.artifact = artifact;
        this.met = met;
    }

    String artifact() {
        return artifact;
    }

    boolean isMetBy(Incident incident) {
        return met.test(incident);
    }
}
