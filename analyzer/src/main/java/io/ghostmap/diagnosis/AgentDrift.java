package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Agreement;
import io.ghostmap.datapath.Agreement.Difference;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * SLB-11: the services map that counts as current has something else than Cilium's own list. It speaks also if there is only
 * one map: then no older generation is to blame, and no other rule would notice.
 */
final class AgentDrift implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-11",
            CatalogEntry.Kind.NODE,
            Text.of("the current services map, or the only one, differs from Cilium's own list"),
            Set.of(Requirement.MAPS, Requirement.SERVICE_DUMPS),
            Severity.WARNING,
            Severity.INFO,
            ServiceManuals.DRIFT);

    /** List and map are read at different moments: so many differences can come from a change in between. */
    private static final int CHURN = 2;

    /** In a large cluster, one service in so many. */
    private static final int CHURN_SHARE = 200;

    private static final int MAX_CITED = 5;

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        List<Finding.Draft> findings = new ArrayList<>();
        for (Generation generation : incident.datapath().generations()) {
            if (generation.isCurrent() && generation.damage().isEmpty()) {
                generation
                        .agreement()
                        .filter(agreement -> !agreement.isWhole())
                        .ifPresent(agreement -> findings.add(finding(incident, generation, agreement)));
            }
        }
        return findings;
    }

    private static Finding.Draft finding(Incident incident, Generation generation, Agreement agreement) {
        int different = agreement.differences().size() + agreement.unstated().size();
        boolean churn = different <= Math.max(CHURN, agreement.stated() / CHURN_SHARE);
        Names names = new Names(incident);
        return Finding.draft(
                        ENTRY,
                        churn ? Severity.INFO : Severity.WARNING,
                        churn ? Confidence.POSSIBLE : Confidence.LIKELY)
                .about(new Subject.Map(generation.mapId()))
                .about(agreement.differences().stream()
                        .map(difference -> new Subject.Frontend(difference.frontend()))
                        .toList())
                .about(agreement.unstated().stream().map(Subject.Frontend::new).toList())
                .title(headline(names, agreement), cause(generation, agreement))
                .summary(Text.of(
                        "Programs follow the map, whatever the list says. {}",
                        churn
                                ? Text.of(
                                        "So few differences can be services that changed while the bundle was collected.")
                                : Text.of(
                                        "Either the agent does not write what it lists, or it writes to a map that is not in"
                                                + " this bundle.")))
                .explanation(explanation(names, generation, agreement))
                .supporting(supporting(generation, agreement))
                .rivals(List.of(new Rival(
                        Rival.Kind.CHANGE_BETWEEN_READINGS,
                        churn ? Rival.Stance.FOR : Rival.Stance.AGAINST,
                        Text.of("A service changed after one of the two was read and before the other"),
                        churn ? Text.of("the differences are few.") : Text.of("the differences are many."),
                        Text.of("a second bundle: differences that are still there are not of that kind"))))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether the differences are still there"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(Action.Look.SERVICES_OF_THE_AGENT, new Action.DumpMap(generation.mapId())))
                        .check(Text.of("The services named here are the same in both."))));
    }

    private static Text headline(Names names, Agreement agreement) {
        List<Frontend> differing =
                agreement.differences().stream().map(Difference::frontend).toList();
        return differing.isEmpty()
                ? Text.of(
                        "The services map on {} has {} that Cilium's own list lacks",
                        names.node(),
                        Text.count(agreement.unstated().size(), "service address", "service addresses"))
                : Text.of(
                        "Connections to {} from {} do not go to the backends that Cilium lists",
                        names.services(differing),
                        names.node());
    }

    private static Text cause(Generation generation, Agreement agreement) {
        return Text.of(
                "{} map {}, {}, agrees with Cilium's own list on {} of {}",
                Terms.role(generation.role()),
                Term.map(generation.mapId()),
                generation.basis() == Generation.Basis.ONLY_MAP ? Text.of("the only one") : Text.of("which is current"),
                Term.number(agreement.agreeing()),
                Text.count(agreement.stated(), "listed service address", "listed service addresses"));
    }

    private static List<Text> explanation(Names names, Generation generation, Agreement agreement) {
        List<Text> paragraphs = new ArrayList<>();
        if (!agreement.differences().isEmpty()) {
            paragraphs.add(Text.of(
                    "{} in map {}: {}.",
                    agreement.differences().size() == 1
                            ? Text.of("One listed service address is different or missing")
                            : Text.of(
                                    "{} listed service addresses are different or missing",
                                    Term.number(agreement.differences().size())),
                    Term.map(generation.mapId()),
                    Text.few(agreement.differences().stream()
                            .map(difference -> difference(names, difference))
                            .toList())));
        }
        if (!agreement.unstated().isEmpty()) {
            paragraphs.add(Text.of(
                    "{} only in the map: {}.",
                    agreement.unstated().size() == 1
                            ? Text.of("One is")
                            : Text.of("{} are", Term.number(agreement.unstated().size())),
                    names.few(agreement.unstated())));
        }
        return paragraphs;
    }

    private static Text difference(Names names, Difference difference) {
        Text listed =
                difference.stated().isEmpty() ? Text.of("no backend") : Text.few(Terms.endpoints(difference.stated()));
        if (!difference.known()) {
            return Text.of("{} is missing (listed with {})", names.service(difference.frontend()), listed);
        }
        return Text.of(
                "{} has {} (listed with {})",
                names.service(difference.frontend()),
                difference.inMap().isEmpty() ? Text.of("no backend") : Text.few(Terms.endpoints(difference.inMap())),
                listed);
    }

    private static List<Citation> supporting(Generation generation, Agreement agreement) {
        List<Citation> citations = new ArrayList<>();
        citations.add(generation.map().source());
        citations.add(agreement.list());
        agreement.differences().stream().limit(MAX_CITED).forEach(difference -> citations.add(difference.source()));
        return citations;
    }
}
