package io.ghostmap.cli;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.report.HtmlRenderer;
import io.ghostmap.report.Json;
import io.ghostmap.report.MapsText;
import io.ghostmap.report.MarkdownRenderer;
import io.ghostmap.report.Report;
import io.ghostmap.report.ReportModel;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents up to 1.11 gave their maps no name: what then stays open is shown as open, and what it costs. */
final class AmbiguousMapsTest {
    @TempDir
    private Path folder;

    @Test
    void mapThatCanBeOneOfThreeIsShownAsOne() throws UnreadableBundleException {
        Report report = analyze(healthy().map(7, "lru_hash", "", 38, 56, ""));

        assertThat(report.ambiguities()).hasSize(1);
        Report.Ambiguity open = report.ambiguities().get(0);
        assertThat(open.maps()).containsExactly(7);
        assertThat(open.text())
                .isEqualTo("map 7 (lru_hash, key of 38 and value of 56 bytes) can be cilium_ct6_global,"
                        + " cilium_ct_any6_global or cilium_snat_v6_external");
        assertThat(open.why()).contains("no name", "no listed program uses it", "it was not dumped");
        assertThat(open.cost())
                .isEqualTo("its entries are shown as bytes; no such map decides where a connection goes");
        assertThat(open.source().file()).isEqualTo("bpf/before/maps.json");
    }

    /** It is no generation, since it can be Cilium's cache of neighbors: but it can be an old reverse_sk. */
    @Test
    void mapThatCanBeAnOldGenerationSaysSo() throws UnreadableBundleException {
        Report report = analyze(healthy().map(7, "lru_hash", "", 16, 8, ""));

        assertThat(report.ambiguities())
                .extracting(Report.Ambiguity::cost)
                .singleElement()
                .isEqualTo("it may be an old generation, but is not counted as one");
    }

    @Test
    void programWithTwoMapsForOneUseIsNamed() throws UnreadableBundleException {
        Report report = analyze(healthy()
                .generation("old", 27)
                .serves("10.96.0.1:443", "10.0.0.1:6443")
                .loadsOver(109, CONNECT4, 27, 28, 144)
                .attach(CONNECT4, 109));

        assertThat(report.ambiguities())
                .extracting(Report.Ambiguity::text)
                .containsExactly("program 109 references 2 services/IPv4 maps: [27, 144]");
        assertThat(report.ambiguities().get(0).maps()).isEqualTo(List.of(27, 144));
        assertThat(report.blastRadius().undecided()).isPositive();
    }

    @Test
    void nothingIsOpenWhereEveryMapIsTold() throws UnreadableBundleException {
        assertThat(analyze(healthy()).ambiguities()).isEmpty();
    }

    @Test
    void everyFormOfTheReportHasIt() throws UnreadableBundleException {
        ReportModel model =
                Analysis.modelOf(healthy().map(7, "lru_hash", "", 38, 56, "").write(folder));

        String sentence = "can be cilium_ct6_global, cilium_ct_any6_global or cilium_snat_v6_external";
        assertThat(MapsText.render(model).replaceAll("\\s+", " "))
                .contains("not known: map 7 (lru_hash, key of 38 and value of 56 bytes) " + sentence
                        + ". Why: it has no name");
        assertThat(MapsText.render(model).lines()).allMatch(line -> line.length() <= 100);
        assertThat(MarkdownRenderer.render(model).replaceAll("[\\\\`]", "")).contains(sentence);
        assertThat(Jsoup.parse(HtmlRenderer.render(model)).text()).contains(sentence);
        assertThat(Json.of(model)).contains(sentence);
    }

    private static TestNode healthy() {
        return node().generation("current", 144)
                .pinned()
                .serves("172.17.93.4:8080", "172.16.109.127:8080")
                .runs(160);
    }

    private Report analyze(TestNode node) throws UnreadableBundleException {
        return Analysis.of(node.write(folder));
    }
}
