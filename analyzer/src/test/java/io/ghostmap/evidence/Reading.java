package io.ghostmap.evidence;

import io.ghostmap.bundle.Bundle;
import io.ghostmap.bundle.BundleLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Feeds single files to the evidence room. */
final class Reading {
    private final EvidenceSink sink = new EvidenceSink();

    Reading file(String path, String text) {
        return file(path, text.getBytes(StandardCharsets.UTF_8));
    }

    Reading file(String path, byte[] bytes) {
        try {
            sink.read(BundleLayout.GHOSTMAP.memberAt(path), new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    Evidence evidence() {
        return sink.assemble(new Bundle("test", Optional.empty(), Optional.empty(), Set.of(), List.of()));
    }

    static MapDump dump(String json) {
        return new Reading()
                .file("bpf/map-dumps/27.json", json)
                .evidence()
                .bpf()
                .dump(27)
                .orElseThrow();
    }
}
