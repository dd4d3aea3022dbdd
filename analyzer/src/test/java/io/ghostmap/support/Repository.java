package io.ghostmap.support;

import java.nio.file.Path;
import java.util.List;

/** Where the repository's own files lie while its tests run. */
public final class Repository {
    /** The committed captures, one an incident. */
    public static final List<String> SAMPLES = List.of(
            "stale-generation",
            "stale-generation-link",
            "healthy",
            "no-traffic",
            "child-cgroup-first",
            "preorder",
            "no-backends",
            "untranslated",
            "partial-regeneration",
            "v4-in-v6",
            "ipv6",
            "two-ciliums");

    private Repository() {}

    public static Path root() {
        return Path.of(System.getProperty("ghostmap.repository", ".."))
                .toAbsolutePath()
                .normalize();
    }

    public static Path sample(String name) {
        return root().resolve("sample-bundles").resolve(name + ".tar.gz");
    }

    public static Path report(String file) {
        return root().resolve("reports").resolve(file);
    }
}
