package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Gap;
import java.util.List;
import java.util.stream.Stream;

/** What each missing artefact costs the verdict. */
final class Losses {
    private record Cost(String prefix, String text) {
        /** Also of the whole folder, which the collector names without a slash. */
        boolean isOf(String artifact) {
            return artifact.startsWith(prefix) || (artifact + "/").equals(prefix);
        }
    }

    /** The first prefix that fits decides. */
    private static final List<Cost> COSTS = List.of(
            new Cost(
                    "bpf/map-dumps/",
                    "what a program that reads this map does cannot be replayed, or not for every service"),
            new Cost(
                    "bpf/before/maps",
                    "generations cannot be told apart, unless the reading after the capture is there"),
            new Cost(
                    "bpf/before/programs",
                    "which program reads which map is not known, unless the later reading is there"),
            new Cost(
                    "bpf/before/links",
                    "a program attached by a link cannot be told from one attached without: the remedy stays open"),
            new Cost("bpf/after/", "whether the node changed during the capture is not known"),
            new Cost(
                    "bpf/cgroups/effective",
                    "the run order is computed from the attachments instead of the kernel's own"),
            new Cost("bpf/cgroups/tree", "how and where programs are attached is not known"),
            new Cost("bpf/before/net", "programs on network devices are not known"),
            new Cost("bpf/pins", "pins in further bpffs mounts are not known: a link's holder may not be named"),
            new Cost("bpf/holders", "which process holds a map or a link is not known"),
            new Cost("bpf/program-dumps/", "the instructions of this program cannot be compared with its list of maps"),
            new Cost("pcap/dns", "what names clients asked for is not known; where their connects went is"),
            new Cost(
                    "pcap/service",
                    "packets of the one service that was to be watched are not known beyond what the main capture holds"),
            new Cost("pcap/", "what went over the wire is not known, or not all of it: nothing can be confirmed by it"),
            new Cost(
                    "cilium/config",
                    "socket programs are taken to be built as by default: for pods as well, and for node ports 30000 to"
                            + " 32767, unless the agent's status says otherwise"),
            new Cost("cilium/", "what the agent itself believes cannot be compared with the maps"),
            new Cost(
                    "kubernetes/",
                    "services and pods have no names here, or dead addresses cannot be ruled out by the cluster"),
            new Cost("net/iptables", "iptables rules as a rival explanation cannot be excluded"),
            new Cost(
                    "net/probe",
                    "what a connect of the collector's own came to is not known: only clients' connects are"),
            new Cost("net/sockets", "single sockets cannot be tied to map entries"),
            new Cost("node/cgroups", "cgroups are named by their ids only"),
            new Cost("node/uname", "ids, counts and slots in the maps may be read in the wrong byte order"),
            new Cost("node/boot_id", "whether the node has rebooted since cannot be checked by its boot id"),
            new Cost("manifest.json", "when, how and with which options the bundle was made is not known"),
            new Cost("SHA256SUMS", "changes on the way here would not be noticed"));

    private Losses() {}

    static List<Loss> of(Incident incident) {
        return incident.gaps().stream()
                .map(gap -> new Loss(gap.artifact(), gap.reason(), costOf(gap)))
                .distinct()
                .toList();
    }

    private static String costOf(Gap gap) {
        if (gap.reason().contains("SHA-256 is not")) {
            return "what this file says may not be what the collector wrote";
        }
        return Stream.concat(
                        COSTS.stream().filter(cost -> cost.isOf(gap.artifact())).map(Cost::text),
                        Stream.of("no rule of this version rests on it"))
                .findFirst()
                .orElse("");
    }
}
