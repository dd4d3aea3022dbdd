package io.ghostmap.cli;

import io.ghostmap.diagnosis.CatalogEntry;
import io.ghostmap.diagnosis.Rules;
import io.ghostmap.report.RulesText;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "rules",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Print the catalog of rules, or explain one of them.",
        synopsisHeading = "%nUsage: ",
        description = {"", "Examples:", "  ghostmap rules", "  ghostmap rules SLB-15", ""})
final class RulesCommand implements Callable<Integer> {
    @Parameters(index = "0", arity = "0..1", paramLabel = "RULE", description = "the id of a rule, such as SLB-15")
    private @Nullable String id;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        List<CatalogEntry> catalog = Rules.catalog();
        String text = id == null ? RulesText.render(catalog) : RulesText.render(named(catalog, id, command));
        command.commandLine().getOut().print(text);
        command.commandLine().getOut().flush();
        return ExitStatus.ANALYZED;
    }

    private static CatalogEntry named(List<CatalogEntry> catalog, String id, CommandSpec command) {
        return catalog.stream()
                .filter(rule -> rule.id().equalsIgnoreCase(id))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        command.commandLine(), "no rule is named '" + id + "'; ghostmap rules lists all of them"));
    }
}
