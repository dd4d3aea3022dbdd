package io.ghostmap.report;

import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.ROOT;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.support.Repository;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What the page lists has an id, and every mention of it leads there. */
final class LinksTest {
    private static final String VIP = "10.96.0.10:80";

    @TempDir
    private Path folder;

    private Document page = new Document("");

    @BeforeEach
    void analyze() throws UnreadableBundleException {
        page = page(node().generation("old")
                .serves(VIP, "10.0.1.1:80")
                .runs(109)
                .generation("new")
                .pinned()
                .serves(VIP, "10.0.2.2:80")
                .loads(160)
                .pinnedLink(12, AttachType.CONNECT4, 160)
                .kubernetes(objects -> objects.service("shop/cart", VIP, 80))
                .sees(attempt("10.0.0.7", "10.0.1.1:80").unanswered())
                .write(folder));
    }

    @ParameterizedTest
    @FieldSource("io.ghostmap.support.Repository#SAMPLES")
    void everyLinkOfTheSamplesHasItsPlace(String sample) throws UnreadableBundleException {
        assertWhole(page(Repository.sample(sample)));
    }

    /** A dead link is worse than none, and of two places with one id the browser takes the first. */
    static void assertWhole(Document page) {
        List<String> ids = page.select("[id]").eachAttr("id");
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(page.select("a").eachAttr("href"))
                .isNotEmpty()
                .allMatch(href -> href.startsWith("#") && ids.contains(href.substring(1)));
    }

    @Test
    void programsMapsLinksCgroupsServicesAndFramesAreLinkedToWhereTheyAreListed() {
        assertListed("109", "hooks", "td");
        assertListed("160", "hooks", "td");
        assertListed("12", "hooks", "td");
        assertListed(ROOT, "hooks", "th");
        assertListed("100", "generations", "td");
        assertListed(VIP + "/TCP", "services", "th");
        assertListed("10.0.1.1:80", "destinations", "th");
        assertThat(page.select("#path a:containsOwn(shop/cart)").attr("href"))
                .isEqualTo(page.select("#path h2 a").attr("href"));
        assertThat(page.select("#path .station a[href^=#frame-]").eachText()).startsWith("1");
    }

    private void assertListed(String value, String section, String cell) {
        Element place = page.select("#" + section + " " + cell + " span[id]").stream()
                .filter(span -> span.text().equals(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError(value + " is not listed in " + section));
        assertThat(page.select("a[href=#" + place.id() + "]").eachText())
                .as("mentions of " + value)
                .isSubsetOf(value, "shop/cart");
    }

    /** A mention within its own entry in the list would lead nowhere. */
    @Test
    void placeIsNoLinkToItself() {
        for (Element row : page.select("tr:has([id])")) {
            assertThat(row.select("a").eachAttr("href"))
                    .doesNotContainAnyElementsOf(row.select("[id]").eachAttr("id").stream()
                            .map(id -> "#" + id)
                            .toList());
        }
    }

    @Test
    void whatCanBeTypedIsInMonospaceAndNamesAreNot() {
        assertThat(page.select("h1 .mono").eachText()).contains(VIP, "10.0.1.1:80");
        assertThat(page.select(".mono").eachText()).doesNotContain("shop/cart");
    }

    /** A map that is not among the generations has no place on the page. */
    @Test
    void whatThePageDoesNotListIsNoLink() throws UnreadableBundleException {
        Document foreign = page(node().generation("new")
                .pinned()
                .serves(VIP, "10.0.2.2:80")
                .runs(160)
                .map(7, "hash", "their_map", 4, 4, "")
                .program(55, "their_prog", 7)
                .attach(AttachType.CONNECT4, 55)
                .write(folder.resolve("foreign")));

        assertThat(foreign.select("#hooks .mono").eachText()).contains("7");
        assertThat(foreign.select("#hooks a").eachText()).doesNotContain("7");
        assertWhole(foreign);
    }

    private static Document page(Path bundle) throws UnreadableBundleException {
        return Jsoup.parse(HtmlRenderer.render(Analysis.modelOf(bundle)));
    }
}
