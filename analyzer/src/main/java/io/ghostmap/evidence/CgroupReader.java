package io.ghostmap.evidence;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Member;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the cgroup hierarchies, and which programs are attached where and run in which order. */
final class CgroupReader {
    private static final Pattern INODE = Pattern.compile("\\d{1,18}");

    private final Readers readers;
    private final List<String> trees = new ArrayList<>();
    private final List<CgroupPrograms> attached = new ArrayList<>();
    private final SortedMap<Long, EffectivePrograms> effective = new TreeMap<>();
    private final Map<List<String>, Cgroup> directories = new LinkedHashMap<>();

    CgroupReader(Readers readers) {
        this.readers = readers;
        readers.on(ArtifactKind.CGROUP_TREE, this::tree);
        readers.on(ArtifactKind.CGROUP_EFFECTIVE, this::effective);
        // The reading before the capture is cited; a cgroup that existed all the time is in both.
        readers.onTable(ArtifactKind.CGROUP_DIRECTORIES, 3, (cells, path) -> directory(cells, path, true));
        readers.onTable(ArtifactKind.CGROUP_DIRECTORIES_AFTER, 3, (cells, path) -> directory(cells, path, false));
    }

    private void tree(Member member, InputStream in) {
        trees.add(member.path());
        OddValues odd = new OddValues();
        readers.note(member, Readers.rows(member, in, node -> {
            ListRow row = new ListRow(node, member.path());
            attached(row, member.artifact());
            odd.addThoseOf(row);
        }));
        odd.nameIn(readers, member.artifact());
    }

    private void attached(ListRow row, Artifact tree) {
        BpftoolLists.cgroup(row).ifPresent(cgroup -> {
            attached.add(cgroup);
            if (row.value("programs").isArray() && row.value("programs").isEmpty()) {
                readers.gap(
                        tree, Text.of("programs of {} could not be read (no privilege)", Term.cgroup(cgroup.path())));
            }
        });
    }

    private void effective(Member member, InputStream in) {
        List<AttachedProgram> programs = new ArrayList<>();
        OddValues odd = new OddValues();
        readers.note(member, Readers.rows(member, in, node -> {
            ListRow row = new ListRow(node, member.path());
            BpftoolLists.attached(row).ifPresent(programs::add);
            odd.addThoseOf(row);
        }));
        odd.nameIn(readers, member.artifact());
        long cgroup = member.artifact().number();
        effective.put(cgroup, new EffectivePrograms(cgroup, List.copyOf(programs), member.path()));
    }

    private void directory(String[] cells, String path, boolean isFirstReading) {
        if (INODE.matcher(cells[1]).matches()) {
            Citation source = new Citation(path, "inode " + cells[1], cells[0] + " " + cells[2]);
            Cgroup cgroup = new Cgroup(cells[0], Long.parseLong(cells[1]), cells[2], source);
            directories.merge(List.of(cells), cgroup, (one, other) -> isFirstReading ? other : one);
        }
    }

    /**
     * The version decides what "empty" means: bpftool 7.0 asks the kernel for effective lists in a way that newer kernels
     * refuse, and prints an empty list as if that were the answer.
     */
    void dropWhatSaysNothing(String bpftool) {
        if (!bpftool.startsWith("7.0.")) {
            return;
        }
        List<Long> empty = effective.values().stream()
                .filter(list -> list.programs().isEmpty())
                .map(EffectivePrograms::cgroupId)
                .toList();
        for (long cgroup : empty) {
            effective.remove(cgroup);
            readers.gap(
                    Artifact.of(ArtifactKind.CGROUP_EFFECTIVE, cgroup),
                    Text.of("empty, which proves nothing from bpftool 7.0 on: the order is computed instead"));
        }
    }

    CgroupEvidence evidence() {
        return new CgroupEvidence(
                trees.stream().sorted().toList(),
                List.copyOf(attached),
                Collections.unmodifiableSortedMap(effective),
                List.copyOf(directories.values()));
    }
}
