package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Agreement;
import io.ghostmap.datapath.Agreement.Difference;
import io.ghostmap.datapath.Generation;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * SLB-11: the services map that counts as current holds something else than Cilium's own list says. Also where it is the
 * only one: there is no older generation then to blame, and nothing else would notice.
 */
final class AgentDrift implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-11",
            CatalogEntry.Kind.NODE,
            Text.of("the current services map, or the only one, differs from Cilium's own list"),
            Set.of(Requirement.MAPS, Requirement.SERVICE_DUMPS),
            Severity.WARNING,
            Severity.INFO);

    /** List and map are read at different moments: so many differences can be a change in between. */
    private static final int CHURN = 2;

    /** Of a large cluster, one in so many. */
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
                        .ifPresent(agreement -> findings.add(finding(generation, agreement)));
            }
        }
        return findings;
    }

    private static Finding.Draft finding(Generation generation, Agreement agreement) {
        int different = agreement.differences().size() + agreement.unstated().size();
        boolean churn = different <= Math.max(CHURN, agreement.stated() / CHURN_SHARE);
        return Finding.draft(
                        ENTRY,
                        churn ? Severity.INFO : Severity.WARNING,
                        churn ? Confidence.POSSIBLE : Confidence.LIKELY)
                .about(new Subject.Map(generation.mapId()))
                .about(agreement.differences().stream()
                        .map(difference -> new Subject.Frontend(difference.frontend()))
                        .toList())
                .about(agreement.unstated().stream().map(Subject.Frontend::new).toList())
                .title(title(generation, agreement))
                .summary(Text.of(
                        "{} lead elsewhere or are missing in map {}, {} stand in the map alone.",
                        Text.count(agreement.differences().size(), "stated frontend", "stated frontends"),
                        Term.map(generation.mapId()),
                        Text.count(agreement.unstated().size(), "further one", "further ones")))
                .explanation(explanation(agreement, churn))
                .supporting(supporting(generation, agreement))
                .rivals(List.of(new Rival(
                        Rival.Kind.CHANGE_BETWEEN_READINGS,
                        churn ? Rival.Stance.FOR : Rival.Stance.AGAINST,
                        Text.of("A service changed between the moments at which the list and the map were read"),
                        churn
                                ? Text.of("possible: the differences are few")
                                : Text.of("unlikely: the differences are many"),
                        Text.of("A second bundle: differences that stay are none of that kind."))))
                .remedy(List.of(RemedyStep.reading(
                                Text.of("See whether the difference stays"),
                                Text.of("You are root on the node of this bundle."),
                                List.of(Action.Look.SERVICES_OF_THE_AGENT, new Action.DumpMap(generation.mapId())))
                        .check(Text.of("The frontends named here are the same in both."))));
    }

    private static Text title(Generation generation, Agreement agreement) {
        Text title = Text.of(
                "The {} {} map, {}, agrees with Cilium's own list on {} of {}",
                generation.basis() == Generation.Basis.ONLY_MAP ? Text.of("only") : Text.of("current"),
                Terms.role(generation.role()),
                Term.map(generation.mapId()),
                Term.number(agreement.agreeing()),
                Text.count(agreement.stated(), "frontend", "frontends"));
        return agreement.unstated().isEmpty()
                ? title
                : title.then(
                        " and holds {} that the list lacks",
                        Term.number(agreement.unstated().size()));
    }

    private static List<Text> explanation(Agreement agreement, boolean churn) {
        List<Text> paragraphs = new ArrayList<>();
        if (!agreement.differences().isEmpty()) {
            paragraphs.add(Text.of(
                    "Different: {}.",
                    Text.few(agreement.differences().stream()
                            .map(AgentDrift::words)
                            .toList())));
        }
        if (!agreement.unstated().isEmpty()) {
            paragraphs.add(Text.of("In the map alone: {}.", Text.few(Terms.frontends(agreement.unstated()))));
        }
        paragraphs.add(Text.of(
                "Programs follow the map, whatever the list says. {}",
                churn
                        ? Text.of("So few differences can be services that changed while the bundle was taken.")
                        : Text.of("The agent does not write what it believes, or it writes to a map that is not in this"
                                + " bundle.")));
        return paragraphs;
    }

    private static Text words(Difference difference) {
        Text nothing = Text.of("nothing");
        return Text.of(
                "{} leads to {}, stated {}",
                Terms.frontend(difference.frontend()),
                !difference.known()
                        ? Text.of("nothing, since the map does not have it")
                        : difference.inMap().isEmpty() ? nothing : Text.few(Terms.endpoints(difference.inMap())),
                difference.stated().isEmpty() ? nothing : Text.few(Terms.endpoints(difference.stated())));
    }

    private static List<Citation> supporting(Generation generation, Agreement agreement) {
        List<Citation> citations = new ArrayList<>();
        citations.add(generation.map().source());
        citations.add(agreement.list());
        agreement.differences().stream().limit(MAX_CITED).forEach(difference -> citations.add(difference.source()));
        return citations;
    }
}
