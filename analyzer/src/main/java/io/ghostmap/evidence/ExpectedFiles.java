package io.ghostmap.evidence;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Gap;
import java.util.ArrayList;
import java.util.List;

/** Files that every format 1 bundle should hold. One that is absent without the manifest saying so is named as well. */
final class ExpectedFiles {
    private static final List<String> EXPECTED = List.of(
            "bpf/before/maps.json",
            "bpf/before/programs.json",
            "bpf/before/links.json",
            "bpf/after/maps.json",
            "bpf/after/programs.json",
            "bpf/after/links.json",
            "bpf/cgroups/tree.json",
            "bpf/pins.tsv",
            "bpf/holders.tsv",
            "cilium/config.txt",
            "cilium/services.json",
            "cilium/lb-list.json",
            "kubernetes/services.json",
            KubernetesView.SLICES_FILE,
            "kubernetes/pods.json",
            "net/iptables.txt",
            "node/boot_id",
            "node/cgroups.tsv");

    private static final List<String> EXPECTED_FOLDERS = List.of("bpf/cgroups/effective/", "bpf/map-dumps/", "pcap/");

    private ExpectedFiles() {}

    static List<Gap> absentFrom(Bundle bundle, List<Gap> known) {
        List<Gap> gaps = new ArrayList<>();
        for (String file : EXPECTED) {
            if (!bundle.members().containsKey(file) && !isNamed(file, known)) {
                gaps.add(new Gap(file, "absent"));
            }
        }
        for (String folder : EXPECTED_FOLDERS) {
            boolean present = bundle.members().keySet().stream()
                    .anyMatch(path -> path.startsWith(folder) && !path.endsWith(".stderr"));
            boolean partly = known.stream().anyMatch(gap -> gap.artifact().startsWith(folder));
            if (!present && !partly && !isNamed(folder, known)) {
                gaps.add(new Gap(folder, "absent"));
            }
        }
        return gaps;
    }

    /** By itself, or with the whole folder, which the collector writes without a slash. */
    private static boolean isNamed(String artifact, List<Gap> known) {
        return known.stream()
                .anyMatch(gap -> artifact.equals(gap.artifact()) || artifact.startsWith(gap.artifact() + "/"));
    }
}
