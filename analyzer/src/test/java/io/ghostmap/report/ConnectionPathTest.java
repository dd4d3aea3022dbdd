package io.ghostmap.report;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.report.ReplayAccount.Effect;
import io.ghostmap.report.ReplayAccount.Sees;
import io.ghostmap.support.TestNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connection that the page draws, station by station. */
final class ConnectionPathTest {
    private static final String VIP = "10.96.0.10:80";

    @TempDir
    private Path folder;

    @Test
    void programThatRewritesShowsTheEntriesThatDecided() throws UnreadableBundleException {
        Element old = stations(astray().write(folder)).get(1);

        assertThat(old.className()).isEqualTo("station stale");
        assertThat(old.text()).contains("Program 109").contains("map 100 key 0a 60 00 0a 00 50");
    }

    /** Large dumps are compressed one by one: what is cited is the map all the same. */
    @Test
    void entryOfACompressedDumpIsCitedByItsMap() throws UnreadableBundleException, IOException {
        Path bundle = astray().write(folder);
        Path dump = bundle.resolve("bpf/map-dumps/100.json");
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(bundle.resolve("bpf/map-dumps/100.json.gz")))) {
            Files.copy(dump, out);
        }
        Files.delete(dump);

        Element old = stations(bundle).get(1);

        assertThat(old.text()).contains("map 100 key 0a 60 00 0a 00 50").doesNotContain("json.gz");
    }

    /** The kernel runs every program of a hook, whatever an earlier one returned, and the refusal stays. */
    @Test
    void programAfterARefusalRunsAndChangesNothing() throws UnreadableBundleException {
        ConnectionPath path = path(node().generation("old")
                .serves(VIP)
                .runs(109)
                .generation("new")
                .pinned()
                .serves(VIP, "10.0.2.2:80")
                .runs(160)
                .write(folder));

        assertThat(path.account().turns())
                .extracting(
                        turn -> turn.step().program().programId(),
                        ReplayAccount.Turn::sees,
                        ReplayAccount.Turn::effects)
                .containsExactly(
                        tuple(109, Sees.ADDRESSES, Set.of(Effect.REFUSES)), tuple(160, Sees.REFUSED, Set.of()));
        assertThat(path.account().isRefused()).isTrue();
        assertThat(PathDrawing.of(path).stations().subList(1, 4))
                .as("two programs and the wire: no address goes on from any of them")
                .allMatch(station -> station.leaves().isEmpty());
    }

    /** Was: "its effect is not known", and "has no entry for it and passes it unchanged". */
    @Test
    void foreignProgramIsNotSaidToPassTheAddress() throws UnreadableBundleException {
        Element foreign = stations(
                        astray().program(55, "watch").attach(CONNECT4, 55).write(folder))
                .get(3);

        assertThat(foreign.text())
                .contains("Program 55")
                .contains("its effect is not known")
                .doesNotContain("no entry")
                .doesNotContain("passes");
    }

    private static TestNode astray() {
        return node().generation("old")
                .serves(VIP, "10.0.1.1:80")
                .runs(109)
                .generation("new")
                .pinned()
                .serves(VIP, "10.0.2.2:80")
                .runs(160)
                .sees(attempt("10.0.0.7", "10.0.1.1:80").unanswered());
    }

    private static Elements stations(Path bundle) throws UnreadableBundleException {
        return Jsoup.parse(HtmlRenderer.render(Analysis.modelOf(bundle))).select(".station");
    }

    private static ConnectionPath path(Path bundle) throws UnreadableBundleException {
        return ConnectionPath.of(Analysis.modelOf(bundle)).orElseThrow();
    }
}
