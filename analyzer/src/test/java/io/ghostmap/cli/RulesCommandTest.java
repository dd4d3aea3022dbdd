package io.ghostmap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.diagnosis.CatalogEntry;
import io.ghostmap.diagnosis.Rules;
import io.ghostmap.report.RulesPage;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The catalog for people without a bundle: the command, and the page that is made of the same texts. */
final class RulesCommandTest {
    private record Run(int status, String out, String err) {
        static Run of(String... args) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
            return new Run(status, out.toString(), err.toString());
        }
    }

    @Test
    void everyRuleIsListed() {
        Run list = Run.of("rules");

        assertThat(list.status()).isEqualTo(ExitStatus.ANALYZED);
        assertThat(list.err()).isEmpty();
        assertThat(list.out().lines().filter(line -> line.matches("(SLB|CAP)-\\d\\d .*")))
                .extracting(line -> line.substring(0, 6))
                .containsExactlyElementsOf(
                        Rules.catalog().stream().map(CatalogEntry::id).toList());
        assertThat(list.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void oneRuleIsExplained() {
        Run one = Run.of("rules", "slb-15");

        assertThat(one.status()).isEqualTo(ExitStatus.ANALYZED);
        assertThat(one.out())
                .startsWith("SLB-15: ")
                .contains("severity: warning", "needs: ", "How it is reported", "Mechanism", "Proof", "Guards")
                .contains("https://github.com/cilium/cilium/issues/32472");
    }

    @Test
    void unknownRuleIsWrongUsage() {
        Run unknown = Run.of("rules", "SLB-99\u001b[31m");

        assertThat(unknown.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err()).startsWith("no rule is named 'SLB-99").doesNotContain("\u001b");
    }

    /** {@code -Dghostmap.bless=true} writes it anew. */
    @Test
    void committedPageIsWhatTheCatalogSays() throws IOException {
        Path page = Repository.root().resolve("analyzer/docs/rules.md");
        String made = RulesPage.render(Rules.catalog());
        if (Boolean.getBoolean("ghostmap.bless")) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, made);
        }

        assertThat(page).content().isEqualTo(made);
    }
}
