package io.ghostmap.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** What happens to each member, wherever it comes from: name checked, bytes counted and digested, sinks served. */
final class MemberWalk implements AutoCloseable {
    private static final String MANIFEST = "manifest.json";

    private final Limits limits;
    private final List<MemberSink> sinks;
    private final MemberName names;
    private final boolean digesting;
    private final ExecutorService reader = oneThread("small-members");
    private final ExecutorService digester = oneThread("digest");
    private final SmallMembers small = new SmallMembers(reader);
    private final MemberDigest digest = new MemberDigest(digester);
    private final SortedMap<String, Long> sizes = new TreeMap<>();
    private final SortedMap<String, String> digests = new TreeMap<>();
    private final SortedMap<String, byte[]> own = new TreeMap<>();
    private Optional<String> current = Optional.empty();
    private long total;
    private boolean ours;

    MemberWalk(Limits limits, List<MemberSink> sinks, boolean digesting) {
        this.limits = limits;
        this.sinks = List.copyOf(sinks);
        this.names = new MemberName(limits);
        this.digesting = digesting;
    }

    void folder(String rawName) throws IOException {
        names.folder(rawName);
    }

    void member(String rawName, InputStream in) throws IOException {
        Optional<String> resolved = names.resolve(rawName);
        if (resolved.isEmpty()) {
            throw new LimitExceededException("the member " + Printable.of(rawName) + " has no name inside the bundle");
        }
        String path = resolved.get();
        if (sizes.containsKey(path)) {
            throw new LimitExceededException("the member " + Printable.of(path) + " stands in it twice");
        }
        current = Optional.of(path);
        MemberStream stream = new MemberStream(
                in,
                Math.min(limits.memberBytes(), limits.totalBytes() - total),
                digesting ? Optional.of(digest) : Optional.empty());
        serve(path, stream);
        stream.drain();
        total += stream.count();
        sizes.put(path, stream.count());
        if (digesting) {
            digests.put(path, digest.hex());
        }
        current = Optional.empty();
    }

    private void serve(String path, MemberStream stream) throws IOException {
        if (path.equals(MANIFEST) || path.equals(Checksums.FILE)) {
            byte[] text = stream.readNBytes(limits.textBytes());
            own.put(path, text);
            ours |= path.equals(MANIFEST);
            return;
        }
        for (MemberSink sink : sinks) {
            if (sink.wants(path)) {
                ours = true;
                try {
                    serve(sink, path, stream);
                } finally {
                    stream.throwFailure(); // the archive's own failure, not what a parser made of it
                }
                return;
            }
        }
    }

    private void serve(MemberSink sink, String path, MemberStream stream) throws IOException {
        if (sink.isIndependent(path)) {
            sink.read(path, stream);
            return;
        }
        byte[] start = stream.readNBytes(SmallMembers.LARGEST + 1);
        if (start.length <= SmallMembers.LARGEST) {
            small.read(sink, path, start);
        } else {
            small.finish();
            sink.read(path, new SequenceInputStream(new ByteArrayInputStream(start), stream));
        }
    }

    /** Waits until the sinks have read all that they were given. */
    void finishReading() throws IOException {
        small.finish();
    }

    /** Gives up what still waits. */
    @Override
    public void close() {
        reader.shutdownNow();
        digester.shutdownNow();
    }

    private static ExecutorService oneThread(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Where the walk stands, as a clause for a message. */
    String where() {
        return current.map(path -> " in the member " + Printable.of(path)).orElse("");
    }

    Bundle finish(String name, Optional<String> sha256) throws UnreadableBundleException {
        if (!ours) {
            throw new UnreadableBundleException(
                    "holds nothing that Ghostmap knows (no manifest.json, no bpf/, no pcap/): give the archive that"
                            + " ghostmap-collect wrote, or its unpacked folder");
        }
        List<Gap> gaps = new ArrayList<>();
        Optional<Manifest> manifest = manifest(gaps);
        if (digesting) {
            gaps.addAll(
                    own.containsKey(Checksums.FILE)
                            ? Checksums.compare(own.get(Checksums.FILE), digests)
                            : List.of(new Gap(Checksums.FILE, "absent")));
        }
        return new Bundle(name, sha256, manifest, Collections.unmodifiableSortedMap(sizes), List.copyOf(gaps));
    }

    private Optional<Manifest> manifest(List<Gap> gaps) throws UnreadableBundleException {
        byte[] json = own.get(MANIFEST);
        if (json == null) {
            gaps.add(new Gap(MANIFEST, "absent"));
            return Optional.empty();
        }
        Optional<Manifest> manifest = ManifestReader.read(json);
        if (manifest.isEmpty()) {
            gaps.add(new Gap(MANIFEST, "not a JSON object"));
        }
        manifest.ifPresent(m -> gaps.addAll(claimedGaps(m)));
        return manifest;
    }

    /** What the collector itself says went wrong. */
    private static List<Gap> claimedGaps(Manifest manifest) {
        List<Gap> gaps = new ArrayList<>(manifest.missing());
        if (manifest.interrupted()) {
            gaps.add(new Gap(MANIFEST, "the collector was interrupted; later steps did not run"));
        }
        Set<String> named = manifest.missing().stream().map(Gap::artifact).collect(Collectors.toSet());
        for (Manifest.Step step : manifest.steps()) {
            if (named.contains(step.file())) {
                continue; // with the reason
            }
            if (step.timedOut()) {
                gaps.add(new Gap(step.file(), "the command was stopped at its time limit"));
            } else if (step.cut()) {
                gaps.add(new Gap(step.file(), "the collector marked the file as cut"));
            }
        }
        return gaps;
    }
}
