package io.ghostmap.evidence;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Decompression;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Limits;
import io.ghostmap.bundle.MemberSink;
import io.ghostmap.bundle.ReadAheadStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Takes the node's files as the bundle streams past, in any order, and assembles the {@link Evidence} at the end. */
public final class EvidenceSink implements MemberSink {
    private static final Pattern DUMP = Pattern.compile("bpf/map-dumps/(\\d{1,9})\\.json(\\.gz|\\.zst)?");
    private static final Pattern EFFECTIVE = Pattern.compile("bpf/cgroups/effective/(\\d{1,18})\\.json");
    private static final Pattern PROGRAM = Pattern.compile("bpf/program-dumps/(\\d{1,9})\\.json");
    private static final Pattern CALL = Pattern.compile("\\(85\\) call (\\w+)");
    private static final Pattern UPTIME = Pattern.compile("(\\d{1,12})\\.");
    private static final Pattern TREE = Pattern.compile("bpf/cgroups/tree(-\\d{1,3})?\\.json");
    private static final String CGROUPS = "node/cgroups.tsv";

    /** The bundle's own limit does not see what a compressed dump unpacks to: as much again for all of them together. */
    private static final long UNPACKED_DUMPS = Limits.DEFAULT.totalBytes();

    private final IntPredicate counted;
    private final StateReader before = new StateReader("bpf/before/");
    private final StateReader after = new StateReader("bpf/after/");
    private final KubernetesReader kubernetes = new KubernetesReader();
    private final SortedMap<String, FileReader> readers = new TreeMap<>();

    private final List<NetAttachment> net = new ArrayList<>();
    private final List<String> trees = new ArrayList<>();
    private final List<CgroupPrograms> tree = new ArrayList<>();
    private final SortedMap<Long, EffectivePrograms> effective = new TreeMap<>();
    private final Map<List<String>, Cgroup> cgroups = new LinkedHashMap<>();
    private final List<Pin> pins = new ArrayList<>();
    private final List<Holder> holders = new ArrayList<>();
    private final SortedMap<Integer, MapDump> dumps = new TreeMap<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final SortedMap<Integer, Set<String>> calls = new TreeMap<>();
    private final List<ServiceClaim> agentServices = new ArrayList<>();
    private final List<ServiceClaim> lbList = new ArrayList<>();
    private final SortedMap<String, String> facts = new TreeMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<Gap> dumpGaps = new ArrayList<>();
    private TextFile iptables = new TextFile("net/iptables.txt", false, List.of());
    private TextFile nft = new TextFile("net/nft.txt", false, List.of());
    private final List<String> bpffsMounts = new ArrayList<>();
    private TextFile agentLog = new TextFile("cilium/agent.log", false, List.of());
    private List<String> agentConfiguration = List.of();
    private JsonNode agentFeatures = MissingNode.getInstance();
    private long unpackedDumps;

    @FunctionalInterface
    private interface FileReader {
        void read(String path, InputStream in) throws IOException;
    }

    /** Keeps the rows of all dumps. */
    public EvidenceSink() {
        this(keyBytes -> false);
    }

    /** {@code counted}: the sizes in bytes of keys of map dumps whose rows are only counted, but for the first. */
    public EvidenceSink(IntPredicate counted) {
        this.counted = counted;
        before.register(readers::put);
        after.register(readers::put);
        readers.put("bpf/before/net.json", rows(row -> net.addAll(BpftoolLists.net(row, "bpf/before/net.json"))));
        readers.put("bpf/version.json", rows(row -> facts.put("bpftool", bpftoolVersion(row))));
        readers.put("bpf/pins.tsv", this::readPins);
        readers.put("bpf/holders.tsv", this::readHolders);
        readers.put(CGROUPS, this::readCgroups);
        readers.put("node/cgroups-after.tsv", this::readCgroups);
        readers.put("node/uname.txt", (path, in) -> facts.put("kernel", Texts.firstLine(in)));
        readers.put("node/uptime", (path, in) -> facts.put("uptime", Texts.firstLine(in)));
        readers.put("node/boot_id", (path, in) -> facts.put("bootId", Texts.firstLine(in)));
        readers.put("node/os-release", this::readOsRelease);
        readers.put(
                "cilium/services.json",
                rows(row -> CiliumLists.service(row, "cilium/services.json").ifPresent(agentServices::add)));
        readers.put("cilium/lb-list.json", rows(row -> lbList.addAll(CiliumLists.lbList(row, "cilium/lb-list.json"))));
        readers.put("cilium/config.txt", (path, in) -> agentConfiguration = Texts.lines(in));
        readers.put(
                "cilium/status.json",
                rows(row -> agentFeatures = row.path("kube-proxy-replacement").path("features")));
        readers.put("cilium/agent.log", (path, in) -> agentLog = new TextFile(path, true, Texts.lines(in)));
        readers.put("net/iptables.txt", (path, in) -> iptables = new TextFile(path, true, Texts.lines(in)));
        readers.put("net/nft.txt", (path, in) -> nft = new TextFile(path, true, Texts.lines(in)));
        readers.put("net/sockets.txt", this::readSockets);
        readers.put("net/sockets-pod.txt", this::readSockets);
        readers.put("node/mountinfo", this::readMounts);
        readers.put("kubernetes/services.json", rows(kubernetes::services));
        readers.put("kubernetes/pods.json", rows(kubernetes::pods));
        readers.put(KubernetesView.SLICES_FILE, rows(kubernetes::slices));
    }

