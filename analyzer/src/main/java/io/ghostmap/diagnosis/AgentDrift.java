package io.ghostmap.diagnosis;

import static io.ghostmap.diagnosis.Phrases.count;
import static io.ghostmap.diagnosis.Phrases.few;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Agreement;
import io.ghostmap.datapath.Agreement.Difference;
import io.ghostmap.datapath.Frontend;
import io.ghostmap.datapath.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SLB-11: the services map that counts as current holds something else than Cilium's own list says. Also where it is the
 * only one: there is no older generation then to blame, and nothing else would notice.
 */
final class AgentDrift implements Rule {
    /** List and map are read at different moments: so many differences can be a change in between. */
    private static final int CHURN = 2;

    /** Of a large cluster, one in so many. */
    private static final int CHURN_SHARE = 200;

    private static final int MAX_CITED = 5;

    @Override
    public String id() {
        return "SLB-11";
    }

    @Override
    public Set<Requirement> requires() {
        return Set.of(Requirement.MAPS, Requirement.SERVICE_DUMPS);
    }

    @Override
    public List<Finding> findings(Incident incident) {
        List<Finding> findings = new ArrayList<>();
        for (Generation generation : incident.datapath().generations()) {
            if (generation.isCurrent() && generation.damage().isEmpty()) {
                generation
                        .agreement()
                        .filter(agreement -> !agreement.isWhole())
                        .ifPresent(agreement -> findings.add(finding(
                                findings.isEmpty() ? id() : id() + "-" + (findings.size() + 1),
                                generation,
                                agreement)));
            }
        }
        return findings;
    }

    private static Finding finding(String id, Generation generation, Agreement agreement) {
        int different = agreement.differences().size() + agreement.unstated().size();
        boolean churn = different <= Math.max(CHURN, agreement.stated() / CHURN_SHARE);
        return new Finding(
                id,
                "SLB-11",
                churn ? Severity.INFO : Severity.WARNING,
                churn ? Confidence.POSSIBLE : Confidence.LIKELY,
                title(generation, agreement),
                count(agreement.differences().size(), "stated frontend") + " lead elsewhere or are missing in map "
                        + generation.mapId() + ", " + count(agreement.unstated().size(), "further one")
                        + " stand in the map alone.",
                explanation(agreement, churn),
                Optional.empty(),
                supporting(generation, agreement),
                List.of(),
                List.of(new Rival(
                        "A service changed between the moments at which the list and the map were read",
                        churn ? "possible: the differences are few" : "unlikely: the differences are many",
                        "A second bundle: differences that stay are none of that kind.")),
                List.of(new RemedyStep(
                        "See whether the difference stays",
                        "You are root on the node of this bundle.",
                        "kubectl -n kube-system exec ds/cilium -- cilium-dbg service list\n" + "bpftool map dump id "
                                + generation.mapId(),
                        "Reads only.",
                        "None.",
                        "The frontends named here are the same in both.",
                        "Nothing to undo.")));
    }

    private static String title(Generation generation, Agreement agreement) {
        return "The " + (generation.basis() == Generation.Basis.ONLY_MAP ? "only " : "current ") + generation.role()
                + " map, " + generation.mapId() + ", agrees with Cilium's own list on " + agreement.agreeing() + " of "
                + count(agreement.stated(), "frontend")
                + (agreement.unstated().isEmpty()
                        ? ""
                        : " and holds " + agreement.unstated().size() + " that the list lacks");
    }

    private static List<String> explanation(Agreement agreement, boolean churn) {
        List<String> paragraphs = new ArrayList<>();
        if (!agreement.differences().isEmpty()) {
            paragraphs.add("Different: "
                    + few(agreement.differences().stream()
                            .map(AgentDrift::words)
                            .toList()) + ".");
        }
        if (!agreement.unstated().isEmpty()) {
            paragraphs.add("In the map alone: "
                    + few(agreement.unstated().stream().map(Frontend::toString).toList()) + ".");
        }
        paragraphs.add(
                "Programs follow the map, whatever the list says. "
                        + (churn
                                ? "So few differences can be services that changed while the bundle was taken."
                                : "The agent does not write what it believes, or it writes to a map that is not in this bundle."));
        return List.copyOf(paragraphs);
    }

    private static String words(Difference difference) {
        return difference.frontend() + " leads to "
                + (difference.known()
                        ? difference.inMap().isEmpty() ? "nothing" : few(difference.inMap())
                        : "nothing, since the map does not have it")
                + ", stated " + (difference.stated().isEmpty() ? "nothing" : few(difference.stated()));
    }

    private static List<Citation> supporting(Generation generation, Agreement agreement) {
        List<Citation> citations = new ArrayList<>();
        citations.add(generation.map().source());
        citations.add(agreement.list());
        agreement.differences().stream().limit(MAX_CITED).forEach(difference -> citations.add(difference.source()));
        return List.copyOf(citations);
    }
}
