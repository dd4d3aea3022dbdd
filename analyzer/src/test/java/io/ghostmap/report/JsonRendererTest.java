package io.ghostmap.report;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ghostmap.cli.Analysis;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

final class JsonRendererTest {
    /** Jackson wraps it, and who writes a report on a full disk would be told of an internal error. */
    @Test
    void failureOfTheFileBelowIsToldAsItIs() throws Exception {
        Report report = Analysis.of(Repository.sample("healthy"));
        OutputStream full = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("No space left on device");
            }
        };

        assertThatThrownBy(() -> JsonRenderer.write(report, full))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("No space left on device");
    }
}
