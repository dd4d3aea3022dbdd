package io.ghostmap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.support.Browser;
import io.ghostmap.support.Needs;
import io.ghostmap.support.Repository;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a browser shows it: with scripts off, wide and narrow, light and dark, asking nothing of anybody. */
final class BrowserTest {
    private static final int DESKTOP = 1280;
    private static final int SMALL_DESKTOP = 1200;
    private static final int PHONE = 390;

    /** 297 mm less two margins of 12 mm, at 96 pixels an inch. */
    private static final int A4_LANDSCAPE = 1031;

    @TempDir
    private Path folder;

    @Test
    void everySampleFitsTheWindowAndAsksForNothing()
            throws IOException, InterruptedException, UnreadableBundleException {
        Needs.tools("chromium");
        try (Browser browser = Browser.start()) {
            for (String sample : Repository.SAMPLES) {
                Path page = folder.resolve(sample + ".html");
                Files.writeString(page, HtmlRenderer.render(Analysis.modelOf(Repository.sample(sample))));
                for (int width : List.of(DESKTOP, PHONE)) {
                    browser.open(page, width, false);

                    assertThat(browser.requests())
                            .as("requests of %s", sample)
                            .containsExactly(page.toUri().toString());
                    assertThat(browser.complaints())
                            .as("complaints about %s", sample)
                            .isEmpty();
                    assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                    .asInt())
                            .as("%s at %d pixels", sample, width)
                            .isLessThanOrEqualTo(width);
                    assertThat(browser.evaluate("document.querySelector('h1').getBoundingClientRect().height")
                                    .asDouble())
                            .isPositive();
                }
            }
        }
    }

    private void open(Browser browser, String sample, int width)
            throws IOException, InterruptedException, UnreadableBundleException {
        Path page = folder.resolve(sample + ".html");
        Files.writeString(page, HtmlRenderer.render(Analysis.modelOf(Repository.sample(sample))));
        browser.open(page, width, false);
    }

    /** On a phone tables scroll inside their box; on a desktop a column beyond the edge would not be looked for. */
    @Test
    void noTableScrollsSidewaysOnADesktop() throws IOException, InterruptedException, UnreadableBundleException {
        Needs.tools("chromium");
        try (Browser browser = Browser.start()) {
            for (String sample : Repository.SAMPLES) {
                open(browser, sample, SMALL_DESKTOP);

                assertThat(browser.evaluate("[...document.querySelectorAll('.scroll')]"
                                        + ".filter(box => box.scrollWidth > box.clientWidth)"
                                        + ".map(box => box.closest('section').id).join(', ')")
                                .asString())
                        .as("sections of %s at %d pixels", sample, SMALL_DESKTOP)
                        .isEmpty();
            }
        }
    }

    /** What does not fit the page is lost on paper: nothing can be scrolled there. */
    @Test
    void noTableIsCutOnPaper() throws IOException, InterruptedException, UnreadableBundleException {
        Needs.tools("chromium");
        try (Browser browser = Browser.start()) {
            for (String sample : Repository.SAMPLES) {
                open(browser, sample, DESKTOP);
                browser.layOutForPrint(A4_LANDSCAPE);

                assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .as("%s on paper", sample)
                        .isLessThanOrEqualTo(A4_LANDSCAPE);
                assertThat(browser.evaluate(
                                        "Math.max(...[...document.querySelectorAll('table')].map(t => t.offsetWidth))")
                                .asInt())
                        .as("widest table of %s on paper", sample)
                        .isLessThanOrEqualTo(A4_LANDSCAPE);
            }
        }
    }

    @Test
    void styleSheetPassesItsOwnPolicyInBothSchemes()
            throws IOException, InterruptedException, UnreadableBundleException {
        Needs.tools("chromium");
        Path page = folder.resolve("report.html");
        Files.writeString(page, HtmlRenderer.render(Analysis.modelOf(Repository.sample("stale-generation"))));
        try (Browser browser = Browser.start()) {
            browser.open(page, DESKTOP, false);
            double light = brightness(browser.screenshot());
            browser.open(page, DESKTOP, true);
            double dark = brightness(browser.screenshot());

            assertThat(light).isGreaterThan(200);
            assertThat(dark).isLessThan(80);
        }
    }

    @Test
    void policyBlocksWhatAMissedEscapeWouldLetIn() throws IOException, InterruptedException, UnreadableBundleException {
        Needs.tools("chromium");
        Path page = folder.resolve("injected.html");
        String html = HtmlRenderer.render(Analysis.modelOf(Repository.sample("stale-generation")));
        Files.writeString(
                page, html.replace("<main id=\"main\">", "<main id=\"main\"><img src=\"http://127.0.0.1:9/x\">"));
        try (Browser browser = Browser.start()) {
            browser.open(page, DESKTOP, false);

            assertThat(browser.complaints()).anyMatch(text -> text.contains("Content Security Policy"));
        }
    }

    /** Mean of red, green and blue over a grid of points, 0 to 255. */
    private static double brightness(byte[] png) throws IOException {
        BufferedImage image = Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(png)));
        long sum = 0;
        long points = 0;
        for (int y = 0; y < image.getHeight(); y += 7) {
            for (int x = 0; x < image.getWidth(); x += 7) {
                int rgb = image.getRGB(x, y);
                sum += (rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff);
                points += 3;
            }
        }
        return (double) sum / points;
    }
}
