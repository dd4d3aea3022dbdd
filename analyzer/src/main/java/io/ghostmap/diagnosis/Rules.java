package io.ghostmap.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ForkJoinTask;

/** Entry point of this package: asks every rule about an incident. */
public final class Rules {
    private Rules() {}

    /** Every rule, in the order of the catalog. Explicit, never by scanning the class path. */
    private static List<Rule> all() {
        List<Rule> rules = new ArrayList<>();
        rules.add(new OrphanedProgramFirst());
        rules.add(new StaleGeneration());
        rules.add(new UntranslatedFrontend());
        rules.add(new NeverAttached());
        rules.add(new ForeignProgram());
        rules.add(new DuplicateDevicePrograms());
        rules.addAll(DeadEnd.rules());
        rules.add(new AgentDrift());
        rules.add(new MapFull());
        rules.addAll(GoneBackend.rules());
        rules.add(new ExternalIpElsewhere());
        rules.add(new SourceRangeDenial());
        rules.add(new MissingTable());
        rules.add(new HostNetworkOnly());
        rules.add(new StaleConnection());
        rules.add(new LostOnNode());
        rules.add(new SilentBackend());
        rules.add(new ReturnPath());
        rules.add(new PinnedSocket());
        rules.add(new StickyBackend());
        rules.add(new KubeProxyRules());
        rules.add(new LeftoverPrograms());
        rules.add(new TakenNodePort());
        rules.add(new UntranslatedAnswer());
        rules.add(new WildcardEntry());
        rules.add(new SharedFrontend());
        rules.add(new SocketRedirection());
        rules.add(new SharedServiceId());
        rules.add(new ContradictedOptions());
        rules.add(new SecondCilium());
        rules.addAll(CaptureLimits.rules());
        return rules;
    }

    /** What each rule says of itself, in the order in which they are asked; last, what is said of the findings of others. */
    public static List<CatalogEntry> catalog() {
        List<CatalogEntry> entries = all().stream().map(Rule::entry).toList();
        List<CatalogEntry> catalog = new ArrayList<>();
        entries.stream().filter(CatalogEntry::isOfTheNode).forEach(catalog::add);
        catalog.add(HealthyStatus.ENTRY);
        entries.stream().filter(entry -> !entry.isOfTheNode()).forEach(catalog::add);
        return List.copyOf(catalog);
    }

    /** What one rule said, or why it could not be asked. */
    private record Result(List<Finding> findings, List<SkippedRule> skipped) {}

    public static Diagnosis diagnose(Incident incident) {
        List<Finding> findings = new ArrayList<>();
        List<SkippedRule> skipped = new ArrayList<>();
        // Rules know nothing of each other; their findings are in the catalog's order.
        List<ForkJoinTask<Result>> asked = all().stream()
                .map(rule -> ForkJoinTask.adapt(() -> ask(rule, incident)))
                .toList();
        for (ForkJoinTask<Result> task : ForkJoinTask.invokeAll(asked)) {
            Result outcome = task.join();
            findings.addAll(outcome.findings);
            skipped.addAll(outcome.skipped);
        }
        findings.addAll(numbered(HealthyStatus.beside(incident, findings)));
        findings.sort(Comparator.comparing(Finding::severity)); // stable: the catalog's order within a severity
        return new Diagnosis(
                Judgment.of(incident, findings, skipped),
                List.copyOf(findings),
                List.copyOf(skipped),
                Losses.of(incident.gaps()));
    }

    private static Result ask(Rule rule, Incident incident) {
        List<Requirement> missing = rule.entry().requires().stream()
                .filter(requirement -> !requirement.isMetBy(incident))
                .sorted()
                .toList();
        return missing.isEmpty()
                ? new Result(numbered(rule.findings(incident)), List.of())
                : new Result(List.of(), List.of(new SkippedRule(rule.entry(), missing)));
    }

    private static List<Finding> numbered(List<Finding.Draft> drafts) {
        List<Finding> findings = new ArrayList<>();
        for (Finding.Draft draft : drafts) {
            findings.add(draft.numbered(findings.size() + 1));
        }
        return findings;
    }
}
