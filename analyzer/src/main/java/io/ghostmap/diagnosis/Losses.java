package io.ghostmap.diagnosis;

import io.ghostmap.bundle.Artifact;
import io.ghostmap.bundle.ArtifactKind;
import io.ghostmap.bundle.Gap;
import io.ghostmap.text.Term;
import io.ghostmap.text.Text;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a report says of the gaps: the first ones of each kind of artifact, and how many more there are. */
final class Losses {
    /** A bundle can lack the dump of every map of its node; a reader of the report would not read them all. */
    static final int MAX_OF_A_KIND = 50;

    private Losses() {}

    static List<Gap> of(List<Gap> gaps) {
        Set<Gap> named = new LinkedHashSet<>();
        Map<ArtifactKind, Integer> count = new EnumMap<>(ArtifactKind.class);
        for (Gap gap : gaps) {
            ArtifactKind kind = gap.artifact().kind();
            if (!named.contains(gap) && count.merge(kind, 1, Integer::sum) <= MAX_OF_A_KIND) {
                named.add(gap);
            }
        }
        List<Gap> losses = new ArrayList<>(named);
        count.forEach((kind, all) -> {
            if (all > MAX_OF_A_KIND) {
                losses.add(new Gap(
                        Artifact.of(kind.group().orElse(kind)),
                        Text.of("and {} more", Term.number(all - MAX_OF_A_KIND)),
                        kind.cost()));
            }
        });
        return List.copyOf(losses);
    }
}
