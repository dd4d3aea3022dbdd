package io.ghostmap.evidence;

import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Citation;
import io.ghostmap.bundle.Gap;
import io.ghostmap.bundle.Manifest;
import io.ghostmap.bundle.UptimeSpan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the kernel's BPF objects, who holds them, and what the dumps of maps and programs contain. */
final class BpfReader {
    private static final Pattern CALL = Pattern.compile("\\(85\\) call (\\w+)");

    private final State before;
    private final State after;
    private final MapDumpsReader dumps;
    private final MapDumpsReader countersBefore = new MapDumpsReader(RowFilter.ALL);
    private final MapDumpsReader serviceConntrack = new MapDumpsReader(RowFilter.ALL);
    private final List<Pin> pins = new ArrayList<>();
    private final List<Holder> holders = new ArrayList<>();
    private final SortedMap<Integer, Set<String>> calls = new TreeMap<>();

    /** The lists of one reading. */
    private record State(BpfListReader<BpfMap> maps, BpfListReader<BpfProgram> programs, BpfListReader<BpfLink> links) {
        State(Readers readers, ArtifactKind maps, ArtifactKind programs, ArtifactKind links) {
            this(
                    new BpfListReader<>(readers, maps, BpftoolLists::map, BpfMap::id),
                    new BpfListReader<>(readers, programs, BpftoolLists::program, BpfProgram::id),
                    new BpfListReader<>(readers, links, BpftoolLists::link, BpfLink::id));
        }

        BpfState state() {
            return new BpfState(maps.listing(), programs.listing(), links.listing());
        }
    }

    /** Keeps the rows of map dumps that {@code filter} keeps. */
    BpfReader(Readers readers, RowFilter filter) {
        before = new State(readers, ArtifactKind.MAPS_BEFORE, ArtifactKind.PROGRAMS_BEFORE, ArtifactKind.LINKS_BEFORE);
        after = new State(readers, ArtifactKind.MAPS_AFTER, ArtifactKind.PROGRAMS_AFTER, ArtifactKind.LINKS_AFTER);
        dumps = new MapDumpsReader(filter);
        readers.on(ArtifactKind.DROP_COUNTERS_BEFORE, countersBefore::read);
        readers.on(ArtifactKind.SERVICE_CONNTRACK, serviceConntrack::read);
        readers.onTable(ArtifactKind.PINS, 4, this::pin);
        readers.onTable(ArtifactKind.HOLDERS, 5, this::holder);
        readers.on(ArtifactKind.PROGRAM_DUMP, (member, in) -> {
            Set<String> called = new TreeSet<>();
            JsonRows.Reading reading =
                    Readers.rows(member, in, row -> call(row.path("disasm").asString(""), called));
            if (isConclusive(called)
                    && reading.damage().isEmpty()
                    && reading.errors().isEmpty()) {
                Ids.parse(member.artifact().parameter())
                        .ifPresent(program -> calls.put(program, Collections.unmodifiableSet(called)));
            }
        });
    }

    /** Of an instruction, only the function that it calls is kept. */
    private static void call(String instruction, Set<String> called) {
        Matcher call = CALL.matcher(instruction);
        if (call.lookingAt()) {
            called.add(call.group(1));
        }
    }

    /** Without symbols bpftool does not know the functions' names, or prints their addresses. */
    private static boolean isConclusive(Set<String> called) {
        return called.stream()
                .noneMatch(name -> name.equals("unknown") || name.equals("bpf_unspec") || name.startsWith("0x"));
    }

    private void pin(String[] cells, String path) {
        Citation source = new Citation(path, cells[1], cells[2] + " " + cells[3]);
        object(cells[2], cells[3], (kind, id) -> pins.add(new Pin(cells[0], cells[1], kind, id, source)));
    }

    private void holder(String[] cells, String path) {
        Citation source = new Citation(path, "pid " + cells[0] + " fd " + cells[2], cells[3] + " " + cells[4]);
        Ids.parse(cells[0])
                .ifPresent(pid -> object(
                        cells[3], cells[4], (kind, id) -> holders.add(new Holder(pid, cells[1], kind, id, source))));
    }

    private static void object(String kind, String id, BiConsumer<ObjectKind, Integer> consumer) {
        Optional<ObjectKind> known = ObjectKind.of(kind);
        Optional<Integer> number = Ids.parse(id);
        if (known.isPresent() && number.isPresent()) {
            consumer.accept(known.get(), number.get());
        }
    }

    private static SortedMap<Integer, UptimeSpan> dumped(List<Manifest.Step> steps) {
        SortedMap<Integer, UptimeSpan> dumped = new TreeMap<>();
        for (Manifest.Step step : steps) {
            if (step.written().kind() == ArtifactKind.MAP_DUMP && step.ran().isPresent()) {
                Ids.parse(step.written().parameter())
                        .ifPresent(map -> dumped.put(map, step.ran().get()));
            }
        }
        return Collections.unmodifiableSortedMap(dumped);
    }

    /** Of the dumps that are read here. */
    List<Gap> gaps() {
        return Stream.of(dumps, countersBefore, serviceConntrack)
                .flatMap(reader -> reader.gaps().stream())
                .toList();
    }

    MapDumpsReader dumps() {
        return dumps;
    }

    /** {@code steps} of the collector. */
    BpfEvidence evidence(List<Manifest.Step> steps) {
        BpfState first = before.state();
        BpfState second = after.state();
        return new BpfEvidence(
                first,
                second,
                first.completedBy(second),
                List.copyOf(pins),
                List.copyOf(holders),
                dumps.dumps(),
                countersBefore.dumps(),
                serviceConntrack.dumps(),
                dumped(steps),
                Collections.unmodifiableSortedMap(calls));
    }
}
