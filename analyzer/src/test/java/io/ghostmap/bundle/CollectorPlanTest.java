package io.ghostmap.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghostmap.support.CollectorPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The layout knows each file that the collector plans. */
final class CollectorPlanTest {
    private static final Set<ArtifactKind> GROUPS = Arrays.stream(ArtifactKind.values())
            .flatMap(kind -> kind.group().stream())
            .collect(Collectors.toSet());

    @Test
    void layoutKnowsEveryFileOfThePlan() {
        List<String> files = CollectorPlan.steps().stream()
                .map(step -> step.file().replaceAll("<[a-z]+>", "7"))
                .toList();

        assertThat(files).hasSizeGreaterThan(60);
        assertThat(files).allSatisfy(file -> assertThat(kindOf(file)).isNotIn(GROUPS));
    }

    @Test
    void fileThatNoRowNamesBelongsToItsFolder() {
        assertThat(kindOf("bpf/before/other.json")).isIn(GROUPS);
    }

    private static ArtifactKind kindOf(String file) {
        return BundleLayout.GHOSTMAP.memberAt(file).artifact().kind();
    }
}
