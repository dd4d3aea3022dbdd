package io.ghostmap.report;

import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON form. Members have the order of {@link Report}; everything outside ASCII is escaped, so that no control
 * or direction character of a bundle reaches a terminal through {@code cat}.
 */
public final class JsonRenderer {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n")))
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build();

    private static final ObjectWriter LINES = MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    private JsonRenderer() {}

    /** {@code out} stays open. */
    public static void write(ReportModel model, OutputStream out) throws IOException {
        write(ReportBuilder.build(model), out);
    }

    static void write(Report report, OutputStream out) throws IOException {
        try {
            MAPPER.writeValue(out, report);
        } catch (JacksonException e) { // it wraps the file's own exception, twice while a list is being written
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof IOException failure) {
                    throw failure;
                }
            }
            throw e;
        }
        out.write('\n');
    }

    /** Any value of ours on one line, without its end. */
    static String line(Object value) {
        return LINES.writeValueAsString(value);
    }

    /** Any record of ours. */
    static String text(Object document) {
        return MAPPER.writeValueAsString(document) + "\n";
    }
}
