package io.ghostmap.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghostmap.diagnosis.manual.AttachmentManuals;
import io.ghostmap.diagnosis.manual.CaptureManuals;
import io.ghostmap.diagnosis.manual.ConnectionManuals;
import io.ghostmap.diagnosis.manual.Manual;
import io.ghostmap.diagnosis.manual.MapManuals;
import io.ghostmap.diagnosis.manual.ServiceManuals;
import io.ghostmap.diagnosis.manual.StaleManuals;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What rules declare, for whoever lists them. */
final class CatalogTest {
    @Test
    void everyRuleHasAnIdOfItsOwnAndATitle() {
        assertThat(Rules.catalog()).extracting(CatalogEntry::id).doesNotHaveDuplicates();
        assertThat(Rules.catalog()).allSatisfy(entry -> {
            assertThat(entry.title().isEmpty()).isFalse();
            assertThat(entry.requires()).isNotEmpty();
            assertThat(entry.worst().atLeast(entry.mildest())).isTrue();
        });
    }

    @Test
    void whatSpeaksOfTheEvidenceIsMarkedAsSuch() {
        assertThat(Rules.catalog())
                .filteredOn(entry -> entry.kind() == CatalogEntry.Kind.EVIDENCE)
                .extracting(CatalogEntry::id)
                .containsExactly("CAP-01", "CAP-02", "CAP-03", "CAP-04", "CAP-05", "CAP-06", "CAP-07", "CAP-08");
    }

    @Test
    void ruleCannotGoBeyondTheSeverityThatItDeclares() {
        CatalogEntry entry = Rules.catalog().stream()
                .filter(rule -> rule.worst() == Severity.INFO)
                .findFirst()
                .orElseThrow();

        assertThatThrownBy(() -> Finding.draft(entry, Severity.CRITICAL, Confidence.CERTAIN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyTextIsThatOfARule() throws ReflectiveOperationException {
        List<Manual> written = new ArrayList<>();
        for (Class<?> topic : List.of(
                AttachmentManuals.class,
                CaptureManuals.class,
                ConnectionManuals.class,
                MapManuals.class,
                ServiceManuals.class,
                StaleManuals.class)) {
            for (Field field : topic.getFields()) {
                written.add((Manual) field.get(null));
            }
        }

        assertThat(Rules.catalog()).extracting(CatalogEntry::manual).containsExactlyInAnyOrderElementsOf(written);
    }
}