    @Override
    public boolean wants(String path) {
        return readers.containsKey(path)
                || DUMP.matcher(path).matches()
                || EFFECTIVE.matcher(path).matches()
                || PROGRAM.matcher(path).matches()
                || TREE.matcher(path).matches();
    }

    /** Map dumps have lists of their own here, and most of the bytes of a large bundle. */
    @Override
    public boolean isIndependent(String path) {
        return DUMP.matcher(path).matches();
    }

    @Override
    public void read(String path, InputStream in) throws IOException {
        Matcher dump = DUMP.matcher(path);
        Matcher effectiveList = EFFECTIVE.matcher(path);
        Matcher program = PROGRAM.matcher(path);
        FileReader reader = readers.get(path);
        if (reader != null) {
            reader.read(path, in);
        } else if (dump.matches()) {
            readDump(Integer.parseInt(dump.group(1)), path, in);
        } else if (effectiveList.matches()) {
            readEffective(Long.parseLong(effectiveList.group(1)), path, in);
        } else if (program.matches()) {
            readProgram(Integer.parseInt(program.group(1)), in);
        } else {
            readTree(path, in);
        }
    }

    /** What was read, with the gaps of the bundle itself in front. */
    public Evidence assemble(Bundle bundle) {
        dropWhatThatBpftoolCannotTell();
        List<Gap> all = new ArrayList<>(bundle.gaps());
        all.addAll(gaps);
        all.addAll(dumpGaps);
        all.addAll(ExpectedFiles.absentFrom(bundle, all));
        BpfState first = before.state();
        BpfState second = after.state();
        return new Evidence(
                first,
                second,
                first.completedBy(second),
                List.copyOf(net),
                trees.stream().sorted().toList(),
                List.copyOf(tree),
                Collections.unmodifiableSortedMap(effective),
                List.copyOf(cgroups.values()),
                List.copyOf(pins),
                List.copyOf(holders),
                Collections.unmodifiableSortedMap(dumps),
                List.copyOf(agentServices),
                List.copyOf(lbList),
                AgentOptions.of(agentConfiguration, agentFeatures),
                kubernetes.view(),
                iptables,
                nft,
                agentLog,
                new NodeFacts(fact("kernel"), fact("os"), fact("bootId"), fact("bpftool"), uptime()),
                Collections.unmodifiableSortedMap(calls),
                List.copyOf(sockets),
                List.copyOf(bpffsMounts),
                all.stream().distinct().toList());
    }

    /**
     * The version decides what "empty" means: 7.0 asks the kernel for effective lists in a way that newer kernels refuse,
     * and prints an empty list as if that were the answer.
     */
    private void dropWhatThatBpftoolCannotTell() {
        if (fact("bpftool").startsWith("7.0.")) {
            effective.values().removeIf(list -> {
                boolean empty = list.programs().isEmpty();
                if (empty) {
                    gaps.add(new Gap(
                            Evidence.effectiveFile(list.cgroupId()),
                            "empty, which from bpftool 7.0 says nothing: the order is computed instead"));
                }
                return empty;
            });
        }
    }

