package io.ghostmap.report;

import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static io.ghostmap.support.TestService.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.cli.Analysis;
import io.ghostmap.support.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The services that findings name in three columns, in the page and in the Markdown form. */
final class LayersTableTest {
    private static final String VIP = "10.96.0.10:80";
    private static final String BACKEND = "10.0.2.2:8080";

    @TempDir
    private Path folder;

    private static TestNode wanted() {
        return node().generation("new")
                .pinned()
                .serves(service(VIP))
                .runs(160)
                .kubernetes(objects -> objects.service("shop/cart", VIP, 8080).ready("10.0.2.2"))
                .sees(attempt("10.0.0.7", "10.0.9.9:80").answered());
    }

    private List<String> cells(TestNode node) throws Exception {
        Document page = Jsoup.parse(HtmlRenderer.render(Analysis.modelOf(node.write(folder))));
        return page.select("#layers tbody tr:first-child > *").eachText();
    }

    @Test
    void agentThatListsNoBackendDiffersFirst() throws Exception {
        assertThat(cells(wanted().agentServes(408, VIP)))
                .containsExactly("shop/cart (" + VIP + "/TCP)", BACKEND, "no backend", "no backend", "the agent");
    }

    @Test
    void mapsThatLackWhatTheAgentListsDifferFirst() throws Exception {
        assertThat(cells(wanted().agentServes(408, VIP, BACKEND)))
                .containsExactly("shop/cart (" + VIP + "/TCP)", BACKEND, BACKEND, "no backend", "the maps");
    }

    @Test
    void withoutTheAgentsListOneOfBothDiffers() throws Exception {
        assertThat(cells(wanted())).endsWith("not captured", "no backend", "the agent or the maps");
    }

    /** A stale program misdirects connections while all three layers agree: then no column is to blame. */
    @Test
    void servicesThatAreTheSameInAllThreeAreCountedOnly() throws Exception {
        Document page = Jsoup.parse(HtmlRenderer.render(Analysis.modelOf(node().generation("old")
                .serves(VIP, "10.0.9.9:80")
                .runs(109)
                .generation("new")
                .pinned()
                .serves(VIP, BACKEND)
                .wantedAt(VIP, BACKEND)
                .runs(160)
                .sees(attempt("10.0.0.7", "10.0.9.9:80").unanswered())
                .write(folder))));

        assertThat(page.select("#layers tr")).isEmpty();
        assertThat(page.select("#layers p").text()).contains("1 has the same backends in all three");
    }

    @Test
    void markdownHasThemToo() throws Exception {
        assertThat(MarkdownRenderer.render(
                        Analysis.modelOf(wanted().agentServes(408, VIP).write(folder))))
                .contains("| `" + BACKEND + "` | no backend | no backend | the agent |");
    }
}
