package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.HtmlRenderer;
import io.ghostmap.report.Json;
import io.ghostmap.report.MarkdownRenderer;
import io.ghostmap.report.Report;
import io.ghostmap.report.ReportModel;
import io.ghostmap.support.Archives;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The committed reports are what the analyzer makes of the committed bundles, byte for byte. After a change that is
 * meant, {@code mvn verify -Dghostmap.bless=true} writes them anew; read the difference before you commit it.
 */
final class GoldenReportsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @FieldSource("io.ghostmap.support.Repository#SAMPLES")
    void committedReportIsWhatTheAnalyzerMakes(String sample) throws UnreadableBundleException, IOException {
        ReportModel report = Analysis.modelOf(Repository.sample(sample));
        compare(sample + ".json", Json.of(report));
        compare(sample + ".md", MarkdownRenderer.render(report));
        compare(sample + ".html", HtmlRenderer.render(report));
    }

    @Test
    void unpackedFolderGivesTheSameReportSaveForTheDigest() throws UnreadableBundleException, IOException {
        Path bundle = Files.createDirectory(folder.resolve("stale-generation"));
        Report fromArchive = Analysis.of(Repository.sample("stale-generation"));
        Report fromFolder = Analysis.of(Archives.unpack(Repository.sample("stale-generation"), bundle));

        assertThat(Json.of(fromFolder))
                .isEqualTo(Json.of(fromArchive).replace(fromArchive.bundle().sha256(), ""));
    }

    @Test
    void plainTarAndZstdGiveTheSameReportSaveForTheDigest() throws UnreadableBundleException, IOException {
        byte[] tar;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(Repository.sample("stale-generation")))) {
            tar = in.readAllBytes();
        }
        Path plain = Files.write(folder.resolve("stale-generation.tar"), tar);
        Path zstd = folder.resolve("stale-generation.tar.zst");
        try (OutputStream out = new ZstdCompressorOutputStream(Files.newOutputStream(zstd))) {
            out.write(tar);
        }

        String expected = withoutDigest(Analysis.of(Repository.sample("stale-generation")));
        assertThat(withoutDigest(Analysis.of(plain))).isEqualTo(expected);
        assertThat(withoutDigest(Analysis.of(zstd))).isEqualTo(expected);
    }

    private static String withoutDigest(Report report) {
        return Json.of(report).replace(report.bundle().sha256(), "");
    }

    private static void compare(String file, String made) throws IOException {
        Path committed = Repository.report(file);
        if (Boolean.getBoolean("ghostmap.bless")) {
            Files.writeString(committed, made);
        }
        assertThat(Files.exists(committed)).as("reports/%s is committed", file).isTrue();
        assertThat(made).as("reports/%s", file).isEqualTo(Files.readString(committed));
    }
}
