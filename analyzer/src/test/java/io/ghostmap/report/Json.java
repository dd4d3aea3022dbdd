package io.ghostmap.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The JSON form as a text. */
public final class Json {
    private Json() {}

    public static String of(ReportModel model) {
        return of(ReportBuilder.build(model));
    }

    public static String of(Report report) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            JsonRenderer.write(report, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
