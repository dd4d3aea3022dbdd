package io.ghostmap.bundle;

import io.ghostmap.text.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.HashSet;
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
    private final BundleLayout layout = BundleLayout.GHOSTMAP;
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
    private final Set<Artifact> artifacts = new HashSet<>();
    private final List<Gap> gaps = new ArrayList<>();
    private Optional<OwnMember> manifest = Optional.empty();
    private Optional<OwnMember> checksums = Optional.empty();
    private Optional<String> current = Optional.empty();
    private long total;
    private boolean ours;

    /** A member that the walk itself reads, and its content. */
    private static final class OwnMember {
        private final Member member;
        private final byte[] bytes;

        OwnMember(Member member, InputStream in, int limit) {
            this.member = member;
            this.bytes = read(in, limit);
        }

        /** Nothing if it cannot be unpacked; what the archive itself ends with shows when the walk goes on. */
        private static byte[] read(InputStream in, int limit) {
            try (InputStream plain = Decompression.unpacking(in)) {
                return plain.readNBytes(limit);
            } catch (IOException e) {
                return new byte[0];
            }
        }
    }

    MemberWalk(Limits limits, List<MemberSink> sinks, boolean digesting) {
        this.limits = limits;
        this.sinks = List.copyOf(sinks);
        this.names = new MemberName(layout, limits);
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
            throw new LimitExceededException("the member " + Printable.of(path) + " is in it twice");
        }
        current = Optional.of(path);
        MemberStream stream = new MemberStream(
                in,
                Math.min(limits.memberBytes(), limits.totalBytes() - total),
                digesting ? Optional.of(digest) : Optional.empty());
        Member member = layout.memberAt(path);
        artifacts.add(member.artifact());
        try {
            serve(member, stream);
        } finally {
            stream.throwFailure(); // the archive's own failure, not what a parser made of it
        }
        stream.drain();
        total += stream.count();
        sizes.put(path, stream.count());
        if (digesting) {
            digests.put(path, digest.hex());
        }
        current = Optional.empty();
    }

    private void serve(Member member, MemberStream stream) throws IOException {
        if (member.kind() == ArtifactKind.MANIFEST) {
            manifest = Optional.of(new OwnMember(member, stream, limits.textBytes()));
            ours = true;
            return;
        }
        if (member.kind() == ArtifactKind.CHECKSUMS) {
            checksums = Optional.of(new OwnMember(member, stream, limits.textBytes()));
            return;
        }
        List<MemberSink> wanting =
                sinks.stream().filter(sink -> sink.wants(member)).toList();
        ours |= !wanting.isEmpty();
        if (wanting.size() == 1) {
            serve(wanting.get(0), member, stream);
        } else if (!wanting.isEmpty()) {
            byte[] text = stream.readNBytes(limits.textBytes());
            for (MemberSink sink : wanting) {
                small.read(sink, member, text);
            }
        }
    }

    private void serve(MemberSink sink, Member member, MemberStream stream) throws IOException {
        if (sink.isIndependent(member)) {
            sink.read(member, stream);
            return;
        }
        byte[] start = stream.readNBytes(SmallMembers.LARGEST + 1);
        if (start.length <= SmallMembers.LARGEST) {
            small.read(sink, member, start);
        } else {
            small.finish();
            sink.read(member, new SequenceInputStream(new ByteArrayInputStream(start), stream));
        }
    }

    /** Something is wrong with the archive itself, though it could be read. */
    void gap(Text reason) {
        gaps.add(new Gap(Artifact.of(ArtifactKind.ARCHIVE), reason));
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

    /** The position of the walk, as a clause for a message. */
    String where() {
        return current.map(path -> " in the member " + Printable.of(path)).orElse("");
    }

    Bundle finish(String name, Optional<String> sha256) throws UnreadableBundleException {
        if (!ours) {
            throw new UnreadableBundleException(
                    "has nothing that Ghostmap reads (no manifest.json, no bpf/, no pcap/): give the archive that"
                            + " ghostmap-collect wrote, or its unpacked folder");
        }
        Optional<Manifest> read = readManifest();
        if (digesting) {
            gaps.addAll(checksums
                    .map(list -> new Checksums(layout, limits).compare(list.member, list.bytes, digests))
                    .orElseGet(() -> List.of(Gap.absent(Artifact.of(ArtifactKind.CHECKSUMS)))));
        }
        return new Bundle(name, sha256, read, Set.copyOf(artifacts), List.copyOf(gaps));
    }

    private Optional<Manifest> readManifest() throws UnreadableBundleException {
        Artifact artifact = Artifact.of(ArtifactKind.MANIFEST);
        if (manifest.isEmpty()) {
            gaps.add(Gap.absent(artifact));
            return Optional.empty();
        }
        Optional<Manifest> read = ManifestReader.read(manifest.get().bytes, layout, limits);
        if (read.isEmpty()) {
            gaps.add(new Gap(artifact, Text.of("not a JSON object")));
        }
        read.ifPresent(m -> gaps.addAll(claimedGaps(m)));
        return read;
    }

    /** What the collector itself says went wrong. */
    private List<Gap> claimedGaps(Manifest read) {
        List<Gap> claimed = new ArrayList<>(read.missing());
        if (read.interrupted()) {
            claimed.add(new Gap(
                    Artifact.of(ArtifactKind.MANIFEST),
                    Text.of("the collector was interrupted; later steps did not run")));
        }
        Set<Artifact> named = read.missing().stream().map(Gap::artifact).collect(Collectors.toSet());
        for (Manifest.Step step : read.steps()) {
            Artifact written = step.written();
            if (named.contains(written)) {
                continue; // with the reason
            }
            if (step.timedOut()) {
                claimed.add(new Gap(written, Text.of("the command was stopped at its time limit")));
            } else if (step.cut()) {
                claimed.add(new Gap(written, Text.of("the collector marked the file as cut")));
            }
        }
        return claimed;
    }
}
