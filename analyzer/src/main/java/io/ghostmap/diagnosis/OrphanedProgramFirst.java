package io.ghostmap.diagnosis;

import io.ghostmap.diagnosis.manual.StaleManuals;
import io.ghostmap.text.Text;
import java.util.List;
import java.util.Set;

/**
 * SLB-01: a socket load-balancing program of an earlier agent is still attached and reads maps that are not updated any
 * more. If it runs first, it decides: the current program only sees the address that the stale one wrote.
 *
 * <p>Guards: programs that read the same maps are not two generations. A chain counts only if one of its maps is not
 * current. Without a packet to an address to which only the stale program sends connections, the finding is a warning.
 */
final class OrphanedProgramFirst implements Rule {
    private static final CatalogEntry ENTRY = new CatalogEntry(
            "SLB-01",
            CatalogEntry.Kind.NODE,
            Text.of("a stale socket load-balancing program is still attached and misdirects connections"),
            Set.of(Requirement.MAPS, Requirement.PROGRAMS, Requirement.ATTACHMENTS),
            Severity.CRITICAL,
            Severity.INFO,
            StaleManuals.ORPHANED_PROGRAM);

    @Override
    public CatalogEntry entry() {
        return ENTRY;
    }

    @Override
    public List<Finding.Draft> findings(Incident incident) {
        return StaleChain.of(incident).stream()
                .map(chain -> finding(new StaleChainFacts(incident, chain)))
                .toList();
    }

    private static Finding.Draft finding(StaleChainFacts facts) {
        StaleChainText text = new StaleChainText(facts);
        StaleChainCitations citations = new StaleChainCitations(facts);
        return Finding.draft(ENTRY, facts.severity(), facts.confidence())
                .about(facts.affected().stream()
                        .map(replay -> new Subject.Frontend(replay.frontend()))
                        .toList())
                .about(facts.witnesses().stream()
                        .map(witness -> new Subject.Backend(witness.endpoint()))
                        .toList())
                .about(new Subject.Program(facts.stale().programId()))
                .about(facts.staleMap().stream().map(Subject.Map::new).toList())
                .about(facts.holdingLink().stream()
                        .map(link -> new Subject.Link(link.id()))
                        .toList())
                .about(facts.witnesses().stream()
                        .flatMap(witness -> witness.destination().clients().stream())
                        .map(Subject.Client::new)
                        .toList())
                .about(new Subject.Cgroup(facts.chain().cgroup()))
                .title(text.headline(), text.cause())
                .summary(text.summary())
                .explanation(new StaleChainExplanation(facts, text).paragraphs())
                .example(facts.example())
                .supporting(citations.supporting())
                .contradicting(citations.contradicting())
                .rivals(StaleChainRivals.of(
                        facts.incident(),
                        facts.chain(),
                        facts.witnesses().stream().map(Witness::endpoint).findFirst()))
                .remedy(StaleProgramRemedy.of(facts.incident(), facts.chain()));
    }
}