    /** What {@code bpftool -j version} printed; collectors up to 0.2.0 put it into an object of their own. */
    private static String bpftoolVersion(JsonNode row) {
        JsonNode version = row.path("version");
        return (version.isObject() ? version.path("version") : version).asString("");
    }

    /** proc_uptime(5): seconds since boot, with hundredths. */
    private OptionalLong uptime() {
        Matcher seconds = UPTIME.matcher(fact("uptime"));
        return seconds.lookingAt() ? OptionalLong.of(Long.parseLong(seconds.group(1))) : OptionalLong.empty();
    }

    private String fact(String name) {
        return facts.getOrDefault(name, "");
    }

    private void readDump(int mapId, String path, InputStream in) throws IOException {
        if (dumps.containsKey(mapId)) {
            dumpGaps.add(new Gap(
                    path,
                    "a second dump of this map; the first, " + dumps.get(mapId).file() + ", was read"));
            return;
        }
        BoundedStream plain = new BoundedStream(Decompression.unpacking(in), UNPACKED_DUMPS - unpackedDumps);
        MapDump dump;
        try (ReadAheadStream ahead = new ReadAheadStream(plain)) {
            dump = MapDumpReader.read(mapId, path, ahead, counted);
        }
        unpackedDumps += plain.count();
        dumps.put(mapId, dump);
        dump.damage().ifPresent(reason -> dumpGaps.add(new Gap(path, reason)));
    }

    private void readEffective(long cgroupId, String path, InputStream in) {
        List<AttachedProgram> programs = new ArrayList<>();
        note(
                path,
                JsonRows.readBpftool(in, row -> BpftoolLists.attached(row, path).ifPresent(programs::add)));
        effective.put(cgroupId, new EffectivePrograms(cgroupId, List.copyOf(programs)));
    }

    /** Of a translated instruction only the function that it calls is kept; of half a program nothing is concluded. */
    private void readProgram(int programId, InputStream in) {
        Set<String> called = new TreeSet<>();
        JsonRows.Reading reading = JsonRows.readBpftool(in, row -> {
            Matcher call = CALL.matcher(row.path("disasm").asString(""));
            if (call.lookingAt()) {
                called.add(call.group(1));
            }
        });
        boolean named = called.stream() // without symbols bpftool cannot tell, or prints the address
                .noneMatch(name -> name.equals("unknown") || name.equals("bpf_unspec") || name.startsWith("0x"));
        if (named && reading.damage().isEmpty() && reading.errors().isEmpty()) {
            calls.put(programId, Collections.unmodifiableSet(called));
        }
    }

    private void readTree(String path, InputStream in) {
        trees.add(path);
        note(
                path,
                JsonRows.readBpftool(
                        in,
                        row -> BpftoolLists.cgroup(row, path).ifPresent(cgroup -> {
                            tree.add(cgroup);
                            if (row.path("programs").isArray()
                                    && row.path("programs").isEmpty()) {
                                gaps.add(new Gap(
                                        path, "programs of " + cgroup.path() + " could not be read (no privilege)"));
                            }
                        })));
    }

    private void readPins(String path, InputStream in) throws IOException {
        for (String[] cells : Texts.table(in, 4)) {
            Citation source = new Citation(path, cells[1], cells[2] + " " + cells[3]);
            object(cells[2], cells[3], (kind, id) -> pins.add(new Pin(cells[0], cells[1], kind, id, source)));
        }
    }

    private void readHolders(String path, InputStream in) throws IOException {
        for (String[] cells : Texts.table(in, 5)) {
            Optional<Integer> pid = number(cells[0]);
            Citation source = new Citation(path, "pid " + cells[0] + " fd " + cells[2], cells[3] + " " + cells[4]);
            pid.ifPresent(p ->
                    object(cells[3], cells[4], (kind, id) -> holders.add(new Holder(p, cells[1], kind, id, source))));
        }
    }

    private void readCgroups(String path, InputStream in) throws IOException {
        for (String[] cells : Texts.table(in, 3)) {
            if (cells[1].matches("\\d{1,18}")) {
                Citation source = new Citation(path, "inode " + cells[1], cells[0] + " " + cells[2]);
                Cgroup cgroup = new Cgroup(cells[0], Long.parseLong(cells[1]), cells[2], source);
                cgroups.merge(List.of(cells), cgroup, (one, other) -> path.equals(CGROUPS) ? other : one);
            }
        }
    }

