package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.Command;
import io.ghostmap.support.Repository;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar: that it may be given away as it is, that it holds what is used, and that it runs. */
final class JarIT {
    private static final Path JAR = Repository.root().resolve("analyzer/target/ghostmap.jar");

    private static final String ZSTD = "META-INF/licenses/zstd-jni.txt META-INF/licenses/zstd.txt";

    /** By the beginning of their names, the licenses of all classes and native libraries. */
    private static final Map<String, String> LICENSES = Map.ofEntries(
            Map.entry("io/ghostmap/", "META-INF/LICENSE"),
            Map.entry("org/apache/commons/", "META-INF/LICENSE"),
            Map.entry("freemarker/", "META-INF/LICENSE"),
            Map.entry("picocli/", "META-INF/LICENSE"),
            Map.entry("com/sun/jna/", "META-INF/LICENSE"),
            Map.entry("org/jspecify/", "META-INF/LICENSE"),
            Map.entry("com/fasterxml/jackson/", "META-INF/LICENSE"),
            Map.entry(
                    "tools/jackson/",
                    "META-INF/LICENSE META-INF/FastDoubleParser-LICENSE"
                            + " META-INF/FastDoubleParser-ThirdParty-LICENSE META-INF/Schubfach-LICENSE"),
            Map.entry("org/pcap4j/", "META-INF/licenses/pcap4j.txt"),
            Map.entry("org/slf4j/", "META-INF/licenses/slf4j.txt"),
            Map.entry("com/github/luben/zstd/", ZSTD),
            Map.entry("aix/", ZSTD),
            Map.entry("darwin/", ZSTD),
            Map.entry("freebsd/", ZSTD),
            Map.entry("linux/", ZSTD),
            Map.entry("win/", ZSTD));

    @TempDir
    private Path folder;

    @Test
    void holdsTheLicenseOfEachOfItsParts() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> unlicensed = jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.matches(".*\\.(class|so|dylib|dll|jnilib|a)"))
                    .map(name -> name.replaceFirst("^META-INF/versions/[0-9]+/", ""))
                    .filter(name -> LICENSES.keySet().stream().noneMatch(name::startsWith))
                    .toList();

            assertThat(unlicensed).isEmpty();
            assertThat(LICENSES.values().stream().flatMap(files -> List.of(files.split(" ")).stream()))
                    .allSatisfy(file -> assertThat(jar.getEntry(file)).as(file).isNotNull());
            assertThat(text(jar, "META-INF/LICENSE"))
                    .isEqualTo(Files.readString(Repository.root().resolve("LICENSE")));
        }
    }

    /** Section 4 (d) of the Apache License. */
    @Test
    void holdsTheNoticesOfItsParts() throws IOException {
        String notice;
        try (JarFile jar = new JarFile(JAR.toFile())) {
            notice = text(jar, "META-INF/NOTICE");
        }
        for (Path part : partsOnTheClassPath()) {
            try (JarFile jar = new JarFile(part.toFile())) {
                for (JarEntry entry : jar.stream()
                        .filter(entry -> entry.getName().matches("META-INF/NOTICE(\\.txt|\\.md)?"))
                        .toList()) {
                    assertThat(text(jar, entry.getName()).lines().map(String::strip))
                            .as("%s of %s", entry, part)
                            .allSatisfy(line -> assertThat(notice).contains(line));
                }
            }
        }
        assertThat(notice).contains("Apache Commons Compress", "pcap4j", "zstd-jni", "JNA");
    }

    @Test
    void leavesOutTheNativeLibrariesOfJna() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.stream().map(JarEntry::getName))
                    .contains("com/sun/jna/Platform.class")
                    .noneMatch(name -> name.contains("jnidispatch"));
        }
    }

    @Test
    void runsByItself() throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Command command = Command.run(
                folder,
                java.toString(),
                "-jar",
                JAR.toString(),
                Repository.sample("stale-generation").toString(),
                "-o",
                folder.toString());

        assertThat(command.err()).isEmpty();
        assertThat(command.exit()).isEqualTo(ExitStatus.ANALYZED);
        assertThat(folder.resolve("stale-generation.html"))
                .hasSameTextualContentAs(Repository.report("stale-generation.html"));
    }

    /** Jars of which the packaged jar holds classes. */
    private static List<Path> partsOnTheClassPath() throws IOException {
        List<Path> parts = new ArrayList<>();
        try (JarFile whole = new JarFile(JAR.toFile())) {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                if (entry.endsWith(".jar")) {
                    try (JarFile part = new JarFile(entry)) {
                        if (part.stream()
                                .map(JarEntry::getName)
                                .filter(name -> name.endsWith(".class") && !name.contains("module-info"))
                                .anyMatch(name -> whole.getEntry(name) != null)) {
                            parts.add(Path.of(entry));
                        }
                    }
                }
            }
        }
        assertThat(parts).hasSizeGreaterThan(10);
        return parts;
    }

    private static String text(JarFile jar, String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getJarEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