    /** proc_pid_mountinfo(5): the mount point is the fifth field, the type the first behind the separator. */
    private void readMounts(String path, InputStream in) throws IOException {
        for (String line : Texts.lines(in)) {
            String[] fields = line.split(" ", -1);
            if (fields.length > 5 && line.contains(" - bpf ")) {
                bpffsMounts.add(fields[4]);
            }
        }
    }

    private void readSockets(String path, InputStream in) throws IOException {
        int number = 0;
        for (String line : Texts.lines(in)) {
            number++;
            Socket.parse(line, path, number).ifPresent(sockets::add);
        }
    }

    private void readOsRelease(String path, InputStream in) throws IOException {
        for (String line : Texts.lines(in)) {
            if (line.startsWith("PRETTY_NAME=")) {
                facts.put("os", line.substring("PRETTY_NAME=".length()).replace("\"", ""));
            }
        }
    }

    private static void object(String kind, String id, BiConsumer<ObjectKind, Integer> consumer) {
        Optional<ObjectKind> known = ObjectKind.of(kind);
        Optional<Integer> number = number(id);
        if (known.isPresent() && number.isPresent()) {
            consumer.accept(known.get(), number.get());
        }
    }

    private static Optional<Integer> number(String text) {
        return text.matches("\\d{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    private FileReader rows(Consumer<JsonNode> consumer) {
        return (path, in) ->
                note(path, path.startsWith("bpf/") ? JsonRows.readBpftool(in, consumer) : JsonRows.read(in, consumer));
    }

    private void note(String path, JsonRows.Reading reading) {
        reading.damage().ifPresent(reason -> gaps.add(new Gap(path, reason)));
        reading.errors().forEach(error -> gaps.add(new Gap(path, "bpftool says: " + error)));
    }

    /** The lists of one reading. */
    private final class StateReader {
        private final String folder;
        private final SortedMap<Integer, BpfMap> maps = new TreeMap<>();
        private final SortedMap<Integer, BpfProgram> programs = new TreeMap<>();
        private final SortedMap<Integer, BpfLink> links = new TreeMap<>();
        private final Set<String> captured = new TreeSet<>();
        private final Set<String> damaged = new TreeSet<>();

        StateReader(String folder) {
            this.folder = folder;
        }

        void register(BiConsumer<String, FileReader> registry) {
            list(
                    registry,
                    "maps.json",
                    (row, file) -> BpftoolLists.map(row, file).map(map -> maps.put(map.id(), map) == null));
            list(
                    registry,
                    "programs.json",
                    (row, file) -> BpftoolLists.program(row, file)
                            .map(program -> programs.put(program.id(), program) == null));
            list(
                    registry,
                    "links.json",
                    (row, file) -> BpftoolLists.link(row, file).map(link -> links.put(link.id(), link) == null));
        }

        /** {@code taker} yields nothing for a row that is no object of the list. */
        private void list(
                BiConsumer<String, FileReader> registry,
                String name,
                BiFunction<JsonNode, String, Optional<Boolean>> taker) {
            registry.accept(folder + name, (path, in) -> {
                AtomicInteger odd = new AtomicInteger();
                JsonRows.Reading reading = JsonRows.readBpftool(in, row -> {
                    if (taker.apply(row, path).isEmpty()) {
                        odd.incrementAndGet();
                    }
                });
                note(path, reading);
                if (!reading.listed() && reading.damage().isEmpty()) {
                    gaps.add(new Gap(path, "empty: the command failed or was stopped"));
                }
                if (odd.get() > 0) {
                    gaps.add(new Gap(path, odd + " rows without a usable id were passed over"));
                }
                boolean failed =
                        reading.damage().isPresent() || !reading.errors().isEmpty();
                if (reading.rows() > odd.get() || (reading.listed() && !failed)) {
                    captured.add(path);
                }
                if (failed || odd.get() > 0) {
                    damaged.add(path);
                }
            });
        }

        BpfState state() {
            return new BpfState(
                    listing("maps.json", maps), listing("programs.json", programs), listing("links.json", links));
        }

        private <T> Listing<T> listing(String name, SortedMap<Integer, T> rows) {
            return new Listing<>(captured.contains(folder + name), !damaged.contains(folder + name), rows);
        }
    }
}
